"""Orders as the gate approves them, for tests of what sends them."""

from decimal import Decimal
from typing import Final

from traider.domain.approvals import ApprovedOrder, Approver
from traider.domain.events import EventArray, Kind, OrderFlag, empty_events
from traider.domain.fees import FeeSchedule, FeeTier
from traider.domain.instruments import Instrument, InstrumentName
from traider.domain.orders import OrderId, OrderType, TimeInForce
from traider.domain.units import units_from_amount
from traider.venues.coinbase.order_entry import OrderEntry
from traider.venues.coinbase.rest_session import RestSession

APPROVER: Final = Approver()
FIRST: Final = OrderId(1, 7).pack()


def instrument(symbol: str, tick: str = "0.01", lot: str = "0.00000001") -> Instrument:
    """Return a spot instrument of Coinbase."""
    name = InstrumentName.parse(f"COINBASE:{symbol}")
    return Instrument(
        name=name,
        symbol=symbol,
        settle=name.quote,
        tick_size=Decimal(tick),
        lot_size=Decimal(lot),
        min_size=Decimal(lot),
        fees=FeeSchedule((FeeTier(Decimal(0), Decimal("0.006"), Decimal("0.012")),)),
    )


BTC_USD: Final = instrument("BTC-USD")
ETH_USD: Final = instrument("ETH-USD")
INSTRUMENTS: Final = (BTC_USD, ETH_USD)


def intent(
    kind: OrderType,
    side: int = 1,
    flags: int = 0,
    order_id: int = FIRST,
    terms: TimeInForce = TimeInForce.GTC,
    **words: str,
) -> EventArray:
    """Return an intent; ``size``, ``price``, ``trigger`` and ``spend`` are decimals."""
    number = int(words.pop("instrument", "0"))
    traded = INSTRUMENTS[number]
    record = empty_events(1)
    record["kind"], record["version"] = Kind.ORDER_INTENT, 1
    record["instrument"], record["side"], record["order_id"] = number, side, order_id
    record["flags"] = kind | flags | terms << 4
    for word, text in words.items():
        value = Decimal(text)
        if word == "spend":
            record["size"] = units_from_amount(value)
            record["flags"] = int(record["flags"][0]) | OrderFlag.QUOTE_SIZED
        elif word == "expire":
            record["expire"] = int(value)
        else:
            record[word] = traded.lots(value) if word == "size" else traded.ticks(value)
    return record


def approved(record: EventArray, client_order_id: str = "c-1") -> ApprovedOrder:
    """Return an order that the gate of these tests approved."""
    return APPROVER.approve(record, client_order_id)


def pair(
    side: int = -1, size: str = "0.001", stop: str = "45000", target: str = "60000"
) -> list[ApprovedOrder]:
    """Return a stop and a target over the same lots."""
    both = OrderFlag.ONE_CANCELS_OTHER
    return [
        approved(intent(OrderType.STOP, side, both, FIRST, size=size, trigger=stop)),
        approved(intent(OrderType.LIMIT, side, both, FIRST + 1, size=size, price=target), "c-2"),
    ]


def bracket(size: str = "0.001") -> list[ApprovedOrder]:
    """Return an entry with its exits."""
    child = OrderFlag.CHILD
    return [
        approved(intent(OrderType.LIMIT, size=size, price="50000")),
        approved(intent(OrderType.STOP, -1, child, FIRST + 1, size=size, trigger="45000"), "c-2"),
        approved(intent(OrderType.LIMIT, -1, child, FIRST + 2, size=size, price="60000"), "c-3"),
    ]


def entry_of(session: RestSession) -> OrderEntry:
    """Return a client that sends what these tests approved."""
    return OrderEntry(session, APPROVER.verifier, INSTRUMENTS)
