"""Events as a journal has them, made up within the contract of events, and recorded."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from hypothesis import strategies as st

from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.instruments import InstrumentName
from traider.domain.payload_table import PAYLOADS
from traider.store.event_rows import CONTENTS, RecordedGrid, rows_by_series
from traider.store.market_store import MarketStore

DAY_NS: Final = 86_400_000_000_000
START_NS: Final = 20_000 * DAY_NS - 40_000_000_000
"""Forty seconds before a midnight, so that short recordings have two days."""
INSTRUMENTS: Final = tuple(
    RecordedGrid(InstrumentName.parse(name), Decimal(tick), Decimal("0.00000001"))
    for name, tick in (("COINBASE:BTC-USD", "0.01"), ("COINBASE:ETH-USD", "0.01"))
)
WITH_OTHERS: Final = (*CONTENTS, Kind.TIMER, Kind.ORDER_INTENT, Kind.CONFIG_DIGEST, Kind.BALANCE)
"""Also kinds that the lake does not keep."""
FEW: Final = (Kind.DEPTH_UPDATE, Kind.DEPTH_CLEAR, Kind.TRADE, Kind.GAP, Kind.TIMER)


def some_events(count: int, seed: int, kinds: Sequence[Kind] = tuple(CONTENTS)) -> EventArray:
    """Return events received in order, several in one instant."""
    generator = np.random.default_rng(seed)
    events = empty_events(count)
    codes = generator.choice([int(kind) for kind in kinds], count)
    events["kind"] = codes
    events["ts_recv"] = START_NS + np.cumsum(generator.integers(0, 3, count)) * 40_000_000
    events["ts_event"] = events["ts_recv"] - generator.integers(-5, 10**9, count)
    events["instrument"] = generator.integers(0, len(INSTRUMENTS), count)
    events["flags"] = generator.integers(0, 2**16, count)
    events["side"] = generator.integers(-1, 2, count)
    events["version"] = generator.integers(0, 256, count)
    for place in range(5):
        words = generator.integers(-(2**63), 2**63 - 1, count)
        used = [bool(PAYLOADS[Kind(int(code))].words[place].is_used) for code in codes]
        events[f"w{place}"] = np.where(used, words, 0)
    return events


events_of_journals: Final = st.builds(
    some_events, st.integers(0, 120), st.integers(0, 2**20), st.sampled_from([WITH_OTHERS, FEW])
)


def kept_of(events: EventArray) -> EventArray:
    """Return the events that the lake keeps."""
    kept: EventArray = events[np.isin(events["kind"], [int(kind) for kind in CONTENTS])]
    return kept


def pieces(events: EventArray, cuts: Sequence[int]) -> Iterator[tuple[int, EventArray]]:
    """Yield events cut at places, each piece with the position of its first."""
    edges = [0, *sorted({cut % (len(events) + 1) for cut in cuts}), len(events)]
    for begin, end in pairwise(edges):
        yield begin, events[begin:end]


def record(store: MarketStore, events: EventArray, first: int = 0) -> None:
    """Write events to a store as the rows they are."""
    seq = np.arange(first, first + len(events))
    for key, rows in rows_by_series(events, seq, INSTRUMENTS):
        store.write(key, rows)


def bytes_of(lake: Path) -> dict[str, bytes]:
    """Return every file of data of a lake."""
    return {
        path.relative_to(lake).as_posix(): path.read_bytes()
        for path in sorted(lake.glob("venue=*/instrument=*/kind=*/day=*/*.parquet"))
    }
