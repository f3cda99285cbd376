"""An emergency stop is told as it goes: how many of how many, by whom, and when the last was gone.

Laws:
1. What is counted is what was open when the trader took the stop; orders that close do not count.
2. Counts never fall, and the time of the last one is told once it is there, and stays.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from tests.runtime.control.desk import KeepingDesk
from tests.runtime.control.serving import serving
from traider.runtime.control import stopping
from traider.runtime.control.client import ControlClient
from traider.runtime.control.commands import Kill, Pause
from traider.runtime.control.kill_file import clear_kill, found_kill, leave_kill
from traider.runtime.control.messages import SOCKET_NAME
from traider.runtime.control.socket_files import listening_socket
from traider.runtime.control.stop_watch import StopPhase, StopSeen, StopTerms
from traider.runtime.control.stopping import carry_out, follow_waiting, kill_command
from traider.runtime.status_body import OrderBody, PositionBody, StatusBody
from traider.runtime.status_file import write_status

QUICK = StopTerms(answer_s=0.2, flat_s=0.2, gateway_flat_s=0.2, look_s=0.001)


def order(number: int, *, guards: bool = False) -> OrderBody:
    return OrderBody(
        f"{number:016x}", f"c{number}", "X:A-USD", "buy", "limit", "1", "1", "2", "", "open", 0.1,
        guards=guards,
    )  # fmt: skip


class EmptyingDesk(KeepingDesk):
    """Shows one stand after another; the last one stays."""

    def __init__(self, *stands: tuple[Sequence[OrderBody], Sequence[str]]) -> None:
        super().__init__()
        self._stands = list(stands)

    def status(self) -> StatusBody:
        orders, held = self._stands.pop(0) if len(self._stands) > 1 else self._stands[0]
        positions = tuple(PositionBody(name, "1", "2", "2", "0") for name in held)
        return msgspec.structs.replace(super().status(), orders=tuple(orders), positions=positions)


def stopped(state: Path, *, flatten: bool = True) -> tuple[StopSeen, list[StopSeen]]:
    told: list[StopSeen] = []
    command = kill_command("ana", "a try", flatten=flatten)
    found = carry_out(state, command, leave_kill(state, command), told.append, QUICK)
    return found, told


def test_what_was_open_is_counted_until_it_is_gone(tmp_path: Path) -> None:
    closing = order(9)
    desk = EmptyingDesk(
        ([order(1), order(2)], ["X:A-USD", "X:B-USD"]),
        ([order(2), closing], ["X:A-USD", "X:B-USD"]),
        ([closing], ["X:A-USD"]),
        ([], []),
    )
    with serving(tmp_path, desk):
        found, told = stopped(tmp_path)
    assert (found.phase, found.by, found.is_done) == (StopPhase.DONE, "trader", True)
    assert [(each.cancelled, each.orders, each.closed) for each in told] == [
        (0, 2, ()),
        (1, 2, ()),
        (2, 2, ("X:B-USD",)),
        (2, 2, ("X:A-USD", "X:B-USD")),
        (2, 2, ("X:A-USD", "X:B-USD")),
    ]
    assert [each.last_cancel_ns is None for each in told] == [True, True, False, False, False]
    assert [each.flat_ns is None for each in told] == [True, True, True, False, False]
    assert len({each.last_cancel_ns for each in told[2:]}) == 1
    assert found.answered_ns is not None
    assert found.last_cancel_ns is not None
    assert found.flat_ns is not None
    assert 0 < found.answered_ns <= found.last_cancel_ns <= found.flat_ns
    assert isinstance(desk.asked[0], Kill)
    assert found_kill(tmp_path) is None


def test_kept_positions_and_what_guards_them_do_not_count(tmp_path: Path) -> None:
    desk = EmptyingDesk(
        ([order(1), order(2, guards=True)], ["X:A-USD"]), ([order(2, guards=True)], ["X:A-USD"])
    )
    with serving(tmp_path, desk):
        found, _ = stopped(tmp_path, flatten=False)
    assert (found.orders, found.cancelled, found.positions) == (1, 1, ())
    assert (found.phase, found.held, found.flat_ns) == (StopPhase.DONE, ("X:A-USD",), None)


def test_what_stays_open_is_told_after_a_while(tmp_path: Path) -> None:
    with serving(tmp_path, EmptyingDesk(([order(1)], ["X:A-USD"]))):
        found, _ = stopped(tmp_path)
    assert (found.phase, found.cancelled, found.last_cancel_ns) == (StopPhase.OPEN, 0, None)
    assert "still open: 1 orders, positions in X:A-USD" in found.line


@pytest.mark.parametrize("is_there", [True, False])
def test_a_stop_that_nobody_answers_waits(tmp_path: Path, *, is_there: bool) -> None:
    frozen = listening_socket(tmp_path / SOCKET_NAME) if is_there else None
    found, _ = stopped(tmp_path)
    assert (found.phase, found.by) == (StopPhase.WAITING, "")
    assert found.line.endswith(f"the emergency stop waits in {tmp_path / 'kill'}")
    assert found_kill(tmp_path) is not None
    if frozen is not None:
        frozen.close()


def test_while_nobody_answers_what_was_open_when_the_trader_spoke_last_is_still_to_go(
    tmp_path: Path,
) -> None:
    write_status(tmp_path, EmptyingDesk(([order(1), order(2)], ["X:A-USD"])).status())
    found, _ = stopped(tmp_path)
    assert (found.phase, found.answered_ns) == (StopPhase.WAITING, None)
    assert (found.orders, found.cancelled, found.positions) == (2, 0, ("X:A-USD",))
    assert (found.closed, found.last_cancel_ns, found.is_over) == ((), None, False)


@pytest.mark.parametrize("is_there", [True, False])
def test_a_stop_that_waited_is_looked_after_until_somebody_did_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    monkeypatch.setattr(stopping, "_WAITING_LOOK_S", 0.001)
    write_status(tmp_path, EmptyingDesk(([order(1), order(2)], ["X:A-USD"])).status())
    command, told = kill_command("ana", "a try", flatten=True), list[StopSeen]()
    left = leave_kill(tmp_path, command)
    waiting = carry_out(tmp_path, command, left, told.append, QUICK)
    terms = (tmp_path, command, left, told.append, waiting, QUICK)
    with ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        going = pool.submit(follow_waiting, *terms)
        if is_there:
            desk = EmptyingDesk(([order(2)], ["X:A-USD"]), ([], ["X:A-USD"]), ([], []))
            stack.enter_context(serving(tmp_path, desk))
        clear_kill(tmp_path)
        found = going.result(30.0)
    if not is_there:
        assert (found.phase, "how it went is not known" in found.line) == (StopPhase.OPEN, True)
        return
    assert (found.phase, found.by) == (StopPhase.DONE, "trader")
    assert (found.cancelled, found.orders, found.closed) == (2, 2, ("X:A-USD",))
    assert [each.cancelled for each in told if each.answered_ns is not None] == [0, 1, 2, 2, 2]
    assert found.answered_ns is not None
    assert found.flat_ns is not None
    assert 0 < found.answered_ns <= found.flat_ns


def test_a_status_and_a_command_go_together(tmp_path: Path) -> None:
    desk = EmptyingDesk(([order(1)], []))
    with serving(tmp_path, desk), ControlClient(tmp_path) as trader:
        status, line = trader.look_and_send(Pause(who="ana", why="x"))
        assert ([each.order_id for each in status.orders], line) == ([f"{1:016x}"], "Pause done")
        assert trader.send(Pause(who="ana", why="y")) == "Pause done"
