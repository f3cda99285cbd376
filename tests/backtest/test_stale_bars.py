"""Stale fills: on bars without volume, after holes, and between a GAP and its RESYNC.

Laws: a fill counts once; a fill at a bar's close belongs to that bar, one at its opening instant
to the bar before; cutting the stream into chunks changes nothing.
"""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.builders import HOUR_NS, START_NS, record
from traider.backtest.bar_files import Batch
from traider.backtest.event_source import bar_events
from traider.backtest.stale_bars import StaleFills, StaleRecorder
from traider.domain.events import EventArray, Kind, join_events
from traider.domain.fills import Fill

NUMBERS = {"A": 0, "B": 1}


def bars(hours: Sequence[int], quiet: Sequence[int] = (), instrument: int = 0) -> EventArray:
    """Return the events of hourly bars at ``hours``; those of ``quiet`` have no volume."""
    ts_ns = START_NS + np.array(hours, np.int64) * HOUR_NS
    price = np.full(len(hours), 100.0)
    volume = np.where(np.isin(hours, quiet), 0.0, 5.0)

    class File:
        tick_size = Decimal("0.01")
        lot_size = Decimal("0.001")
        length_ns = HOUR_NS
        timeframe = "1h"
        path = "A"

    return bar_events(Batch(ts_ns, price, price, price, price, volume), File, instrument, 0)  # type: ignore[arg-type]


def fill(ts_ns: int, name: str = "A") -> Fill:
    return Fill(name, 1, Decimal(100), Decimal(1), Decimal(0), ts_ns, 1)


def count(chunks: Sequence[EventArray], *fills: Fill) -> StaleFills:
    recorder = StaleRecorder()
    for chunk in chunks:
        recorder.add(chunk)
    return recorder.stale_fills(fills, NUMBERS)


def at(hours: float) -> int:
    return START_NS + int(hours * HOUR_NS)


def test_a_fill_on_a_bar_without_volume_is_stale() -> None:
    events = bars([0, 1, 2, 3], quiet=[2])
    assert count([events], fill(at(2.5)), fill(at(3))) == StaleFills(2, 0)
    assert count([events], fill(at(1.5)), fill(at(2)), fill(at(3.5))) == StaleFills(0, 0)


def test_a_fill_after_a_hole_is_stale_and_the_first_bar_has_no_hole_before_it() -> None:
    events = bars([0, 1, 5, 6])
    assert count([events], fill(at(5) + 1), fill(at(6))) == StaleFills(0, 2)
    assert count([events], fill(at(0.5)), fill(at(1.5)), fill(at(6.5))) == StaleFills(0, 0)


def test_a_fill_counts_once() -> None:
    events = bars([0, 1, 5, 6], quiet=[5])
    assert count([events], fill(at(5.5))) == StaleFills(1, 0)
    assert StaleFills(1, 2).total == 3


def test_instruments_are_told_apart() -> None:
    events = join_events([bars([0, 1, 2], quiet=[1]), bars([0, 1, 2], instrument=1)])
    assert count([events], fill(at(1.5), "A"), fill(at(1.5), "B")) == StaleFills(1, 0)


def test_from_a_gap_to_its_resync_everything_is_stale() -> None:
    events = join_events(
        [
            record(Kind.GAP, at(1)),
            record(Kind.GAP, at(2)),
            record(Kind.RESYNC, at(3)),
            record(Kind.RESYNC, at(4)),
            record(Kind.GAP, at(6)),
        ]
    )
    stale = [fill(at(1.5)), fill(at(2.5)), fill(at(3)), fill(at(9))]
    assert count([events], *stale, fill(at(1)), fill(at(3.5)), fill(at(6))) == StaleFills(0, 4)


def test_instruments_with_funding_are_known() -> None:
    recorder = StaleRecorder()
    settled = record(Kind.FUNDING, at(1), instrument=1, w4=1)
    passed = record(Kind.FUNDING, at(1), instrument=2, w2=at(2))
    ahead = record(Kind.FUNDING, at(1), instrument=3, w2=at(9))
    recorder.add(join_events([settled, passed, ahead]))
    recorder.add(bars([2, 3]))
    assert recorder.funded == {1, 3}


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=30, unique=True).map(sorted),
    st.sets(st.integers(0, 40), max_size=10),
    st.integers(1, 20),
    st.lists(st.floats(0.0, 42.0), max_size=10),
)
def test_chunks_change_nothing_and_a_fill_counts_at_most_once(
    hours: list[int], quiet: set[int], size: int, places: list[float]
) -> None:
    events = bars(hours, sorted(quiet))
    fills = [fill(at(place)) for place in places]
    chunks = [events[start : start + size] for start in range(0, len(events), size)]
    whole = count([events], *fills)
    assert count(chunks, *fills) == whole
    assert whole.total <= len(fills)
