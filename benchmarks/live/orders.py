"""Orders of a person, as the benchmarks of live trading give them."""

from typing import Final

from benchmarks.live.live_trader import LiveTrader
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.orders import OrderType, TimeInForce

_BELOW: Final = 0.97
_LOTS: Final = 100_000
"""0.001 bitcoin, where a lot is a hundred-millionth."""


def limit_order(live: LiveTrader, validity: TimeInForce, below: int = 0) -> EventArray:
    """Return a person's order to buy, far below the market and ``below`` ticks further."""
    order = empty_events(1)
    order["kind"], order["version"] = Kind.MANUAL_ORDER, 1
    order["side"], order["size"] = 1, _LOTS
    order["flags"] = int(OrderType.LIMIT) | int(validity) << 4
    order["price"] = int(live.mark_ticks * _BELOW) - below
    return order
