"""Recorded events, wherever they were kept: instruments, and chunks in the order of the record."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

import numpy as np

from traider.domain.events import EventArray, empty_events, join_events


class GriddedInstrument(Protocol):
    """An instrument as every kind of record knows it."""

    @property
    def name(self) -> str:
        """Its name, ``VENUE:BASE-QUOTE``."""

    @property
    def tick_size(self) -> Decimal:
        """Step of prices, in the quote currency."""

    @property
    def lot_size(self) -> Decimal:
        """Step of sizes, in base units."""


@dataclass(frozen=True)
class EventStream:
    """A record of events that can be read again and again."""

    kind: str
    """``journal``, ``lake`` or ``capture``."""
    instruments: Sequence[GriddedInstrument]
    """An instrument's number is its place."""
    chunks: Callable[[], Iterator[EventArray]]
    """Reads it anew; events come in the order they were recorded in."""


def by_message(chunks: Iterable[EventArray]) -> Iterator[EventArray]:
    """Yield the events of each message: those of one time of receipt, which no two share."""
    left = empty_events(0)
    for chunk in chunks:
        events = join_events([left, chunk]) if len(left) else chunk
        cuts = np.flatnonzero(np.diff(events["ts_recv"])) + 1
        for begin, end in pairwise([0, *cuts.tolist()]):
            yield events[begin:end]
        left = events[cuts[-1] if len(cuts) else 0 :].copy()
    if len(left):
        yield left
