"""Portfolios: the orders, fills and fee tier of one account. Its money is in the ledger."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from traider.venues.simulated.fees import FEE_TIERS, FeeTier, tier_at
from traider.venues.simulated.orders import Fill, Order

HOUR_NS: Final = 3_600 * 1_000_000_000
MONTH_NS: Final = 30 * 24 * HOUR_NS


@dataclass(slots=True, eq=False)
class Portfolio:
    """One account; ``portfolio_id`` is its owner name in the ledger."""

    portfolio_id: str
    name: str
    user_id: str
    created_ns: int
    tiers: tuple[FeeTier, ...] = FEE_TIERS
    orders: dict[str, Order] = field(default_factory=dict)
    """By order id, oldest first."""
    by_client_id: dict[str, Order] = field(default_factory=dict)
    fills: list[tuple[Order, Fill]] = field(default_factory=list)
    fee_units: int = 0
    """US dollars paid in fees in all."""
    _volume: deque[tuple[int, int]] = field(default_factory=deque)
    _volume_units: int = 0
    _tier: FeeTier | None = None
    _tier_hour: int = -1

    def add(self, order: Order) -> None:
        """Take in a new order."""
        self.orders[order.order_id] = order
        if order.client_order_id:
            self.by_client_id[order.client_order_id] = order

    def count_fill(self, order: Order, fill: Fill, dollar_units: int, fee_units: int) -> None:
        """Take in a fill, with its value and its fee in US dollars."""
        self.fills.append((order, fill))
        self.count_volume(fill.time_ns, dollar_units)
        self.fee_units += fee_units

    def count_volume(self, time_ns: int, dollar_units: int) -> None:
        """Take in what was traded in a way that left no fill: before the exchange opened."""
        self._volume.append((time_ns, dollar_units))
        self._volume_units += dollar_units

    def volume_units(self, now_ns: int) -> int:
        """Return the US dollars traded in the last 30 days."""
        while self._volume and self._volume[0][0] <= now_ns - MONTH_NS:
            self._volume_units -= self._volume.popleft()[1]
        return self._volume_units

    def tier(self, now_ns: int) -> FeeTier:
        """Return the fee tier, which changes on the hour at most."""
        hour = now_ns // HOUR_NS
        if self._tier is None or hour != self._tier_hour:
            self._tier, self._tier_hour = tier_at(self.volume_units(now_ns), self.tiers), hour
        return self._tier
