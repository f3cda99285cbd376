"""What a run did with money, as values: orders that traded, funding, corrections, final marks."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from traider.domain.fills import Fill
from traider.portfolio.funding import FundingPayment

PriceAt = Callable[[str, int], Decimal | None]
"""The market's price of an instrument at a time, as one record of the market tells it."""


@dataclass(frozen=True)
class TradedOrder:
    """An order that traded, or several of one trade, with everything that traded, in order."""

    instrument: str
    side: int
    decided_ns: int
    """Kernel time of its decision; of the first fill where no order of ours is behind it."""
    wanted: Decimal
    """Size asked for; 0 where it is not known in units of the instrument."""
    fills: Sequence[Fill]
    orders: Sequence[int] = ()
    """Ids of the orders."""

    @cached_property
    def quantity(self) -> Fraction:
        """What traded, in units that the multiplier is part of."""
        return sum((_units(fill) for fill in self.fills), Fraction(0))

    @cached_property
    def paid(self) -> Fraction:
        """Sum of price * quantity * multiplier."""
        return sum((Fraction(fill.price) * _units(fill) for fill in self.fills), Fraction(0))

    @cached_property
    def fee(self) -> Fraction:
        """Sum of the fees."""
        return sum((Fraction(fill.fee) for fill in self.fills), Fraction(0))

    @cached_property
    def wanted_units(self) -> Fraction:
        """Size asked for, in the units of ``quantity``; what traded where it is not known."""
        if not self.wanted:
            return self.quantity
        return Fraction(self.wanted) * Fraction(self.fills[0].multiplier)

    def worth(self, price_at: PriceAt) -> Fraction:
        """Return what it would have paid at the market's price of the times it traded at.

        Where the market's price is not known it is that of the fill.
        """
        total = Fraction(0)
        for fill in self.fills:
            price = price_at(self.instrument, fill.ts_ns)
            total += Fraction(fill.price if price is None else price) * _units(fill)
        return total


def _units(fill: Fill) -> Fraction:
    return Fraction(fill.quantity) * Fraction(fill.multiplier)


@dataclass(frozen=True)
class RunAccount:
    """The money side of a run: what it made, and all it was made by.

    ``profit`` is the change of equity, open positions at ``marks``, without what was paid in or
    out. ``corrections`` are changes of the books that no fill, fee or transfer explains, such as
    the adjustments of a reconciliation, positions at ``marks``.
    """

    profit: Decimal
    marks: Mapping[str, Decimal]
    orders: Sequence[TradedOrder] = ()
    funding: Sequence[FundingPayment] = ()
    corrections: Mapping[str, Decimal] = field(default_factory=dict)
    """By instrument; an empty name for cash."""
    price_at: PriceAt = lambda _instrument, _ts_ns: None
    sent: Mapping[tuple[str, int], Sequence[int]] = field(default_factory=dict)
    """By instrument and side, when orders were decided that were sent, in order of time."""

    def has_sent(self, trade: TradedOrder, within_ns: int) -> bool:
        """Return whether an order was sent on the wish of ``trade``, less than so far apart."""
        times = self.sent.get((trade.instrument, trade.side), ())
        place = bisect_left(times, trade.decided_ns - within_ns + 1)
        return place < len(times) and times[place] < trade.decided_ns + within_ns

    @property
    def turnover(self) -> Decimal:
        """What was bought and sold, at the prices it traded at."""
        notionals = (fill.notional for order in self.orders for fill in order.fills)
        return sum(notionals, Decimal(0))

    def priced(self, price_at: PriceAt) -> "RunAccount":
        """Return the same, with the market's prices as a record of the market tells them."""
        return replace(self, price_at=price_at)
