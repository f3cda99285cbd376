"""Where events go when nothing is decided on them: into the kernel's books, and into a digest."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from traider.domain.events import EventArray, Kind
from traider.runtime.event_stream import GriddedInstrument
from traider.runtime.kernel_books import KernelBooks

_OF_THE_RUN: Final = (Kind.CONFIG_DIGEST, Kind.WARMUP_BEGIN, Kind.WARMUP_END, Kind.LEADER_EPOCH)
"""Kinds that are about no instrument."""


@dataclass(frozen=True)
class BookOutcome:
    """An instrument after the last event."""

    name: str
    events: int
    trades: int
    gaps: int
    best_bid: Decimal | None
    best_ask: Decimal | None
    bid_levels: int
    ask_levels: int
    levels_digest: str
    """Of every level of the book: rank and lots, bids first, best first."""


@dataclass(frozen=True)
class EventsOutcome:
    """What a stream of events led to."""

    events: int
    first_ns: int
    last_ns: int
    kinds: dict[str, int]
    events_digest: str
    """Of every byte of every event."""
    instruments: tuple[BookOutcome, ...]
    fingerprint: str
    """Of the events and of all books after them; with decisions, of those too."""


class BookTarget:
    """Take events in order: count them, digest them, keep their books.

    Args:
        instruments: an instrument's number is its place.
    """

    def __init__(self, instruments: Sequence[GriddedInstrument]) -> None:
        self.instruments = tuple(instruments)
        self.books = KernelBooks(max(len(self.instruments), 1))
        self.events = 0
        self._digest = hashlib.blake2b(digest_size=16)
        self._kinds: Counter[int] = Counter()
        self._of = np.zeros((max(len(self.instruments), 1), 3), np.int64)
        self._first_ns = self._last_ns = 0

    def append(self, events: EventArray) -> None:
        """Take the next events."""
        if not len(events):
            return
        self._digest.update(np.ascontiguousarray(events).view(np.uint8).data)
        self.books.apply(events)
        kinds, counts = np.unique(events["kind"], return_counts=True)
        self._kinds.update(dict(zip(kinds.tolist(), counts.tolist(), strict=True)))
        numbers, size = events["instrument"], len(self._of)
        of_one = events[~np.isin(events["kind"], _OF_THE_RUN)]["instrument"]
        self._of[:, 0] += np.bincount(of_one, minlength=size)[:size]
        for column, kind in ((1, Kind.TRADE), (2, Kind.GAP)):
            chosen = numbers[events["kind"] == kind]
            self._of[:, column] += np.bincount(chosen, minlength=size)[:size]
        self.events += len(events)
        self._first_ns = self._first_ns or int(events["ts_recv"][0])
        self._last_ns = int(events["ts_recv"][-1])

    def outcome(self) -> EventsOutcome:
        """Return what was met so far."""
        found = tuple(map(self._book, range(len(self.instruments))))
        whole = hashlib.blake2b(self._digest.digest(), digest_size=16)
        for each in found:
            whole.update(each.levels_digest.encode())
        return EventsOutcome(
            events=self.events,
            first_ns=self._first_ns,
            last_ns=self._last_ns,
            kinds={_kind_name(kind): count for kind, count in sorted(self._kinds.items())},
            events_digest=self._digest.hexdigest(),
            instruments=found,
            fingerprint=whole.hexdigest(),
        )

    def _book(self, number: int) -> BookOutcome:
        instrument, top = self.instruments[number], self.books.top(number)
        bids, asks = self.books.levels(number)
        events, trades, gaps = self._of[number].tolist()
        return BookOutcome(
            name=instrument.name,
            events=events,
            trades=trades,
            gaps=gaps,
            best_bid=top.bid_ticks * instrument.tick_size if top.bid_lots else None,
            best_ask=top.ask_ticks * instrument.tick_size if top.ask_lots else None,
            bid_levels=bids,
            ask_levels=asks,
            levels_digest=self.books.digest(number),
        )


def _kind_name(kind: int) -> str:
    return Kind(kind).name.lower()
