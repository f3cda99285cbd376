"""Orders to intent records and back.

A simple order becomes one ORDER_INTENT. A bracket becomes three: leg 0 the entry, leg 1 the stop
(CHILD, REDUCE_ONLY), leg 2 the target as a limit (CHILD, REDUCE_ONLY). A cancel is an intent with
the CANCEL flag that names the order.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol, assert_never

from traider.domain.errors import DataError
from traider.domain.events import EventArray, Kind, OrderFlag, empty_events
from traider.domain.instruments import Instrument
from traider.domain.orders import (
    BracketOrder,
    CancelRequest,
    LimitOrder,
    MarketOrder,
    Order,
    OrderId,
    OrderType,
    Side,
    SimpleOrder,
    StopLimitOrder,
    StopOrder,
    TimeInForce,
)
from traider.domain.payload_table import PAYLOADS
from traider.domain.units import amount_from_units, units_from_amount

_TIME_IN_FORCE_SHIFT = 4
_BRACKET_LEGS = 3


class OrderGrid(Protocol):
    """What an instrument must tell for its orders to be written; an ``Instrument`` does."""

    @property
    def name(self) -> object:
        """Its name; as text, that of its orders."""

    def ticks(self, price: Decimal) -> int:
        """Return a price in ticks; refuse one off the grid with a ``DataError``."""

    def lots(self, size: Decimal) -> int:
        """Return a size in lots; refuse one off the grid with a ``DataError``."""


@dataclass(frozen=True)
class IntentHead:
    """Where and when an intent is written: the instrument, its number in the run, and the time."""

    instrument: OrderGrid
    number: int
    ts_ns: int


def intents_of(order: Order, order_id: OrderId, head: IntentHead) -> EventArray:
    """Return the intent records of ``order``: one, or three for a bracket.

    ``order_id`` names leg 0; a bracket's exits take the next two legs.

    Raises:
        DataError: the order is for another instrument, or a number lies off its grid.
    """
    if not isinstance(order, BracketOrder):
        return _intent(order, order_id, head)
    records = empty_events(_BRACKET_LEGS)
    for leg, part in enumerate(_legs(order)):
        record = _intent(part, replace(order_id, leg=order_id.leg + leg), head)
        if leg:
            record["flags"] = int(record["flags"][0]) | OrderFlag.CHILD
        records[leg] = record[0]
    return records


def cancel_of(request: CancelRequest, head: IntentHead) -> EventArray:
    """Return the intent record that takes back an order."""
    record = _blank(request.instrument, head)
    record["flags"] = OrderFlag.CANCEL
    record["order_id"] = request.order_id.pack()
    return record


def order_from_intents(records: EventArray, instrument: Instrument) -> Order | CancelRequest:
    """Return what ``records`` (all intents of one decision) ask for.

    Raises:
        DataError: the records are no intents, or their legs make no order.
    """
    if len(records) == 0 or any(records["kind"] != Kind.ORDER_INTENT):
        raise DataError("the records are no order intents", fix="select one decision's intents")
    flags = int(records["flags"][0])
    if flags & OrderFlag.CANCEL:
        order_id = OrderId.unpack(int(records["order_id"][0]))
        return CancelRequest(instrument=str(instrument.name), order_id=order_id)
    entry = _order(records[:1], instrument)
    if len(records) == 1:
        return entry
    if len(records) != _BRACKET_LEGS or not isinstance(entry, MarketOrder | LimitOrder):
        raise DataError(f"{len(records)} intents make no bracket", fix="give all three legs")
    return BracketOrder(
        entry=entry,
        stop_trigger=instrument.price(int(records["trigger"][1])),
        target_price=instrument.price(int(records["price"][2])),
    )


def _legs(order: BracketOrder) -> tuple[SimpleOrder, SimpleOrder, SimpleOrder]:
    entry = order.entry
    opposite = Side(-entry.side)
    stop = StopOrder(
        instrument=entry.instrument,
        side=opposite,
        size=entry.size,
        is_reduce_only=True,
        trigger=order.stop_trigger,
    )
    target = LimitOrder(
        instrument=entry.instrument,
        side=opposite,
        size=entry.size,
        is_reduce_only=True,
        price=order.target_price,
    )
    return entry, stop, target


def _blank(instrument: str, head: IntentHead) -> EventArray:
    if instrument != str(head.instrument.name):
        raise DataError(
            f"an order for {instrument} written for {head.instrument.name}",
            fix="write it with its own instrument",
        )
    record = empty_events(1)
    record["kind"] = Kind.ORDER_INTENT
    record["version"] = PAYLOADS[Kind.ORDER_INTENT].version
    record["ts_event"] = record["ts_recv"] = head.ts_ns
    record["instrument"] = head.number
    return record


def _intent(order: SimpleOrder, order_id: OrderId, head: IntentHead) -> EventArray:
    """Return one record: type and terms as flags, prices as ticks, size as lots."""
    record = _blank(order.instrument, head)
    instrument = head.instrument
    order_type, flags = OrderType.MARKET, OrderFlag(0)
    record["size"] = 0
    match order:
        case MarketOrder():
            if order.is_quote_sized:
                flags |= OrderFlag.QUOTE_SIZED
        case LimitOrder():
            order_type = OrderType.LIMIT
            record["price"] = instrument.ticks(order.price)
            if order.is_post_only:
                flags |= OrderFlag.POST_ONLY
        case StopOrder():
            order_type = OrderType.STOP
            record["trigger"] = instrument.ticks(order.trigger)
        case StopLimitOrder():
            order_type = OrderType.STOP_LIMIT
            record["price"] = instrument.ticks(order.price)
            record["trigger"] = instrument.ticks(order.trigger)
        case _:
            assert_never(order)
    is_quote_sized = bool(flags & OrderFlag.QUOTE_SIZED)
    record["size"] = (
        units_from_amount(order.size) if is_quote_sized else instrument.lots(order.size)
    )
    if order.is_reduce_only:
        flags |= OrderFlag.REDUCE_ONLY
    if not isinstance(order, MarketOrder):
        flags |= order.time_in_force << _TIME_IN_FORCE_SHIFT
        record["expire"] = order.expire_ns
    record["flags"] = int(flags) | order_type
    record["side"] = order.side
    record["order_id"] = order_id.pack()
    return record


def _order(records: EventArray, instrument: Instrument) -> SimpleOrder:
    """Return the order of one record."""
    record = records[0]
    flags = int(record["flags"])
    name = str(instrument.name)
    side = Side(int(record["side"]))
    size = instrument.size(int(record["size"]))
    price = instrument.price(int(record["price"]))
    trigger = instrument.price(int(record["trigger"]))
    terms = TimeInForce((flags & OrderFlag.TIME_IN_FORCE_MASK) >> _TIME_IN_FORCE_SHIFT)
    expire_ns = int(record["expire"])
    reduces = bool(flags & OrderFlag.REDUCE_ONLY)
    match _order_type(flags):
        case OrderType.MARKET:
            is_quote_sized = bool(flags & OrderFlag.QUOTE_SIZED)
            amount = amount_from_units(int(record["size"])) if is_quote_sized else size
            return MarketOrder(
                instrument=name,
                side=side,
                size=amount,
                is_reduce_only=reduces,
                is_quote_sized=is_quote_sized,
            )
        case OrderType.LIMIT:
            return LimitOrder(
                instrument=name,
                side=side,
                size=size,
                is_reduce_only=reduces,
                price=price,
                time_in_force=terms,
                expire_ns=expire_ns,
                is_post_only=bool(flags & OrderFlag.POST_ONLY),
            )
        case OrderType.STOP:
            return StopOrder(
                instrument=name,
                side=side,
                size=size,
                is_reduce_only=reduces,
                trigger=trigger,
                time_in_force=terms,
                expire_ns=expire_ns,
            )
        case OrderType.STOP_LIMIT:
            return StopLimitOrder(
                instrument=name,
                side=side,
                size=size,
                is_reduce_only=reduces,
                trigger=trigger,
                price=price,
                time_in_force=terms,
                expire_ns=expire_ns,
            )


def _order_type(flags: int) -> OrderType:
    try:
        return OrderType(flags & OrderFlag.TYPE_MASK)
    except ValueError:
        raise DataError(f"order flags {flags:#06x} name no type", fix="mend the record") from None
