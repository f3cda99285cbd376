"""A person's orders as events: what they ask for, on the grid of their instrument."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traider.domain.errors import DataError, UsageError
from traider.domain.events import EventArray, Kind, OrderFlag, empty_events
from traider.domain.order_intents import IntentHead, intents_of
from traider.domain.orders import (
    BracketOrder,
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
from traider.domain.units import lots_from_size, ticks_from_price
from traider.kernel.specification import MarketSpec
from traider.runtime.control.commands import ManualOrder

_NO_ID: Final = OrderId(0, 0)
"""The decider gives the id; until then only the leg counts."""


@dataclass(frozen=True)
class _Grid:
    """The grid of a market, as orders are written on it."""

    market: MarketSpec

    @property
    def name(self) -> str:
        """The market's name."""
        return self.market.name

    def ticks(self, price: Decimal) -> int:
        """Return ``price`` in ticks."""
        return ticks_from_price(price, self.market.tick_size)

    def lots(self, size: Decimal) -> int:
        """Return ``size`` in lots."""
        return lots_from_size(size, self.market.lot_size)


def manual_events(command: ManualOrder, markets: Sequence[MarketSpec], now_ns: int) -> EventArray:
    """Return the events of a person's order: one, or the three of a bracket.

    Raises:
        UsageError: the instrument is not traded, or the order cannot be made.
    """
    names = [market.name for market in markets]
    if command.instrument not in names:
        raise UsageError(
            f"{command.instrument} is not traded here", fix=f"name one of {', '.join(names)}"
        )
    number = names.index(command.instrument)
    try:
        head = IntentHead(_Grid(markets[number]), number, now_ns)
        events = intents_of(order_of(command), _NO_ID, head)
    except DataError as fault:
        raise UsageError(fault.what, where=command.instrument, fix=fault.fix) from None
    events["kind"] = Kind.MANUAL_ORDER
    events["version"] = PAYLOADS[Kind.MANUAL_ORDER].version
    events["order_id"] = range(len(events))
    return events


def cancel_events(order_id: int, now_ns: int) -> EventArray:
    """Return the event that takes an order back.

    Raises:
        UsageError: the number is no order's.
    """
    try:
        OrderId.unpack(order_id)
    except DataError as fault:
        raise UsageError(fault.what, fix="name an order as the status tells it") from None
    event = empty_events(1)
    event["kind"] = Kind.MANUAL_ORDER
    event["version"] = PAYLOADS[Kind.MANUAL_ORDER].version
    event["ts_event"] = event["ts_recv"] = now_ns
    event["flags"] = int(OrderFlag.CANCEL) | OrderType.MARKET
    event["order_id"] = order_id
    return event


def order_of(command: ManualOrder) -> Order:
    """Return the order that a command asks for.

    Raises:
        UsageError: its terms do not go together.
        DataError: a number is not positive, or its terms contradict each other.
    """
    entry = _entry(command)
    if command.stop is None and command.target is None:
        return entry
    if command.stop is None or command.target is None:
        raise UsageError("a bracket needs a stop and a target", fix="give both or neither")
    if not isinstance(entry, MarketOrder | LimitOrder):
        raise UsageError("a bracket begins at the market or a limit", fix="drop the trigger")
    return BracketOrder(entry=entry, stop_trigger=command.stop, target_price=command.target)


def _entry(command: ManualOrder) -> SimpleOrder:
    terms = TimeInForce[command.time_in_force.upper()]
    side = Side.BUY if command.side == "buy" else Side.SELL
    name, size, reduces = command.instrument, command.size, command.is_reduce_only
    price, trigger = command.price, command.trigger
    if command.is_post_only and (price is None or trigger is not None):
        raise UsageError("only a limit order can be post-only", fix="give a price and no trigger")
    if price is None and trigger is None:
        if terms is not TimeInForce.GTC:
            raise UsageError("an order at the market is done at once", fix="drop the time in force")
        return MarketOrder(instrument=name, side=side, size=size, is_reduce_only=reduces)
    if trigger is None:
        assert price is not None  # noqa: S101 - or it would be at the market
        return LimitOrder(
            instrument=name,
            side=side,
            size=size,
            is_reduce_only=reduces,
            price=price,
            time_in_force=terms,
            is_post_only=command.is_post_only,
        )
    if price is None:
        return StopOrder(
            instrument=name,
            side=side,
            size=size,
            is_reduce_only=reduces,
            trigger=trigger,
            time_in_force=terms,
        )
    return StopLimitOrder(
        instrument=name,
        side=side,
        size=size,
        is_reduce_only=reduces,
        price=price,
        trigger=trigger,
        time_in_force=terms,
    )
