"""Which deliveries of the bus are of now: the rest is kept as a book, and told when now has come.

| on the bus | here |
| --- | --- |
| batches older than ``stale_s``: a reader begins, a feed was stuck | the book of them is kept |
| the first batch of now | what was kept goes before it |
| events are missing, or a feed role began anew | GAP and DEPTH_CLEAR; RESYNC before a snapshot |
| changes of a book that no snapshot began | dropped, as a venue's mapper writes none |
| HEALTH of the feed role | told apart: the checks here make events of their own |
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from traider.bus import Delivery
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.market_health import MarketHealth
from traider.feed.conflation import conflate
from traider.runtime.broken_books import BrokenBooks

_SNAPSHOT: Final = int(Kind.DEPTH_SNAPSHOT)
_UPDATE: Final = int(Kind.DEPTH_UPDATE)
_CLEAR: Final = int(Kind.DEPTH_CLEAR)
_GAP: Final = int(Kind.GAP)
_MARKS: Final = (_GAP, _CLEAR, _SNAPSHOT)
_OF_A_BOOK: Final = (*_MARKS, _UPDATE, int(Kind.RESYNC))
_KEPT_EVENTS: Final = 262_144
"""Events of a book that are kept before its changes are merged."""


@dataclass(frozen=True)
class Market:
    """What a delivery says of now."""

    events: EventArray
    health: MarketHealth | None = None
    """What the feed role said of its own health, None for nothing."""


class StreamOfNow:
    """Where one instrument stands in its stream.

    Args:
        number: of the instrument, here.
        stale_ns: age from which a batch is not of now.
    """

    def __init__(self, number: int, stale_ns: int) -> None:
        self._number, self._stale_ns = number, stale_ns
        self._kept: list[EventArray] = []
        self._kept_events = 0
        self._broken = BrokenBooks()
        self._has_book = False
        """Whether a snapshot came, and no break after it, of what was taken."""
        self.is_whole = False
        """The same of what was seen."""

    def take(self, delivery: Delivery, now_ns: int) -> Market:
        """Return what a delivery says of now."""
        told = delivery.batch.events
        if not len(told):
            return Market(told)
        # Others may hold the same batch, and every producer has numbers of its own.
        events = join_events([told])
        events["instrument"] = self._number
        health = _health_in(events)
        events = events[events["kind"] != Kind.HEALTH]
        if delivery.missing or delivery.begins_anew:
            events = join_events([self._break(int(told["ts_recv"][0])), events])
        events = self._of_books(self._broken.mend(events))
        if now_ns - int(told["ts_recv"][-1]) > self._stale_ns:
            self._keep(events)
            return Market(empty_events(0), health)
        kept, self._kept, self._kept_events = self._kept, [], 0
        return Market(join_events([*kept, events]), health)

    def see(self, message: EventArray) -> None:
        """Follow whether the book is whole after a message."""
        self.is_whole = _whole_after(message, before=self.is_whole)

    def _break(self, ts_recv: int) -> EventArray:
        """Say that the book broke, just before the events that follow."""
        self._broken, self._has_book = BrokenBooks((self._number,)), False
        return self._broken.begin(ts_recv - 1)

    def _of_books(self, events: EventArray) -> EventArray:
        """Return ``events`` without changes of a book that no snapshot began."""
        if not self._has_book:
            begins = np.flatnonzero(events["kind"] == _SNAPSHOT)
            first = int(begins[0]) if len(begins) else len(events)
            places = np.arange(len(events))
            events = events[(places >= first) | (events["kind"] != _UPDATE)]
        self._has_book = _whole_after(events, before=self._has_book)
        return events

    def _keep(self, events: EventArray) -> None:
        """Keep the book, merged when it grows long."""
        of_book = events[np.isin(events["kind"], _OF_A_BOOK)]
        self._kept.append(of_book)
        self._kept_events += len(of_book)
        if self._kept_events > _KEPT_EVENTS:
            merged = conflate(join_events(self._kept))
            self._kept, self._kept_events = [merged], len(merged) // 2


def messages_of(events: EventArray) -> Iterator[EventArray]:
    """Yield the events of each message: those that were received at one time."""
    if not len(events):
        return
    cuts = [0, *(np.flatnonzero(np.diff(events["ts_recv"])) + 1).tolist(), len(events)]
    for begin, end in pairwise(cuts):
        yield events[begin:end]


def _whole_after(events: EventArray, *, before: bool) -> bool:
    """Return whether a book stands after ``events``."""
    marks = events["kind"][np.isin(events["kind"], _MARKS)]
    return bool(marks[-1] == _SNAPSHOT) if len(marks) else before


def _health_in(events: EventArray) -> MarketHealth | None:
    told = events[events["kind"] == Kind.HEALTH]
    return MarketHealth(int(told["code"][-1])) if len(told) else None
