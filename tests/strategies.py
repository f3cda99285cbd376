"""Hypothesis strategies for the words of the domain."""

from decimal import Decimal

from hypothesis import strategies as st

from traider.domain.fills import Fill
from traider.domain.instruments import (
    FeeSchedule,
    FundingSchedule,
    Instrument,
    InstrumentKind,
    InstrumentName,
)
from traider.domain.orders import (
    BracketOrder,
    LimitOrder,
    MarketOrder,
    Order,
    OrderId,
    Side,
    StopLimitOrder,
    StopOrder,
    TimeInForce,
)

NAME = "BINANCE:BTC-USDT"

sides = st.sampled_from(Side)
steps = st.sampled_from(
    [Decimal(text) for text in ("1", "0.5", "0.25", "0.1", "0.01", "0.001", "0.00000001")]
)
counts = st.integers(1, 10**9)
codes = st.from_regex(r"[A-Z][A-Z0-9]{1,5}", fullmatch=True)
order_ids = st.builds(
    OrderId, st.integers(0, 2**11 - 1), st.integers(0, 2**44 - 1), st.integers(0, 2**8 - 3)
)


@st.composite
def names(draw: st.DrawFn) -> InstrumentName:
    """Draw the name of a spot, a perpetual or a future."""
    day = draw(st.dates().map(lambda date: date.strftime("%y%m%d")))
    suffix = draw(st.sampled_from(["", "PERP", day]))
    return InstrumentName(draw(codes), draw(codes), draw(codes), suffix)


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    """Draw a spot or a perpetual on any grid."""
    name = draw(names().filter(lambda name: name.kind is not InstrumentKind.FUTURE))
    lot_size = draw(steps)
    is_spot = name.kind is InstrumentKind.SPOT
    return Instrument(
        name=name,
        symbol=name.base + name.quote,
        settle=name.quote,
        tick_size=draw(steps),
        lot_size=lot_size,
        min_size=lot_size * draw(st.integers(0, 100)),
        min_notional=Decimal(draw(st.integers(0, 100))),
        fees=FeeSchedule.flat(Decimal("0.0002"), Decimal("0.0005")),
        funding=None if is_spot else FundingSchedule.every(8),
    )


@st.composite
def prices(draw: st.DrawFn, tick_size: Decimal = Decimal("0.01")) -> Decimal:
    """Draw a price on the grid."""
    return draw(st.integers(1, 10**8)) * tick_size


@st.composite
def fills(draw: st.DrawFn, instrument: str = NAME) -> Fill:
    """Draw a fill; small quantities, so that positions go flat and flip often."""
    return Fill(
        instrument=instrument,
        side=int(draw(sides)),
        price=draw(prices()),
        quantity=draw(st.integers(1, 8)) * draw(st.sampled_from([Decimal("0.7"), Decimal(1)])),
        fee=Decimal(draw(st.integers(-(10**9), 10**10))) / 10**8,
        ts_ns=draw(st.integers(0, 10**18)),
        order_id=draw(st.integers(0, 5)),
    )


def fill_runs(most: int = 30) -> st.SearchStrategy[list[Fill]]:
    """Draw fills of one instrument in time order."""
    return st.lists(fills(), max_size=most).map(
        lambda found: sorted(found, key=lambda fill: fill.ts_ns)
    )


@st.composite
def orders(draw: st.DrawFn, instrument: Instrument) -> Order:
    """Draw an order of any type on the instrument's grid."""
    name, side = str(instrument.name), draw(sides)
    size = instrument.size(draw(counts))
    levels = sorted(draw(st.lists(st.integers(1, 10**9), min_size=3, max_size=3, unique=True)))
    if side is Side.SELL:
        levels.reverse()
    stop, price, target = (instrument.price(level) for level in levels)
    time_in_force = draw(st.sampled_from([TimeInForce.GTC, TimeInForce.GTD]))
    expire_ns = draw(st.integers(1, 2**62)) if time_in_force is TimeInForce.GTD else 0
    reduces = draw(st.booleans())
    limit = LimitOrder(
        instrument=name,
        side=side,
        size=size,
        price=price,
        time_in_force=time_in_force,
        expire_ns=expire_ns,
        is_post_only=draw(st.booleans()),
    )
    immediate = draw(st.sampled_from([TimeInForce.IOC, TimeInForce.FOK]))
    choices: list[Order] = [
        MarketOrder(instrument=name, side=side, size=size, is_reduce_only=reduces),
        MarketOrder(instrument=name, side=Side.BUY, size=Decimal("250.5"), is_quote_sized=True),
        limit,
        LimitOrder(instrument=name, side=side, size=size, price=price, time_in_force=immediate),
        StopOrder(instrument=name, side=side, size=size, trigger=stop, is_reduce_only=reduces),
        StopLimitOrder(
            instrument=name,
            side=side,
            size=size,
            trigger=stop,
            price=price,
            time_in_force=time_in_force,
            expire_ns=expire_ns,
        ),
        BracketOrder(entry=limit, stop_trigger=stop, target_price=target),
    ]
    return draw(st.sampled_from(choices))
