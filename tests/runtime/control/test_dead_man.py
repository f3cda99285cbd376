"""The dead-man timer: warned of, done once, put off by any sign of life."""

import asyncio
from pathlib import Path

import pytest

from tests.ports.alert import MemoryAlerts
from traider.domain.errors import UsageError
from traider.domain.ports import Severity
from traider.runtime.config_run import RunConfig
from traider.runtime.control.dead_man import (
    ALIVE_NAME,
    DeadMan,
    DeadManTerms,
    dead_man_terms,
    note_alive,
    watch_alive,
)
from traider.runtime.control.kill_file import REARMED_NAME, clear_kill, found_kill, note_rearmed

TERMS = DeadManTerms(within_s=600.0, warning_s=60.0)


class Watch:
    """A timer on a clock of its own."""

    def __init__(self, folder: Path, terms: DeadManTerms = TERMS) -> None:
        self.now_s = 1_000.0
        self.alerts = MemoryAlerts()
        self.timer = DeadMan(folder, terms, self.alerts, lambda: self.now_s)

    def wait(self, seconds: float) -> None:
        self.now_s += seconds
        self.timer.look()

    @property
    def told(self) -> list[Severity]:
        return [each.severity for each in self.alerts.sent]


def test_silence_is_warned_of_and_then_stops_everything_once(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.wait(539)
    assert (watch.told, found_kill(tmp_path)) == ([], None)
    watch.wait(1)
    watch.wait(1)
    assert (watch.told, found_kill(tmp_path)) == ([Severity.WARNING], None)
    watch.wait(59)
    found = found_kill(tmp_path)
    assert found is not None
    assert (found.who, found.flatten) == ("dead-man timer", True)
    clear_kill(tmp_path)
    watch.wait(10_000)
    assert found_kill(tmp_path) is None
    assert watch.told == [Severity.WARNING, Severity.CRITICAL]


def test_positions_are_kept_where_that_is_wanted(tmp_path: Path) -> None:
    Watch(tmp_path, DeadManTerms(5.0, 0.0, keeps_positions=True)).wait(5)
    found = found_kill(tmp_path)
    assert found is not None
    assert not found.flatten


@pytest.mark.parametrize("sign", [ALIVE_NAME, REARMED_NAME])
def test_a_sign_of_life_begins_the_time_anew(tmp_path: Path, sign: str) -> None:
    watch = Watch(tmp_path)
    watch.wait(580)
    if sign == ALIVE_NAME:
        note_alive(tmp_path)
    else:
        note_rearmed(tmp_path, 1)
    watch.wait(100)
    assert found_kill(tmp_path) is None
    assert watch.told == [Severity.WARNING, Severity.INFO]
    watch.wait(600)
    assert found_kill(tmp_path) is not None


def test_after_a_stop_a_sign_of_life_lets_it_wait_again(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    watch.wait(600)
    clear_kill(tmp_path)
    note_alive(tmp_path)
    watch.wait(1)
    watch.wait(599)
    assert found_kill(tmp_path) is None
    watch.wait(1)
    assert found_kill(tmp_path) is not None


def test_a_sign_of_life_needs_the_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no sign of life"):
        note_alive(tmp_path / "none")


def test_it_is_off_unless_it_is_set() -> None:
    assert dead_man_terms(RunConfig()).within_s == 0.0
    chosen = RunConfig(alive_within_s=30, alive_warning_s=5, alive_keeps_positions=True)
    assert dead_man_terms(chosen) == DeadManTerms(30.0, 5.0, keeps_positions=True)


@pytest.mark.parametrize(("within_s", "stops"), [(0.0, False), (0.02, True)])
def test_the_watch_looks_for_itself(tmp_path: Path, within_s: float, *, stops: bool) -> None:
    async def watched() -> None:
        terms = DeadManTerms(within_s, 0.01)
        watch = asyncio.create_task(watch_alive(tmp_path, terms, MemoryAlerts(), look_s=0.005))
        await asyncio.sleep(0.2)
        watch.cancel()

    asyncio.run(watched())
    assert (found_kill(tmp_path) is not None) is stops
