"""Random but lawful streams of events: bars of a few instruments, and a person's commands."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import strategies as st

from tests.kernel.builders import (
    HOUR_NS,
    START_NS,
    bar_stream,
    bracket,
    ensemble,
    finish,
    market,
    random_bars,
    record,
)
from traider.domain.events import EventArray, Kind, OrderFlag, join_events, sort_events
from traider.domain.margin import MarginTier
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.codes import Limit, Sizing, Style
from traider.kernel.order_specification import PlanSpec, QuoteSpec, WorkSpec
from traider.kernel.specification import FeeCurrencySpec, KernelSpec, RiskSpec

_FORCES = (TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTD)
_LIMIT_VALUES = {
    Limit.MAX_ORDER_NOTIONAL: (0.0, 50.0, 5_000.0),
    Limit.MAX_ORDER_SIZE: (0.0, 1.0, 40.0),
    Limit.PRICE_COLLAR: (0.0, 0.01, 0.1),
    Limit.MAX_EXPOSURE: (0.3, 1.0),
    Limit.MAX_GROSS_EXPOSURE: (0.5, 1.2),
    Limit.MAX_LEVERAGE: (0.5, 1.2),
    Limit.MAX_ORDERS_PER_MINUTE: (0.0, 1.0, 3.0),
    Limit.MAX_DAILY_LOSS: (0.0, 0.0001, 0.001),
    Limit.MAX_DRAWDOWN: (0.0, 0.0001, 0.01),
    Limit.MAX_DATA_AGE_NS: (0.0, 1.0, float(HOUR_NS)),
    Limit.MAX_NET_EXPOSURE: (0.0, 0.4),
    Limit.MAX_GROUP_EXPOSURE: (0.0, 0.5),
    Limit.SELF_TRADE: (0.0, 1.0),
    Limit.MAX_POSITION_NOTIONAL: (0.0, 500.0, 5_000.0),
    Limit.MAX_POSITIONS: (0.0, 1.0),
    Limit.MAX_DAILY_LOSS_AMOUNT: (0.0, 0.5, 20.0),
    Limit.MAX_DAILY_LOSS_SIGMAS: (0.0, 0.5, 3.0),
    Limit.MAX_CORRELATED_EXPOSURE: (0.0, 0.5),
    Limit.MAX_VAR: (0.0, 0.01, 0.2),
    Limit.MAX_ES: (0.0, 0.01, 0.2),
    Limit.MAX_MARGIN_USE: (0.0, 0.1, 0.5),
    Limit.MIN_LIQUIDATION_DISTANCE: (0.0, 0.3),
}
_PLANS = (
    None,
    None,
    PlanSpec(stop=0.02, targets=((1.0, 0.5), (2.0, 0.25)), trail=0.01, break_even=True),
    PlanSpec(stop=0.005, targets=((0.5, 1.0),), time_stop_ns=7 * HOUR_NS, reenter=True),
)
_TIERS = (
    (),
    (MarginTier(Decimal(0), Decimal(10**9), Decimal("0.3"), Decimal(0), Decimal(2)),),
    (
        MarginTier(Decimal(0), Decimal(2_000), Decimal("0.05"), Decimal(0), Decimal(10)),
        MarginTier(Decimal(2_000), Decimal(9_000), Decimal("0.4"), Decimal(700), Decimal(2)),
    ),
)
margin_tiers = st.sampled_from(_TIERS)
_RISKS = (RiskSpec(), RiskSpec(HOUR_NS, decay=0.9, samples_min=3, correlation_threshold=0.2))
FEE_CURRENCIES = (
    None,
    None,
    FeeCurrencySpec("BNB", balance_units=10**9, price_e8=30_000_000_000, discount_e8=25_000_000),
    FeeCurrencySpec("BNB", balance_units=10**6, price_e8=12_345_678_901),
)
"""Fees paid in cash; from a balance that lasts; from one that is gone after a few fills."""
_tight_limits = st.dictionaries(st.sampled_from(Limit), st.none(), max_size=2).flatmap(
    lambda chosen: st.fixed_dictionaries(
        {limit: st.sampled_from(_LIMIT_VALUES[limit]) for limit in chosen}
    )
)


class Case:
    """One drawn run: the kernel and the events it gets.

    No dataclass: hypothesis would print every field of one, thousands of records with them.
    """

    def __init__(self, spec: KernelSpec, events: EventArray) -> None:
        self.spec = spec
        self.events = events

    def __repr__(self) -> str:
        """Say what a falsifying example is worth reading for."""
        bars = np.isin(self.events["kind"], [Kind.BAR, Kind.TRADE])
        words = ("ts_recv", "instrument", "flags", "side", "w0", "w1", "w2", "w3", "w4")
        commands = [
            (Kind(event["kind"]).name, *(int(event[word]) for word in words))
            for event in self.events[~bars]
        ]
        head = f"{self.spec.markets}, {self.spec.strategy}, {self.spec.venue}, {self.spec.limits}"
        return f"Case({head}, {len(self.events)} events, {commands})"


@st.composite
def orders(draw: st.DrawFn, ts_ns: int, instrument: int, reach: int = 600) -> EventArray:
    """Draw a person's order of any type, sound or not, ``reach`` ticks around 10,000."""
    kind = draw(st.sampled_from(OrderType))
    side = draw(st.sampled_from([-1, 1]))
    size = draw(st.sampled_from([20, 100, 1_000, 1_000, 20_000, 60_000, 90_000, 7, 0]))
    price = 10_000 + draw(st.integers(-reach, reach))
    trigger = 10_000 + draw(st.integers(-reach, reach))
    force = draw(st.sampled_from(_FORCES))
    flags = kind | force << 4
    if kind is OrderType.LIMIT and force in (TimeInForce.GTC, TimeInForce.GTD):
        flags |= draw(st.sampled_from([OrderFlag.POST_ONLY, 0]))
    elif draw(st.booleans()):
        flags |= OrderFlag.REDUCE_ONLY
    if kind is OrderType.MARKET and draw(st.booleans()):
        flags, size = int(kind) | OrderFlag.QUOTE_SIZED, draw(st.integers(0, 5_000)) * 10**8
    expire = ts_ns + draw(st.integers(1, 10)) * HOUR_NS if force is TimeInForce.GTD else 0
    return record(
        Kind.MANUAL_ORDER,
        ts_ns,
        instrument,
        flags=flags,
        side=side,
        price=price,
        size=size,
        trigger=trigger,
        expire=expire,
    )


