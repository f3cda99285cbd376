"""What a journal says of one instrument's market: trades, bars, and how good its data are.

It holds what a chart and its strip of quality need, each within a bound; older words go first.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from traider.api.following.bar_series import InstrumentBars, real_trades
from traider.domain.events import EventArray, Kind
from traider.domain.market_health import MarketHealth

TRADES_KEPT: Final = 2_000
WORDS_KEPT: Final = 5_000
_QUALITY: Final = (Kind.HEALTH, Kind.GAP, Kind.RESYNC, Kind.INSTRUMENT_STATUS)
TAKEN: Final = (*_QUALITY, Kind.TRADE, Kind.QUOTE, Kind.BAR, Kind.MARK)
"""Kinds of events that a tape takes in; depth is for the kernel's book."""


class QualityKind(StrEnum):
    """What a word about the data is."""

    HEALTH = "health"
    """A check changed its mind."""
    GAP = "gap"
    """Messages were missed."""
    RESYNC = "resync"
    """The stream is whole again."""
    STATUS = "status"
    """The venue opened, halted or ended trading."""


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade of the market: ticks, lots, and which side took (+1 bought, -1 sold, 0 unknown)."""

    at_ns: int
    received_ns: int
    price_ticks: int
    size_lots: int
    side: int
    id: int


@dataclass(frozen=True, slots=True)
class QualityWord:
    """One word about the data of an instrument."""

    at_ns: int
    """When it was received."""
    kind: QualityKind
    code: int
    """``MarketHealth`` of a health, ``InstrumentStatus`` of a status, how it was mended of a
    resync."""
    number: float = 0.0
    """What was measured, and"""
    limit: float = 0.0
    """what was allowed, of a health, in the check's unit."""
    begin_ns: int = 0
    """Of a gap, or of the gap that a resync ends."""
    end_ns: int = 0
    """Of a gap; 0 while it is open."""
    missing: int = 0
    """Messages that a gap lacks by their numbers; 0 unknown."""


@dataclass(frozen=True, slots=True)
class HealthSpan:
    """A stretch of time with one health."""

    begin_ns: int
    end_ns: int
    """0 while it lasts."""
    health: MarketHealth


class MarketTape:
    """Takes the events of one instrument in."""

    def __init__(self) -> None:
        self.bars = InstrumentBars()
        self.trades: deque[Trade] = deque(maxlen=TRADES_KEPT)
        self.trades_end = 0
        """Number of the next trade; those on the way back have lower numbers, negative perhaps."""
        self.words: deque[QualityWord] = deque(maxlen=WORDS_KEPT)
        self.quote: tuple[int, int, int, int] | None = None
        """Best bid and ask as the venue quoted them last: ticks, lots, ticks, lots."""
        self.mark_e8 = 0
        """The venue's mark, 1e-8 of quote; 0 unknown."""
        self.last_ns = 0
        """When its market said something last, as received; whoever gives events sets it."""
        self.gaps = 0
        self.resyncs = 0

    @property
    def health(self) -> MarketHealth:
        """What the feed says of its data now."""
        for word in reversed(self.words):
            if word.kind is QualityKind.HEALTH:
                return MarketHealth(word.code)
        return MarketHealth.HEALTHY

    def take(self, events: EventArray) -> None:
        """Take in events of kinds ``TAKEN`` that came after everything so far."""
        kinds = events["kind"]
        trades = real_trades(events)
        self.bars.take_trades(trades)
        self.trades.extend(_trade(each) for each in trades[-TRADES_KEPT:])
        self.trades_end += len(trades)
        self.bars.take_told(events[kinds == int(Kind.BAR)])
        self._take_quotes(events[kinds == int(Kind.QUOTE)])
        marks = events[kinds == int(Kind.MARK)]
        if len(marks):
            self.mark_e8 = int(marks["w0"][-1])
        for word in _words(events):
            self.words.append(word)
            self._count(word)

    def take_earlier(self, events: EventArray) -> None:
        """Take in events of those kinds that came just before everything so far."""
        trades = real_trades(events)
        self.bars.take_trades(trades, is_earlier=True)
        self.bars.take_told(events[events["kind"] == int(Kind.BAR)], is_earlier=True)
        room = TRADES_KEPT - len(self.trades)
        if room > 0:
            self.trades.extendleft(_trade(each) for each in trades[-room:][::-1])
        for word in reversed(_words(events)):
            if len(self.words) < WORDS_KEPT:
                self.words.appendleft(word)
            self._count(word)

    def spans(self, begin_ns: int, end_ns: int) -> list[HealthSpan]:
        """Return how healthy the data were from ``begin_ns`` to ``end_ns``, in order."""
        changes = [
            (word.at_ns, MarketHealth(word.code))
            for word in self.words
            if word.kind is QualityKind.HEALTH and word.at_ns < end_ns
        ]
        ends = [at_ns for at_ns, _ in changes[1:]]
        return (
            [
                HealthSpan(at_ns, until_ns, health)
                for (at_ns, health), until_ns in zip(changes, [*ends, 0], strict=True)
                if not until_ns or until_ns > begin_ns
            ]
            if changes
            else []
        )

    def _take_quotes(self, quotes: EventArray) -> None:
        if len(quotes):
            last = quotes[-1]
            self.quote = int(last["w0"]), int(last["w1"]), int(last["w2"]), int(last["w3"])

    def _count(self, word: QualityWord) -> None:
        self.gaps += word.kind is QualityKind.GAP
        self.resyncs += word.kind is QualityKind.RESYNC


def _trade(event: np.void) -> Trade:
    return Trade(
        int(event["ts_event"]),
        int(event["ts_recv"]),
        int(event["price"]),
        int(event["size"]),
        int(event["side"]),
        int(event["id"]),
    )


def _words(events: EventArray) -> list[QualityWord]:
    return [_word(event) for event in events[np.isin(events["kind"], _QUALITY)]]


def _word(event: np.void) -> QualityWord:
    kind, at_ns = Kind(int(event["kind"])), int(event["ts_recv"])
    if kind is Kind.HEALTH:
        number, limit = float(event["f1"]), float(event["f2"])
        return QualityWord(at_ns, QualityKind.HEALTH, int(event["w0"]), number, limit)
    if kind is Kind.GAP:
        first, last = int(event["w0"]), int(event["w1"])
        missing = last - first + 1 if last >= first > 0 else 0
        begin_ns, end_ns = int(event["w2"]), int(event["w3"])
        return QualityWord(
            at_ns, QualityKind.GAP, 0, begin_ns=begin_ns, end_ns=end_ns, missing=missing
        )
    if kind is Kind.RESYNC:
        return QualityWord(
            at_ns, QualityKind.RESYNC, int(event["w0"]), begin_ns=int(event["w3"]), end_ns=at_ns
        )
    return QualityWord(at_ns, QualityKind.STATUS, int(event["w0"]))
