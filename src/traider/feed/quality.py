"""Checks on the data of one instrument: what each measures, and what it may be.

    watch = QualityWatch(instrument, terms)
    watch.see(events, before, after, …)          # after each message about the instrument
    watch.pass_time(now_ns)                      # a few times a second
    change = watch.change(now_ns)                # a HEALTH event when the worst fault is another

| check | measures | unhealthy |
| --- | --- | --- |
| DISCONNECTED | whether a connection is open | until it is |
| GAP | whether the book stands on an unbroken stream | until a snapshot joined |
| LEVELS_LOST | levels that found no room since the book was set anew | above 0 |
| CROSSED | best bid less best ask after a message, ticks | while it is not below |
| ONE_SIDED | sides without a level | above 0 |
| FROZEN | time that quotes differ and no depth came, s | ``quote_agreement``, ``quote_s`` |
| STALE | time since anything was heard, s | above ``stale_s`` |
| SKEW | receipt less the venue's stamp, s, not HISTORY | below -``ahead_s``, above ``late_s`` |
| OUTLIER | change of the middle from message to message, fraction | above ``jump``, then held |
| OFF_BOOK | a trade's distance from the book before it, fraction | above ``off_book``, held |
| SPREAD | best ask less best bid over the middle, fraction | above ``spread`` |
| SCHEMA | messages that could not be read | then held |

What happens in a moment (OUTLIER, OFF_BOOK, SCHEMA) counts as a fault for ``hold_s`` after it. The
state is a function of the events and their times of receipt alone, so a replay finds the same.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from traider.domain.events import EventArray, Kind, MarketFlag
from traider.domain.market_health import MarketHealth
from traider.feed.books import Top
from traider.feed.latencies import Latencies
from traider.feed.quote_agreement import QuoteAgreement

_SECOND_NS: Final = 1_000_000_000
_SNAPSHOT: Final = int(Kind.DEPTH_SNAPSHOT)
_DEPTH: Final = (int(Kind.DEPTH_UPDATE), _SNAPSHOT)
_CLEAR: Final = int(Kind.DEPTH_CLEAR)
_TRADE: Final = int(Kind.TRADE)
_QUOTE: Final = int(Kind.QUOTE)
_GAP: Final = int(Kind.GAP)
_RESYNC: Final = int(Kind.RESYNC)
_MARKS: Final = (_GAP, _CLEAR)
"""What we say ourselves of a break, at the time of its receipt."""
_HISTORY: Final = int(MarketFlag.HISTORY)
_HEALTHY: Final = MarketHealth.HEALTHY
_LOST: Final = MarketHealth.LEVELS_LOST
_CROSSED: Final = MarketHealth.CROSSED
_ONE_SIDED: Final = MarketHealth.ONE_SIDED
_SPREAD: Final = MarketHealth.SPREAD
_SKEW: Final = MarketHealth.SKEW
_FROZEN: Final = MarketHealth.FROZEN
_STALE: Final = MarketHealth.STALE
_BROKEN: Final = MarketHealth.GAP
_MOMENTS: Final = (MarketHealth.OUTLIER, MarketHealth.OFF_BOOK, MarketHealth.SCHEMA)


@dataclass(frozen=True)
class QualityTerms:
    """What an instrument's data may be."""

    stale_s: float = 5.0
    quote_s: float = 5.0
    """How long quotes may differ from a book that does not change."""
    ahead_s: float = 1.0
    """How far the venue's clock may be before ours."""
    late_s: float = 5.0
    """How long a message may be under way."""
    jump: float = 0.05
    off_book: float = 0.02
    spread: float = 0.01
    hold_s: float = 5.0


@dataclass
class QualityCounts:
    """What was met of one instrument since the counts began."""

    messages: int = 0
    level_updates: int = 0
    snapshots: int = 0
    trades: int = 0
    gaps: int = 0
    resyncs: int = 0
    blind_ns: int = 0
    """Time without a whole book, of breaks that have ended."""
    longest_blind_ns: int = 0
    unhealthy_ns: int = 0
    """Time with any fault, of faults that have ended."""
    faults: dict[MarketHealth, int] = field(default_factory=dict)
    """How often each check found fault."""
    latencies: Latencies = field(default_factory=Latencies)


