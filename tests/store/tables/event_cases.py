"""Streams of events about orders: lives as venues tell them, and any disorder beyond."""

from decimal import Decimal
from typing import Any, Final

from hypothesis import strategies as st

from traider.domain.events import EventArray, FillFlag, Kind, OrderFlag, empty_events, join_events
from traider.domain.fees import FeeSchedule
from traider.domain.funding import FundingSchedule
from traider.domain.instruments import Instrument, InstrumentName
from traider.domain.money import pack_currency
from traider.domain.orders import OrderId, OrderType
from traider.domain.payload_table import PAYLOADS
from traider.store.tables.journals import JournalAccount

START_NS: Final = 1_700_000_000_000_000_000
ACCOUNT: Final = JournalAccount("main", "paper", "USDT", "BNB", {"USDT": Decimal(10_000)})


def instrument(name: str, tick: str, lot: str, multiplier: str = "1") -> Instrument:
    """Return an instrument on a grid."""
    parsed = InstrumentName.parse(name)
    return Instrument(
        name=parsed,
        symbol=parsed.pair,
        settle=parsed.quote,
        tick_size=Decimal(tick),
        lot_size=Decimal(lot),
        min_size=Decimal(lot),
        multiplier=Decimal(multiplier),
        fees=FeeSchedule.flat(Decimal("0.0002"), Decimal("0.0005")),
        funding=FundingSchedule.every(8) if parsed.suffix else None,
    )


INSTRUMENTS: Final = (
    instrument("BINANCE:BTC-USDT-PERP", "0.1", "0.001"),
    instrument("BINANCE:SHIB-USDT", "0.00000001", "1"),
    instrument("OKX:ETH-USDT-PERP", "0.01", "1", "0.1"),
)


def event(kind: Kind, ts_ns: int = START_NS, **fields: Any) -> EventArray:
    """Return one record."""
    made = empty_events(1)
    made["kind"], made["version"] = kind, PAYLOADS[kind].version
    made["ts_event"], made["ts_recv"] = ts_ns - 1_000, ts_ns
    for name, value in fields.items():
        made[name] = value
    return made


def intent(order_id: int, size: int, **fields: Any) -> EventArray:
    """Return the intent of a limit order."""
    flags = fields.pop("flags", int(OrderType.LIMIT))
    given = {"side": 1, "price": 100, **fields}
    return event(Kind.ORDER_INTENT, order_id=order_id, size=size, flags=flags, **given)


@st.composite
def fills(draw: st.DrawFn, order_id: int, side: int, number: int, leaves: int) -> EventArray:
    """Draw a fill of any size that says so many lots are left."""
    flag = draw(st.sampled_from([0, FillFlag.MAKER, FillFlag.FEE_IN_OTHER]))
    return event(
        Kind.FILL,
        instrument=number,
        side=side,
        price=draw(st.integers(1, 10**6)),
        size=draw(st.integers(1, 50)),
        fee=draw(st.integers(-(10**6), 10**8)),
        order_id=order_id,
        leaves=leaves,
        flags=int(flag),
    )


@st.composite
def events_of_an_order(draw: st.DrawFn, sequence: int) -> list[EventArray]:
    """Draw an order and what is said of it: in order, or in none."""
    order_id = OrderId(1, sequence, draw(st.integers(0, 3))).pack()
    number, side = draw(st.integers(0, 2)), draw(st.sampled_from([1, -1]))
    size = draw(st.integers(1, 60))
    flags = draw(st.sampled_from([1, 2, 2 | 0x40, 3 | 0x80, 4 | 0x30, 1 | OrderFlag.QUOTE_SIZED]))
    about: dict[str, Any] = {"instrument": number, "side": side, "order_id": order_id}
    made = [intent(order_id, size, instrument=number, side=side, flags=int(flags))]
    for kind in draw(
        st.lists(
            st.sampled_from(
                [
                    Kind.VERDICT,
                    Kind.SENT,
                    Kind.ACK,
                    Kind.FILL,
                    Kind.FILL,
                    Kind.CANCELLED,
                    Kind.REJECTED,
                    Kind.EXPIRED,
                    Kind.UNKNOWN,
                    Kind.ORDER_INTENT,
                ]
            ),
            max_size=8,
        )
    ):
        match kind:
            case Kind.FILL:
                made.append(draw(fills(order_id, side, number, draw(st.integers(0, size)))))
            case Kind.ORDER_INTENT:
                made.append(event(kind, flags=int(OrderFlag.CANCEL), **about))
            case Kind.VERDICT:
                code = draw(st.sampled_from([0, 0, 0, 13]))
                made.append(event(kind, code=code, number=1.5, limit=1.0, **about))
            case Kind.ACK:
                made.append(event(kind, price=100, size=size, id=sequence + 7, **about))
            case Kind.SENT:
                made.append(event(kind, **about))
            case _:
                made.append(event(kind, code=draw(st.integers(1, 9)), size=0, **about))
    return made


@st.composite
def other_events(draw: st.DrawFn) -> EventArray:
    """Draw a transfer, an adjustment, a liquidation, or something that no table is about."""
    match draw(st.integers(0, 3)):
        case 0:
            return event(
                Kind.TRANSFER,
                instrument=draw(st.integers(0, 2)),
                w0=pack_currency(draw(st.sampled_from(["USDT", "BNB"]))),
                w1=draw(st.integers(-(10**12), 10**12)),
                w3=draw(st.integers(1, 5)),
            )
        case 1:
            return event(
                Kind.RECONCILE_ADJUSTMENT,
                instrument=draw(st.integers(0, 2)),
                code=1,
                w1=draw(st.integers(-20, 20)),
                w2=draw(st.integers(-(10**9), 10**9)),
                w4=draw(st.integers(1, 10**6)),
            )
        case 2:
            return draw(fills(0, draw(st.sampled_from([1, -1])), draw(st.integers(0, 2)), 0))
        case _:
            return event(Kind.TRADE, price=100, size=1)


@st.composite
def journals(draw: st.DrawFn) -> EventArray:
    """Draw a journal: orders side by side, each in its own order, and other events between."""
    lives = [draw(events_of_an_order(sequence)) for sequence in range(draw(st.integers(0, 6)))]
    lives.append([draw(other_events()) for _ in range(draw(st.integers(1, 6)))])
    mixed: list[EventArray] = []
    while any(lives):
        chosen = draw(st.sampled_from([life for life in lives if life]))
        mixed.append(chosen.pop(0))
    joined = join_events(mixed)
    for place in range(len(joined)):
        joined["ts_recv"][place] += place * 1_000
    return joined
