"""Instruments, books, trades and quality of data, of a run that is followed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal

import numpy as np

from traider.api.following import FollowedRun
from traider.api.following.bar_series import MINUTE_NS
from traider.api.following.market_tape import MarketTape, QualityKind, QualityWord, Trade
from traider.api.reading.looking import number_of, text_of
from traider.api.shapes.market import (
    Book,
    GapShape,
    HealthSpanShape,
    Level,
    MarketTradeShape,
    Product,
    Quality,
    ResyncShape,
)
from traider.api.shapes.standing import AsOf
from traider.domain.instruments import InstrumentName, InstrumentStatus
from traider.domain.market_health import MarketHealth

DAY_NS: Final = 86_400_000_000_000
_NS_PER_S: Final = 1_000_000_000
_BPS: Final = 10_000
Status = Literal["trading", "post-only", "cancel-only", "halted", "settling", "delisted", "unknown"]
_STATUSES: Final[dict[int, Status]] = {
    int(InstrumentStatus.TRADING): "trading",
    int(InstrumentStatus.POST_ONLY): "post-only",
    int(InstrumentStatus.CANCEL_ONLY): "cancel-only",
    int(InstrumentStatus.HALTED): "halted",
    int(InstrumentStatus.SETTLING): "settling",
    int(InstrumentStatus.DELISTED): "delisted",
}
Side = Literal["buy", "sell", "unknown"]
_SIDES: Final[dict[int, Side]] = {1: "buy", -1: "sell"}


def health_word(health: MarketHealth) -> str:
    """Return a health in words: ``levels-lost``."""
    return health.name.lower().replace("_", "-")


# --------------------------------------------------------------------------------------- products


def product(run: FollowedRun, number: int) -> Product:
    """Return an instrument and how its market stands."""
    listed, now = run.instruments[number], run.market(number)
    name = InstrumentName.parse(listed.name)
    min_size, min_notional = _minimums(run, number)
    day = _day(run, number)
    return Product(
        name=listed.name,
        symbol=listed.symbol,
        venue=name.venue,
        base=name.base,
        quote=name.quote,
        kind=name.kind.value,
        tick_size=f"{listed.tick_size:f}",
        lot_size=f"{listed.lot_size:f}",
        min_size=text_of(min_size),
        min_notional=text_of(min_notional),
        status=_status(run.tapes[number]),
        last=text_of(now.last),
        bid=text_of(now.bid),
        ask=text_of(now.ask),
        mark=text_of(now.mark),
        change=_change(now.last, day[1]),
        change_from_ns=day[0] or None,
        high=text_of(day[2]),
        low=text_of(day[3]),
        volume=text_of(day[4]),
        last_ns=now.last_ns,
        age_s=max(run.now_ns - now.last_ns, 0) / _NS_PER_S if now.last_ns else None,
        health=health_word(now.health),
        is_healthy=now.health is MarketHealth.HEALTHY,
        gaps=now.gaps,
        resyncs=now.resyncs,
    )


_Day = tuple[int, Decimal | None, Decimal | None, Decimal | None, Decimal | None]


def _day(run: FollowedRun, number: int) -> _Day:
    """Return of the last day: from when it is, the price then, high, low, volume."""
    begin_ns = run.now_ns - DAY_NS
    bars = run.tapes[number].bars.of(MINUTE_NS, begin_ns - DAY_NS, run.now_ns + MINUTE_NS)
    if not bars:
        # Bars that were told may be longer than a minute.
        lengths = sorted(run.tapes[number].bars.told)
        bars = (
            run.tapes[number].bars.of(lengths[0], begin_ns - DAY_NS, run.now_ns) if lengths else []
        )
    before = [bar.close for at, bar in bars if at + MINUTE_NS <= begin_ns]
    within = [(at, bar) for at, bar in bars if at + MINUTE_NS > begin_ns]
    if not within:
        return 0, None, None, None, None
    at_ns, price = (begin_ns, before[-1]) if before else (within[0][0], within[0][1].open)
    return (
        at_ns,
        run.price(number, price),
        run.price(number, max(bar.high for _, bar in within)),
        run.price(number, min(bar.low for _, bar in within)),
        run.size(number, sum(bar.volume for _, bar in within)),
    )


def _change(last: Decimal | None, before: Decimal | None) -> float | None:
    return None if last is None or not before else float(last / before) - 1.0


def _minimums(run: FollowedRun, number: int) -> tuple[Decimal | None, Decimal | None]:
    """Return the smallest order of an instrument as the run knows it: size, and notional."""
    if run.replica is None:
        return None, None
    market = run.replica.spec.markets[number]
    return run.size(number, market.min_lots), Decimal(repr(market.min_notional))


def _status(tape: MarketTape) -> Status:
    for word in reversed(tape.words):
        if word.kind is QualityKind.STATUS:
            return _STATUSES.get(word.code, "unknown")
    return "unknown"


# ------------------------------------------------------------------------------------------- book


def book(run: FollowedRun, instrument: str, depth: int) -> dict[str, object]:
    """Return the fields of a ``Book`` but how current it is.

    Raises:
        NotFoundError: the run has no such instrument.
        UsageError: books are not known.
    """
    number = number_of(run, instrument)
    bids, asks = run.levels(number, depth)
    counts = run.level_counts(number)
    tape = run.tapes[number]
    return {
        "instrument": run.instruments[number].name,
        "state": _book_state(bids, asks),
        "bids": _levels(run, number, bids),
        "asks": _levels(run, number, asks),
        **_middle(run, number, bids[:1], asks[:1]),
        "imbalance": _imbalance(bids, asks),
        "bid_levels": counts[0],
        "ask_levels": counts[1],
        "last_ns": tape.last_ns,
        "health": health_word(tape.health),
    }


def book_shape(fields: dict[str, object], as_of: AsOf) -> Book:
    """Return a book with how current it is."""
    return Book.model_validate({**fields, "as_of": as_of})


Levels = Sequence[tuple[int, int]]


def _book_state(bids: Levels, asks: Levels) -> str:
    if not bids or not asks:
        return "one-sided" if bids or asks else "empty"
    gap = asks[0][0] - bids[0][0]
    if gap > 0:
        return "open"
    return "crossed" if gap < 0 else "locked"


def _levels(run: FollowedRun, number: int, levels: Levels) -> list[Level]:
    totals = np.cumsum([lots for _, lots in levels], dtype=np.int64).tolist()
    return [
        Level(
            price=str(text_of(run.price(number, ticks))),
            size=str(text_of(run.size(number, lots))),
            total=str(text_of(run.size(number, total))),
        )
        for (ticks, lots), total in zip(levels, totals, strict=True)
    ]


def _middle(run: FollowedRun, number: int, bids: Levels, asks: Levels) -> dict[str, object]:
    if not bids or not asks:
        return dict.fromkeys(("spread", "spread_bps", "mid", "microprice"))
    (bid, bid_lots), (ask, ask_lots) = bids[0], asks[0]
    tick = run.instruments[number].tick_size
    micro = (bid * ask_lots + ask * bid_lots) / (bid_lots + ask_lots)
    return {
        "spread": f"{(ask - bid) * tick:f}",
        "spread_bps": 2.0 * _BPS * (ask - bid) / (ask + bid),
        "mid": f"{(ask + bid) * tick / 2:f}",
        "microprice": micro * float(tick),
    }


def _imbalance(bids: Levels, asks: Levels) -> float | None:
    bought, sold = sum(lots for _, lots in bids), sum(lots for _, lots in asks)
    return (bought - sold) / (bought + sold) if bought + sold else None


# ----------------------------------------------------------------------------------------- trades


def trades(
    run: FollowedRun, number: int, before: int | None, limit: int
) -> list[tuple[int, Trade]]:
    """Return trades, newest first, each with its number in the tape; those before a number."""
    tape = run.tapes[number]
    first = tape.trades_end - len(tape.trades)
    end = len(tape.trades) if before is None else min(max(before - first, 0), len(tape.trades))
    chosen = range(end - 1, max(end - 1 - limit, -1), -1)
    return [(first + place, tape.trades[place]) for place in chosen]


def trade_shape(run: FollowedRun, number: int, trade: Trade) -> MarketTradeShape:
    """Return a trade."""
    return MarketTradeShape(
        id=str(trade.id) if trade.id else "",
        at_ns=trade.at_ns,
        received_ns=trade.received_ns,
        price=str(text_of(run.price(number, trade.price_ticks))),
        size=str(text_of(run.size(number, trade.size_lots))),
        side=_SIDES.get(trade.side, "unknown"),
    )


# ---------------------------------------------------------------------------------------- quality


def quality(run: FollowedRun, number: int, begin_ns: int, end_ns: int) -> Quality:
    """Return how good the data of an instrument were from ``begin_ns`` to ``end_ns``."""
    tape = run.tapes[number]
    spans = tape.spans(begin_ns, end_ns)
    within = [word for word in tape.words if begin_ns <= word.at_ns < end_ns]
    bad_ns = sum(
        min(span.end_ns or end_ns, end_ns) - max(span.begin_ns, begin_ns)
        for span in spans
        if span.health is not MarketHealth.HEALTHY
    )
    return Quality(
        instrument=run.instruments[number].name,
        health=health_word(tape.health),
        spans=[
            HealthSpanShape(
                begin_ns=span.begin_ns,
                end_ns=span.end_ns or None,
                health=health_word(span.health),
                is_healthy=span.health is MarketHealth.HEALTHY,
            )
            for span in spans
        ],
        gaps=[_gap(word) for word in within if word.kind is QualityKind.GAP],
        resyncs=[
            ResyncShape(at_ns=word.at_ns, since_ns=word.begin_ns or None)
            for word in within
            if word.kind is QualityKind.RESYNC
        ],
        unhealthy_s=bad_ns / _NS_PER_S,
        last_ns=tape.last_ns,
    )


def _gap(word: QualityWord) -> GapShape:
    return GapShape(
        at_ns=word.at_ns,
        begin_ns=word.begin_ns or None,
        end_ns=word.end_ns or None,
        missing=word.missing or None,
    )
