"""Larger bars out of finer ones, with and without holes."""

import math
from dataclasses import replace

import pytest

from tests.kernel.scenario import HOUR, Ohlcv, bars, spec_of
from traider.domain.events import Kind
from traider.kernel.machine import DeciderMachine
from traider.kernel.specification import FrameSpec, TapeSpec

pytestmark = pytest.mark.interpreted

FRAMES = (FrameSpec(HOUR, 60, 0, 0, 0), FrameSpec(4 * HOUR, 240, 0, 0, 7))


def larger(*rows: Ohlcv | None, instrument: int = 0) -> list[list[float]]:
    """Return open, high, low, close and volume of the 4-hour frame after each bar."""
    spec = replace(spec_of(), tape=TapeSpec(frames=FRAMES, slots=14))
    spec = replace(spec, markets=spec.markets * 2)
    machine = DeciderMachine(spec)
    events = bars(*rows, instrument=instrument)
    found = []
    for index in range(len(events)):
        assert len(machine.step(events, index)) == 0
        if events[index]["kind"] == Kind.BAR:
            found.append(machine.decider.values[instrument, 7:12].tolist())
    return found


ROWS: list[Ohlcv] = [
    (10, 15, 9, 12, 1),
    (12, 20, 11, 13, 2),
    (13, 14, 5, 6, 3),
    (6, 8, 6, 7, 4),
    (7, 9, 7, 8, 5),
]


def test_a_larger_bar_is_known_when_its_last_part_closes() -> None:
    found = larger(*ROWS)
    assert all(math.isnan(value) for row in found[:3] for value in row)
    assert found[3] == found[4] == [10, 20, 5, 7, 10]


def test_a_missing_last_part_closes_the_bar_when_the_next_begins() -> None:
    found = larger(*ROWS[:3], None, ROWS[4])
    assert all(math.isnan(value) for row in found[:3] for value in row)
    assert found[3] == [10, 20, 5, 6, 6]


def test_a_bar_begins_with_the_first_part_that_came() -> None:
    assert larger(None, *ROWS[:3])[2] == [10, 20, 5, 6, 6]


def test_a_missing_larger_bar_is_not_filled_in() -> None:
    rows = [*ROWS[:4], None, None, None, None, *ROWS[:4]]
    found = larger(*rows)
    assert found[3:7] == [[10, 20, 5, 7, 10]] * 4
    assert found[7] == [10, 20, 5, 7, 10]


def test_instruments_do_not_mix() -> None:
    spec = replace(spec_of(), tape=TapeSpec(frames=FRAMES, slots=14))
    machine = DeciderMachine(replace(spec, markets=spec.markets * 2))
    first, second = bars(*ROWS[:4]), bars(*ROWS[1:], instrument=1)
    for index in range(len(first)):
        machine.step(first, index)
        machine.step(second, index)
    assert machine.decider.values[0, 7:12].tolist() == [10, 20, 5, 7, 10]
    assert machine.decider.values[1, 7:12].tolist() == [12, 20, 5, 8, 14]
    assert machine.decider.values[1, 0:5].tolist() == [7, 9, 7, 8, 5]