@dataclass(frozen=True)
class Fault:
    """What a check found."""

    number: float
    limit: float
    until_ns: int = 0
    """When it is forgotten by itself; 0 for a state that lasts until it is over."""


@dataclass(frozen=True)
class Change:
    """The worst fault is another one, or none is left."""

    health: MarketHealth
    number: float = 0.0
    limit: float = 0.0


class QualityWatch:
    """The checks of one instrument."""

    def __init__(self, instrument: int, terms: QualityTerms) -> None:
        self.instrument = instrument
        self.terms = terms
        self.counts = QualityCounts()
        self.health = _HEALTHY
        self._faults: dict[MarketHealth, Fault] = {}
        self._heard_ns = 0
        self._broken_ns = 0
        self._unhealthy_ns = 0
        self._lost = self._lost_before = 0
        """Levels that found no room, ever and before the book was set anew."""
        self._agreement = QuoteAgreement(terms.quote_s)
        self._left_ns = 0
        """Since when the venue says that the book's changes are not subscribed, 0 they are."""
        self._told = Change(_HEALTHY)

    @property
    def last_heard_ns(self) -> int:
        """When something was heard of the instrument last, 0 never."""
        return self._heard_ns

    @property
    def is_frozen(self) -> bool:
        """Whether the book does not follow the venue, and is to be asked for again."""
        return _FROZEN in self._faults

    def blind_ns(self, now_ns: int) -> int:
        """Return how long there was no whole book in all, the present break included."""
        return self.counts.blind_ns + (now_ns - self._broken_ns if self._broken_ns else 0)

    def begin(self, now_ns: int) -> None:
        """Begin without a connection and without a book."""
        self._broken_ns = self._heard_ns = self._unhealthy_ns = now_ns
        self._set(MarketHealth.DISCONNECTED, 1.0, 0.0)
        self._set(_BROKEN, 1.0, 0.0)

    def see(
        self, events: EventArray, before: Top, after: Top, *, is_whole: bool, lost: int = 0
    ) -> None:
        """Judge one message about the instrument.

        Args:
            events: its records of the instrument.
            before: the top of the book before them.
            after: the top after them.
            is_whole: whether the book stands on an unbroken stream after them.
            lost: how many levels of the instrument ever found no room in its book.
        """
        now_ns = int(events["ts_recv"][-1])
        self._heard_ns = now_ns
        self._clear(_STALE)
        counts = self.counts
        counts.messages += 1
        kinds: list[int] = events["kind"].tolist()
        if self._agreement.differs and kinds[-1] in _DEPTH:
            self._agreement.forget()
            self._judge_frozen(now_ns)
        if kinds[0] == kinds[-1] and kinds[0] in _DEPTH:
            self._count_depth(kinds[0], len(kinds))  # nearly every message is of one kind
        else:
            for kind in _DEPTH:
                if found := kinds.count(kind):
                    self._count_depth(kind, found)
            counts.gaps += _GAP in kinds
            counts.resyncs += kinds.count(_RESYNC)
            if _TRADE in kinds:
                self._judge_trades(events, before, now_ns)
            if _QUOTE in kinds and is_whole:
                self._judge_quotes(events, after, now_ns)
        if lost != self._lost_before:
            self._judge_lost(events, lost)
        self._judge_book(now_ns, before, after, is_whole=is_whole)
        if kinds[-1] not in _MARKS:
            self._judge_time(events, now_ns)

    def connected(self, now_ns: int, *, is_open: bool) -> None:
        """Note that the connection of the instrument opened or ended."""
        if is_open:
            self._clear(MarketHealth.DISCONNECTED)
            self._heard_ns = now_ns
        else:
            self._set(MarketHealth.DISCONNECTED, 1.0, 0.0)
            self._left_ns = 0
            self._break(now_ns)

    def subscribed(self, now_ns: int, *, is_subscribed: bool) -> None:
        """Note whether the venue says that it tells the changes of the book."""
        self._left_ns = 0 if is_subscribed else self._left_ns or now_ns
        self._judge_frozen(now_ns)

    def unreadable(self, now_ns: int) -> None:
        """Note a message of its connection that could not be read."""
        self._moment(MarketHealth.SCHEMA, 1.0, 0.0, now_ns)

    def pass_time(self, now_ns: int) -> None:
        """Let time pass: silence makes stale, books freeze, and moments are forgotten."""
        if self._agreement.differs:
            self._judge_frozen(now_ns)
        silent_s = (now_ns - self._heard_ns) / _SECOND_NS
        if silent_s > self.terms.stale_s and MarketHealth.DISCONNECTED not in self._faults:
            self._set(_STALE, silent_s, self.terms.stale_s)
        for check in _MOMENTS:
            fault = self._faults.get(check)
            if fault is not None and now_ns >= fault.until_ns:
                del self._faults[check]

    def change(self, now_ns: int) -> Change | None:
        """Return the worst fault if it is another than was told last; it is told then."""
        worst = min(self._faults) if self._faults else _HEALTHY
        if worst is self._told.health:
            return None
        if self._told.health is _HEALTHY:
            self._unhealthy_ns = now_ns
        elif worst is _HEALTHY:
            self.counts.unhealthy_ns += now_ns - self._unhealthy_ns
        fault = self._faults.get(worst, Fault(0.0, 0.0))
        self.health = worst
        self._told = Change(worst, fault.number, fault.limit)
        return self._told

    def roll(self, now_ns: int) -> QualityCounts:
        """Return what was met so far, faults that last included, and begin counting anew."""
        counts = self.counts
        if self._broken_ns:
            blind_ns = now_ns - self._broken_ns
            counts.blind_ns += blind_ns
            counts.longest_blind_ns = max(counts.longest_blind_ns, blind_ns)
            self._broken_ns = now_ns
        if self._told.health is not _HEALTHY:
            counts.unhealthy_ns += now_ns - self._unhealthy_ns
            self._unhealthy_ns = now_ns
        self.counts = QualityCounts()
        return counts

    # ------------------------------------------------------------------------------- the checks

    def _count_depth(self, kind: int, levels: int) -> None:
        self.counts.level_updates += levels
        self.counts.snapshots += kind == _SNAPSHOT

    def _judge_book(self, now_ns: int, before: Top, after: Top, *, is_whole: bool) -> None:
        if not is_whole:
            self._break(now_ns)
            return
        if self._broken_ns:
            blind_ns = now_ns - self._broken_ns
            self.counts.blind_ns += blind_ns
            self.counts.longest_blind_ns = max(self.counts.longest_blind_ns, blind_ns)
            self._broken_ns = 0
        elif before.is_two_sided and after.is_two_sided:
            self._judge_move(before, after, now_ns)
        self._clear(_BROKEN)
        if after.is_two_sided:
            self._clear(_ONE_SIDED)
        else:
            empty = (after.bid_lots == 0) + (after.ask_lots == 0)
            self._set(_ONE_SIDED, float(empty), 0.0)
        crossed = float(after.bid_ticks - after.ask_ticks)
        self._state(_CROSSED, crossed, 0.0, is_fault=after.is_crossed)
        middle = (after.bid_ticks + after.ask_ticks) / 2
        spread = -crossed / middle if after.is_two_sided and middle > 0 else 0.0
        limit = self.terms.spread
        self._state(_SPREAD, spread, limit, is_fault=spread > limit)

    def _judge_quotes(self, events: EventArray, after: Top, now_ns: int) -> None:
        quote = events[events["kind"] == _QUOTE][-1]
        self._agreement.take(int(quote["w0"]), int(quote["w2"]), after, now_ns)
        self._judge_frozen(now_ns)

    def _judge_frozen(self, now_ns: int) -> None:
        left_s = (now_ns - self._left_ns) / _SECOND_NS if self._left_ns else 0.0
        frozen_s = max(self._agreement.frozen_s(now_ns), left_s)
        is_fault = frozen_s > 0 or self._left_ns > 0
        self._state(_FROZEN, frozen_s, self.terms.quote_s, is_fault=is_fault)

    def _judge_lost(self, events: EventArray, lost: int) -> None:
        kinds = events["kind"]
        is_set = (kinds == _SNAPSHOT) & (events["w3"] == 0) | (kinds == _CLEAR)
        if is_set.any():
            self._lost_before = self._lost
        self._lost = lost
        found = lost - self._lost_before
        self._state(_LOST, float(found), 0.0, is_fault=found > 0)

    def _judge_move(self, before: Top, after: Top, now_ns: int) -> None:
        old = before.bid_ticks + before.ask_ticks
        moved = abs(after.bid_ticks + after.ask_ticks - old) / old if old > 0 else 0.0
        if moved > self.terms.jump:
            self._moment(MarketHealth.OUTLIER, moved, self.terms.jump, now_ns)

    def _judge_trades(self, events: EventArray, before: Top, now_ns: int) -> None:
        trades = events[(events["kind"] == _TRADE) & (events["flags"] & _HISTORY == 0)]
        self.counts.trades += len(trades)
        if not len(trades) or not before.is_two_sided or before.is_crossed:
            return
        high = (int(trades["price"].max()) - before.ask_ticks) / before.ask_ticks
        low = (before.bid_ticks - int(trades["price"].min())) / before.bid_ticks
        outside = max(high, low)
        if outside > self.terms.off_book:
            self._moment(MarketHealth.OFF_BOOK, outside, self.terms.off_book, now_ns)

    def _judge_time(self, events: EventArray, now_ns: int) -> None:
        """Judge the last record by its time; the past that a subscription begins with has none."""
        place = -1
        if int(events["flags"][-1]) & _HISTORY:
            new = np.flatnonzero(events["flags"] & _HISTORY == 0)
            if not len(new):
                return
            place = int(new[-1])
        ts_event = int(events["ts_event"][place])
        self.counts.latencies.add(now_ns - ts_event)
        under_way_s = (now_ns - ts_event) / _SECOND_NS
        limit = self.terms.late_s if under_way_s > 0 else -self.terms.ahead_s
        is_fault = under_way_s > self.terms.late_s or under_way_s < -self.terms.ahead_s
        self._state(_SKEW, under_way_s, limit, is_fault=is_fault)

    # ------------------------------------------------------------------------------- its memory

    def _break(self, now_ns: int) -> None:
        self._broken_ns = self._broken_ns or now_ns
        self._set(_BROKEN, 1.0, 0.0)
        self._agreement.forget()
        self._judge_frozen(now_ns)
        for check in (_CROSSED, _ONE_SIDED, _SPREAD):
            self._clear(check)

    def _state(self, check: MarketHealth, number: float, limit: float, *, is_fault: bool) -> None:
        if is_fault:
            self._set(check, number, limit)
        else:
            self._clear(check)

    def _moment(self, check: MarketHealth, number: float, limit: float, now_ns: int) -> None:
        until_ns = now_ns + round(self.terms.hold_s * _SECOND_NS)
        self._count(check)
        self._faults[check] = Fault(number, limit, until_ns)

    def _set(self, check: MarketHealth, number: float, limit: float) -> None:
        if check not in self._faults:
            self._count(check)
        self._faults[check] = Fault(number, limit)

    def _clear(self, check: MarketHealth) -> None:
        if self._faults:
            self._faults.pop(check, None)

    def _count(self, check: MarketHealth) -> None:
        self.counts.faults[check] = self.counts.faults.get(check, 0) + 1
