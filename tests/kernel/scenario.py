"""A small scenario: bars and scripted orders go in, the kernel's journal comes out.

Prices are ticks of one currency unit and sizes are lots of one unit, so that every number in a
test can be checked by hand. Bars are hours from ``START``; bar ``n`` opens at ``opening(n)``. The
decider itself decides nothing (the scenario lies inside a warm-up) unless told to: orders are
scripted.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import numpy as np

from traider.domain.events import (
    EventArray,
    Kind,
    MarketFlag,
    OrderFlag,
    empty_events,
    join_events,
    sort_events,
)
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.breaker_records import BreakerSpec
from traider.kernel.codes import Limit
from traider.kernel.machine import Machine
from traider.kernel.specification import (
    FrameSpec,
    KernelSpec,
    MarketSpec,
    StrategySpec,
    TapeSpec,
    VenueSpec,
)

HOUR: Final = 3_600_000_000_000
START: Final = 1_704_067_200_000_000_000
MONEY: Final = 100_000_000
LATENCY: Final = 50_000_000
ANSWERS: Final = (Kind.ACK, Kind.FILL, Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED)

SPOT: Final = MarketSpec("SPOT", Decimal(1), Decimal(1), maker_fee_e8=0, taker_fee_e8=0)
PERPETUAL: Final = replace(SPOT, name="PERPETUAL", can_short=True)
PLAIN_VENUE: Final = VenueSpec(LATENCY, half_spread=0.0, impact=0.0, participation=1.0)

Ohlcv = tuple[int, int, int, int] | tuple[int, int, int, int, int]
"""Open, high, low, close and, when it matters, volume."""


def spec_of(
    *markets: MarketSpec,
    cash: int = 1_000_000,
    venue: VenueSpec = PLAIN_VENUE,
    limits: dict[Limit, float] | None = None,
    breakers: tuple[BreakerSpec, ...] = (),
) -> KernelSpec:
    """Return a kernel without features, alphas and (by default) limits and costs."""
    return KernelSpec(
        markets=markets or (PERPETUAL,),
        tape=TapeSpec(frames=(FrameSpec(HOUR, 60, 0, 0, 0),)),
        alphas=(),
        strategy=StrategySpec(decision_ns=HOUR),
        venue=venue,
        cash_units=cash * MONEY,
        limits=limits or {},
        breakers=breakers,
    )


def opening(bar: int) -> int:
    """Return when bar ``bar`` opens."""
    return START + bar * HOUR


def record(kind: Kind, ts: int, **words: float) -> EventArray:
    """Return one record."""
    event = empty_events(1)
    event["kind"] = kind
    event["ts_event"] = event["ts_recv"] = ts
    event["version"] = 1
    for name, value in words.items():
        event[name] = value
    return event


def bars(*rows: Ohlcv | None, instrument: int = 0) -> EventArray:
    """Return the two events of each bar; None leaves a bar out."""
    parts = []
    for number, row in enumerate(rows):
        if row is None:
            continue
        first = record(Kind.TRADE, opening(number), instrument=instrument, price=row[0])
        first["ts_recv"] += 1
        first["flags"] = MarketFlag.BAR_OPEN
        bar = record(Kind.BAR, opening(number), instrument=instrument, flags=60)
        bar["ts_recv"] += HOUR
        for name, value in zip(("open", "high", "low", "close"), row, strict=False):
            bar[name] = value
        bar["volume"] = row[4] if len(row) == 5 else 1_000_000
        parts += [first, bar]
    return join_events(parts)


@dataclass(frozen=True)
class Order:
    """A scripted order, given ``after_ns`` after bar ``bar`` opens.

    ``leg`` numbers the parts of a bracket.
    """

    bar: int
    side: int
    size: int
    kind: OrderType = OrderType.MARKET
    price: int = 0
    trigger: int = 0
    force: TimeInForce = TimeInForce.GTC
    expire: int = 0
    flags: int = 0
    leg: int = 0
    instrument: int = 0
    after_ns: int = 0

    def event(self) -> EventArray:
        """Return the order as a person's event."""
        return record(
            Kind.MANUAL_ORDER,
            opening(self.bar) + self.after_ns,
            instrument=self.instrument,
            side=self.side,
            size=self.size,
            flags=self.flags | int(self.kind) | int(self.force) << 4,
            price=self.price,
            trigger=self.trigger,
            expire=self.expire,
            order_id=self.leg,
        )


