"""A journal as data of a run: whole instants, the extent of each instrument, a range."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.backtest.journal_source import (
    from_whole_books,
    journal_events,
    scan_journal,
    whole_instants,
)
from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.journal.instruments import JournalInstrument
from traider.journal.terms import FsyncPolicy, JournalTerms
from traider.journal.writer import JournalWriter

BTC = JournalInstrument("COINBASE:BTC-USD", "BTC-USD", Decimal("0.01"), Decimal("1e-8"))
PERP = JournalInstrument("BYBIT:BTC-USDT-PERP", "BTCUSDT", Decimal("0.1"), Decimal("0.001"))


def trades(*rows: tuple[int, int, int]) -> EventArray:
    """Return trades: instrument, time, price in ticks."""
    events = empty_events(len(rows))
    events["kind"], events["version"], events["size"] = Kind.TRADE, 1, 3
    for place, (number, ts_ns, price) in enumerate(rows):
        events["instrument"][place] = number
        events["ts_event"][place] = events["ts_recv"][place] = ts_ns
        events["price"][place] = price
    return events


def journal(folder: Path, *parts: EventArray) -> Path:
    terms = JournalTerms(fsync=FsyncPolicy.NONE)
    with JournalWriter.open(folder, [BTC, PERP], terms) as writer:
        for part in parts:
            writer.append(part)
    return folder


@given(
    times=st.lists(st.integers(1, 9), min_size=1, max_size=30).map(sorted),
    cuts=st.lists(st.integers(1, 29), max_size=6),
)
def test_no_chunk_ends_within_an_instant(times: list[int], cuts: list[int]) -> None:
    whole = trades(*((0, ts_ns, place) for place, ts_ns in enumerate(times)))
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    chunks = list(whole_instants(iter([whole[a:b] for a, b in pairwise(places)])))
    assert join_events(chunks).tobytes() == whole.tobytes()
    for one, other in pairwise(chunks):
        assert one["ts_recv"][-1] < other["ts_recv"][0]


def test_each_instrument_has_its_extent(tmp_path: Path) -> None:
    rows = trades((0, 10, 500), (1, 20, 90), (0, 30, 400), (0, 40, 450))
    found = scan_journal(journal(tmp_path / "j", rows))
    assert [each.instrument for each in found] == [BTC.name, PERP.name]
    assert [(each.first_ns, each.end_ns, each.records) for each in found] == [
        (10, 40, 3),
        (20, 20, 1),
    ]
    assert [each.lowest for each in found] == [4.0, 9.0]
    assert [each.is_derivative for each in found] == [False, True]
    assert [each.tick_size for each in found] == [Decimal("0.01"), Decimal("0.1")]


def test_a_range_and_an_instrument_that_is_silent(tmp_path: Path) -> None:
    folder = journal(tmp_path / "j", trades((0, 10, 500), (1, 20, 90), (0, 30, 400)))
    inside = join_events(list(journal_events(folder, 15, 30)))
    assert inside["ts_recv"].tolist() == [20]
    found = scan_journal(folder, 15, 30)
    assert [(each.first_ns, each.records) for each in found] == [(20, 0), (20, 1)]
    with pytest.raises(DataError, match="no event of the time"):
        scan_journal(folder, 1_000)
    assert np.array_equal(join_events(list(journal_events(folder)))["ts_recv"], [10, 20, 30])


def depth(*rows: tuple[int, Kind]) -> EventArray:
    """Return records of depth a nanosecond apart: instrument and kind."""
    events = empty_events(len(rows))
    events["version"], events["ts_recv"] = 1, np.arange(len(rows)) + 10
    for place, (number, kind) in enumerate(rows):
        events["instrument"][place], events["kind"][place] = number, kind
    return events


@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 2),
            st.sampled_from([Kind.DEPTH_UPDATE, Kind.DEPTH_SNAPSHOT, Kind.DEPTH_CLEAR, Kind.TRADE]),
        ),
        max_size=40,
    ),
    cuts=st.lists(st.integers(1, 39), max_size=5),
)
def test_no_change_comes_before_its_book(rows: list[tuple[int, Kind]], cuts: list[int]) -> None:
    whole = depth(*rows)
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    chunks = [whole[a:b] for a, b in pairwise(places)]
    kept = join_events(list(from_whole_books(iter(chunks))))
    begun: set[int] = set()
    expected = []
    for place, (number, kind) in enumerate(rows):
        if kind in {Kind.DEPTH_SNAPSHOT, Kind.DEPTH_CLEAR}:
            begun.add(number)
        if kind != Kind.DEPTH_UPDATE or number in begun:
            expected.append(place + 10)
    assert kept["ts_recv"].tolist() == expected


def test_a_journal_that_does_not_tell_its_instruments_is_refused(tmp_path: Path) -> None:
    terms = JournalTerms(fsync=FsyncPolicy.NONE)
    with JournalWriter.open(tmp_path / "none", [], terms) as writer:
        writer.append(trades((0, 10, 500)))
    with pytest.raises(DataError, match="does not tell its instruments"):
        scan_journal(tmp_path / "none")
    folder = journal(tmp_path / "j", trades((7, 10, 500)))
    with pytest.raises(DataError, match="of instrument 7, and there are 2"):
        scan_journal(folder)
