"""The front desk and whoever asks, while the gateway has not confirmed an emergency stop.

Laws:
1. The file of a stop stays until the gateway has it, and one that came without is given one.
2. Nobody is told that it is done before. A person who re-arms ends it, though nobody confirmed.
3. A stop that was taken is not taken again, however often and late it comes.
4. A trader that is ending takes nothing more: the stop waits in the folder.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.control.desk import KeepingDesk
from tests.runtime.control.serving import serving
from tests.runtime.control.test_server import FailingDesk
from traider.domain.errors import DataError, UsageError
from traider.runtime.control.commands import ControlCommand, Kill, ManualOrder, Pause, Rearm, Stop
from traider.runtime.control.front_desk import FrontDesk
from traider.runtime.control.kill_file import found_kill, leave_kill
from traider.runtime.control.stop_watch import StopPhase, StopTerms
from traider.runtime.control.stopping import carry_out, kill_command

WHO: dict[str, Any] = {"who": "ana", "why": "a test"}
QUICK = StopTerms(answer_s=0.5, flat_s=0.2, gateway_flat_s=0.2, look_s=0.001)


class Gateway:
    """Whether it has confirmed what was journaled."""

    def __init__(self) -> None:
        self.has_all = False

    def holds(self) -> bool:
        return self.has_all


class LookingDesk(KeepingDesk):
    """Looks for the file when it is given a command."""

    def __init__(self, state: Path) -> None:
        super().__init__()
        self.state, self.files = state, list[Kill | None]()

    def command(self, command: ControlCommand) -> str:
        self.files.append(found_kill(self.state))
        return super().command(command)


def test_law_1_a_file_stays_until_the_gateway_has_the_stop(tmp_path: Path) -> None:
    desk, gateway = KeepingDesk(), Gateway()
    front = FrontDesk(desk, tmp_path, is_held=gateway.holds)
    command = kill_command("ana", "wrong prices", flatten=True)
    leave_kill(tmp_path, command)
    assert front.command(command) == "Kill done"
    front.settle()
    assert found_kill(tmp_path) == command
    gateway.has_all = True
    front.settle()
    assert found_kill(tmp_path) is None
    assert front.command(Rearm(**WHO)) == "Rearm done"
    assert front.command(command) == "Kill done"  # over the socket, late
    assert [type(each) for each in desk.asked] == [Kill, Rearm]


def test_law_2_a_person_who_re_arms_ends_what_the_trader_took_and_nothing_else(
    tmp_path: Path,
) -> None:
    front = FrontDesk(KeepingDesk(), tmp_path, is_held=Gateway().holds)
    taken, other = (kill_command("ana", why, flatten=True) for why in ("one", "two"))
    leave_kill(tmp_path, taken)
    front.command(taken)
    assert front.command(Rearm(**WHO)) == "Rearm done"
    assert found_kill(tmp_path) is None
    leave_kill(tmp_path, other)
    with pytest.raises(UsageError, match="an emergency stop came after this was asked"):
        front.command(Rearm(**WHO))
    assert found_kill(tmp_path) == other


def test_law_1_a_stop_that_came_without_a_file_is_given_one(tmp_path: Path) -> None:
    desk, gateway = LookingDesk(tmp_path), Gateway()
    front = FrontDesk(desk, tmp_path, is_held=gateway.holds)
    front.command(Kill(**WHO, flatten=False))
    left = found_kill(tmp_path)
    assert left is not None
    assert (left.flatten, desk.files) == (False, [left])
    front.command(left)  # as the watch over the folder finds it
    assert desk.asked == [Kill(**WHO, flatten=False)]
    gateway.has_all = True
    front.settle()
    assert found_kill(tmp_path) is None


def test_law_1_a_trader_that_fails_at_that_instant_leaves_the_file(tmp_path: Path) -> None:
    front = FrontDesk(FailingDesk(DataError("the lease is lost")), tmp_path)
    with pytest.raises(DataError):
        front.command(Kill(**WHO))
    front.settle()
    assert found_kill(tmp_path) is not None


def test_a_stop_that_nobody_took_keeps_its_file(tmp_path: Path) -> None:
    gateway = Gateway()
    front = FrontDesk(KeepingDesk(), tmp_path, is_held=gateway.holds)
    first, later = (kill_command("ana", why, flatten=True) for why in ("one", "two"))
    leave_kill(tmp_path, first)
    front.command(first)
    leave_kill(tmp_path, later)
    gateway.has_all = True
    front.settle()
    assert found_kill(tmp_path) == later
    front.command(later)
    assert found_kill(tmp_path) is None


def test_a_file_that_was_only_touched_is_a_stop_of_its_own_each_time(tmp_path: Path) -> None:
    desk, gateway = KeepingDesk(), Gateway()
    front = FrontDesk(desk, tmp_path, is_held=gateway.holds)
    for count in (1, 2):
        (tmp_path / "kill").write_bytes(b"")
        found = found_kill(tmp_path)
        assert found is not None
        if count == 2:
            with pytest.raises(UsageError, match="an emergency stop came after"):
                front.command(Rearm(**WHO))
        front.command(found)
        assert len(desk.asked) == count
    gateway.has_all = True
    front.settle()
    assert found_kill(tmp_path) is None


def test_two_stops_that_wait_end_with_the_gateways_word(tmp_path: Path) -> None:
    gateway = Gateway()
    front = FrontDesk(KeepingDesk(), tmp_path, is_held=gateway.holds)
    first, later = (kill_command("ana", why, flatten=True) for why in ("one", "two"))
    leave_kill(tmp_path, first)
    front.command(first)
    front.command(later)  # its asker left no file, or another's lay over it
    gateway.has_all = True
    front.settle()
    assert found_kill(tmp_path) is None


@pytest.mark.parametrize("has_all", [True, False])
def test_law_2_whoever_asked_is_told_what_is_so(tmp_path: Path, *, has_all: bool) -> None:
    gateway = Gateway()
    gateway.has_all = has_all
    command = kill_command("ana", "wrong prices", flatten=True)
    left = leave_kill(tmp_path, command)
    with serving(tmp_path, FrontDesk(KeepingDesk(), tmp_path, is_held=gateway.holds)):
        found = carry_out(tmp_path, command, left, lambda _: None, QUICK)
    assert found.phase is (StopPhase.DONE if has_all else StopPhase.OPEN)
    assert left.exists() is not has_all
    assert ("the gateway has not confirmed it: it waits in" in found.line) is not has_all


def test_law_4_a_trader_that_is_ending_leaves_the_stop_in_the_folder(tmp_path: Path) -> None:
    desk = KeepingDesk()
    front = FrontDesk(desk, tmp_path)
    front.end()
    command = kill_command("ana", "wrong prices", flatten=True)
    left = leave_kill(tmp_path, command)
    with serving(tmp_path, front):
        found = carry_out(tmp_path, command, left, lambda _: None, QUICK)
    assert (found.phase, desk.asked) == (StopPhase.WAITING, [])
    assert found.line.endswith(f"the emergency stop waits in {left}")
    left.unlink()
    for late in (Kill(**WHO), Pause(**WHO), Rearm(**WHO)):
        with pytest.raises(UsageError, match="is ending"):
            front.command(late)
    assert left.exists()
    order = ManualOrder(**WHO, instrument="COINBASE:BTC-USD", side="buy", size=1)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="is ending"):
        _ = front.give(order).send(None)
    assert front.command(Stop(**WHO)) == "Stop done"


def test_law_4_a_session_that_fails_takes_nothing_from_then_on(tmp_path: Path) -> None:
    desk = KeepingDesk()
    front = FrontDesk(desk, tmp_path)

    async def opening() -> None:
        async with front:
            raise DataError("the history cannot be read")

    with pytest.raises(DataError, match="the history"):
        asyncio.run(opening())
    with pytest.raises(UsageError, match="the trader is ending"):
        front.command(kill_command("ana", "wrong prices", flatten=True))
    assert desk.asked == []
    assert found_kill(tmp_path) is not None