def buy(bar: int, size: int, **terms: int) -> Order:
    """Return a purchase, a market order unless ``terms`` say more."""
    return _order(bar, 1, size, terms)


def sell(bar: int, size: int, **terms: int) -> Order:
    """Return a sale, a market order unless ``terms`` say more."""
    return _order(bar, -1, size, terms)


def _order(bar: int, side: int, size: int, terms: dict[str, int]) -> Order:
    kinds = {
        (False, False): OrderType.MARKET,
        (True, False): OrderType.LIMIT,
        (False, True): OrderType.STOP,
        (True, True): OrderType.STOP_LIMIT,
    }
    return Order(
        bar=bar,
        side=side,
        size=size,
        kind=kinds["price" in terms, "trigger" in terms],
        price=terms.get("price", 0),
        trigger=terms.get("trigger", 0),
        force=TimeInForce(terms.get("force", 0)),
        expire=terms.get("expire", 0),
        flags=terms.get("flags", 0),
        leg=terms.get("leg", 0),
        instrument=terms.get("instrument", 0),
        after_ns=terms.get("after_ns", 0),
    )


def bracket(entry: Order, *, stop: int, target: int) -> tuple[Order, Order, Order]:
    """Return an entry with its stop and its target."""
    exits = int(OrderFlag.CHILD | OrderFlag.REDUCE_ONLY)
    leg = replace(entry, side=-entry.side, force=TimeInForce.GTC, expire=0, flags=exits)
    return (
        entry,
        replace(leg, kind=OrderType.STOP, price=0, trigger=stop, leg=1),
        replace(leg, kind=OrderType.LIMIT, price=target, trigger=0, leg=2),
    )


def cancel(bar: int, order_id: int, instrument: int = 0) -> EventArray:
    """Return a person's request to take back the order ``order_id``."""
    return record(
        Kind.MANUAL_ORDER,
        opening(bar),
        instrument=instrument,
        side=1,
        size=1,
        flags=OrderFlag.CANCEL,
        order_id=order_id,
    )


@dataclass(frozen=True)
class Journal:
    """What a scenario wrote: every event in the order of the journal, and the machine after it."""

    events: EventArray
    machine: Machine

    def of(self, *kinds: Kind) -> EventArray:
        """Return the events of some kinds."""
        return self.events[np.isin(self.events["kind"], kinds)]

    @property
    def fills(self) -> list[tuple[int, int, int]]:
        """Every fill as (side, lots, price)."""
        found = self.of(Kind.FILL)
        return [(int(e["side"]), int(e["size"]), int(e["price"])) for e in found]

    @property
    def ends(self) -> list[tuple[Kind, int]]:
        """Every end of an order but a fill, as (kind, reason)."""
        found = self.of(Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED)
        return [(Kind(int(e["kind"])), int(e["code"])) for e in found]

    @property
    def verdicts(self) -> list[int]:
        """The gate's codes."""
        return [int(e["code"]) for e in self.of(Kind.VERDICT)]

    @property
    def order_ids(self) -> list[int]:
        """The id of each intent."""
        return [int(e["order_id"]) for e in self.of(Kind.ORDER_INTENT)]

    def position(self, instrument: int = 0) -> int:
        """Return the lots the decider holds at the end."""
        return int(self.machine.decider.markets[instrument]["position_lots"])

    @property
    def cash(self) -> int:
        """The decider's cash at the end, in money units."""
        return int(self.machine.decider.account[0]["cash_units"])


def play(
    spec: KernelSpec, *parts: EventArray | Order | tuple[Order, ...], decides: bool = False
) -> Journal:
    """Run bars, orders and other events through the kernel; give bars before orders.

    With ``decides`` the decider trades too.
    """
    events = [record(Kind.WARMUP_END if decides else Kind.WARMUP_BEGIN, START)]
    for part in parts:
        if isinstance(part, Order):
            events.append(part.event())
        elif isinstance(part, tuple):
            events += [leg.event() for leg in part]
        else:
            events.append(part)
    machine = Machine(spec, journal_all=True)
    written = [
        drained.events for drained in machine.feed(sort_events(join_events(events)), final=True)
    ]
    return Journal(join_events(written), machine)