@st.composite
def brackets(draw: st.DrawFn, ts_ns: int, instrument: int, reach: int = 400) -> EventArray:
    """Draw a bracket around a price of 10,000 ticks."""
    side = draw(st.sampled_from([-1, 1]))
    near, far = max(reach // 20, 1), max(reach // 4, 2)
    entry = draw(st.sampled_from([0, 10_000 - side * near, 10_000 + side * far]))
    gap = draw(st.integers(1, reach))
    return bracket(
        ts_ns, instrument, side, 20 * draw(st.integers(1, 250)), entry,
        10_000 - side * gap, 10_000 + side * gap,
    )  # fmt: skip


@st.composite
def pairs(draw: st.DrawFn, ts_ns: int, instrument: int, reach: int = 400) -> EventArray:
    """Draw a stop and a target over the same lots, most often of what is held."""
    side = draw(st.sampled_from([-1, -1, 1]))
    gap = draw(st.integers(1, reach))
    flags = OrderFlag.ONE_CANCELS_OTHER | draw(st.sampled_from([OrderFlag.REDUCE_ONLY, 0]))
    size = 20 * draw(st.integers(1, 100))
    stop = {"flags": OrderType.STOP | flags, "trigger": 10_000 + side * gap, "order_id": 0}
    target = {"flags": OrderType.LIMIT | flags, "price": 10_000 - side * gap, "order_id": 1}
    return join_events(
        [
            record(Kind.MANUAL_ORDER, ts_ns, instrument, side=side, size=size, **leg)
            for leg in (stop, target)
        ]
    )


@st.composite
def commands(draw: st.DrawFn, hours: int, instruments: int) -> EventArray:
    """Draw one command of a person at any time, on or between the hours."""
    ts_ns = START_NS + draw(st.integers(1, hours)) * HOUR_NS + draw(st.sampled_from([0, 1, 77]))
    instrument = draw(st.integers(0, instruments - 1))
    choice = draw(st.integers(-2, 9))
    if choice == -2:
        rate, mark = draw(st.integers(-(10**9), 10**9)), draw(st.sampled_from([0, 10_050_000_000]))
        return record(Kind.FUNDING, ts_ns, instrument, w0=rate, w1=mark, w4=1)
    if choice <= 5:
        made = brackets if choice >= 4 else pairs if choice < 0 else orders
        return draw(made(ts_ns, instrument))
    if choice == 6:
        # An id that most likely never was.
        flags = int(OrderType.MARKET) | OrderFlag.CANCEL
        order_id = (1 << 52) | (draw(st.integers(0, 200)) << 8)
        return record(Kind.MANUAL_ORDER, ts_ns, instrument, flags=flags, side=1, order_id=order_id)
    if choice == 7:
        kind = draw(
            st.sampled_from(
                [Kind.PAUSE, Kind.KILL, Kind.REARM, Kind.REARM, Kind.WARMUP_BEGIN, Kind.WARMUP_END]
            )
        )
        return record(kind, ts_ns)
    if choice == 8:
        limit = draw(st.sampled_from(Limit))
        value = draw(st.sampled_from(_LIMIT_VALUES[limit]))
        return record(Kind.LIMITS_CHANGE, ts_ns, w0=int(limit), f1=value)
    kind = draw(st.sampled_from([Kind.WEIGHTS_CHANGE, Kind.THRESHOLDS_CHANGE]))
    value = draw(st.sampled_from([0.0, 0.05, 0.3, 1.0]))
    return record(kind, ts_ns, w0=draw(st.integers(0, 3)), f1=value)


@st.composite
def working(draw: st.DrawFn) -> dict[str, object]:
    """Draw how orders are made of decisions: style, work, quotes, plan."""
    style = draw(st.sampled_from(Style))
    size = Decimal(draw(st.sampled_from([2, 20])))
    return {
        "style": style,
        "quote": QuoteSpec(size, 2 * size, skew_ticks=4.0) if style is Style.QUOTE else None,
        "plan": None if style is Style.QUOTE else draw(st.sampled_from(_PLANS)),
        "work": WorkSpec(
            limit_ns=draw(st.sampled_from([1, HOUR_NS, 5 * HOUR_NS])),
            take_rest=draw(st.booleans()),
            offset=draw(st.sampled_from([0.0, 0.002])),
            repeg_ns=draw(st.sampled_from([0, HOUR_NS])),
            widen_ns=draw(st.sampled_from([0, HOUR_NS])),
            slippage=draw(st.sampled_from([0.0, 0.005])),
            slices=draw(st.sampled_from([1, 3])),
            display=draw(st.sampled_from([1.0, 0.25])),
        ),
    }


@st.composite
def cases(draw: st.DrawFn, most_bars: int = 120, *, can_short: bool | None = None) -> Case:
    """Draw a kernel and a stream for it; ``can_short`` False draws spot instruments only."""
    instruments = draw(st.integers(1, 3))
    shorts = draw(st.booleans()) if can_short is None else can_short
    markets = [
        market(
            f"M{k}",
            can_short=shorts,
            lot_step=draw(st.sampled_from([1, 10])),
            min_lots=draw(st.sampled_from([1, 20])),
            min_notional=draw(st.sampled_from([0.0, 5.0])),
            maker_fee_e8=draw(st.sampled_from([-5_000, 0, 40_000])),
            margin_tiers=draw(margin_tiers) if shorts else (),
            liquidation_fee_e8=500_000,
        )
        for k in range(instruments)
    ]
    spec = ensemble(
        markets,
        strategy={
            "sizing": draw(st.sampled_from(Sizing)),
            **draw(working()),
            "limit_offset": draw(st.sampled_from([0.0, 0.001, 0.01])),
            "dead_band": draw(st.sampled_from([0.0, 0.05])),
            "allow_short": shorts,
        },
        venue={
            "latency_ns": draw(st.sampled_from([0, 50_000_000, 90 * 60 * 10**9])),
            "latencies_ns": draw(st.sampled_from([(), (), (1, 10**9, 2 * HOUR_NS)])),
            "touch_fills": draw(st.booleans()),
            "participation": draw(st.sampled_from([0.05, 1.0])),
            "impact": draw(st.sampled_from([0.0, 1.0])),
        },
    )
    count = draw(st.integers(2, most_bars))
    parts = [
        bar_stream(
            random_bars(
                draw(st.integers(0, 2**32)),
                count,
                missing=draw(st.sampled_from([0.0, 0.2])),
                swing=draw(st.sampled_from([0.0, 0.002, 0.02])),
            ),
            k,
        )
        for k in range(instruments)
    ]
    limits = {**spec.limits, **draw(_tight_limits)}
    spec = replace(spec, limits=limits, fees=draw(st.sampled_from(FEE_CURRENCIES)))
    spec = replace(spec, risk=draw(st.sampled_from(_RISKS)))
    parts += draw(
        st.lists(commands(count, instruments), min_size=draw(st.sampled_from([0, 15])), max_size=40)
    )
    return with_cancels(draw, spec, sort_events(join_events(parts)), HOUR_NS)


def with_cancels(draw: st.DrawFn, spec: KernelSpec, events: EventArray, unit_ns: int) -> Case:
    """Add cancels of orders that the run will have sent: a cancel does not change what was."""
    journal = finish(spec, events).journal
    intents = journal[journal["kind"] == Kind.ORDER_INTENT]
    cancels = []
    if len(intents):
        for place in draw(st.lists(st.integers(0, len(intents) - 1), max_size=3)):
            order = intents[place]
            cancels.append(
                record(
                    Kind.MANUAL_ORDER,
                    int(order["ts_recv"]) + draw(st.sampled_from([1, unit_ns, 5 * unit_ns])),
                    int(order["instrument"]),
                    flags=int(OrderType.MARKET) | OrderFlag.CANCEL,
                    side=int(order["side"]),
                    order_id=int(order["order_id"]),
                )
            )
    return Case(spec, sort_events(join_events([events, *cancels])))
