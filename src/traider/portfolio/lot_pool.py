"""The open lots of one instrument on one account, in the order that a method takes them.

Every lot gives up its money by a running sum: of a lot of quantity Q that cost C, the first q cost
C * q / Q, rounded half to even, and each part is the difference of two such sums. By average the
sum runs over the whole pool: its money and its quantity at the last opening stand for C and Q.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from traider.domain.positions import share_units
from traider.domain.units import EXACT
from traider.portfolio.executions import Execution
from traider.portfolio.lots import Lot, LotMethod

_NOTHING: Final = Decimal(0)

Money = tuple[int, int]
"""Notional and fee, in units of 1e-8."""


class _Store:
    """A quantity with its money, which gives up parts of both."""

    def __init__(self, quantity: Decimal, money: Money) -> None:
        self.quantity = quantity
        self.money = money
        self.taken = _NOTHING

    def take(self, quantity: Decimal) -> Money:
        """Give up a part; return its money."""
        before, self.taken = self.taken, EXACT.add(self.taken, quantity)
        first, second = self._upto(before), self._upto(self.taken)
        return second[0] - first[0], second[1] - first[1]

    @property
    def left(self) -> Money:
        """Money of what was not given up."""
        gone = self._upto(self.taken)
        return self.money[0] - gone[0], self.money[1] - gone[1]

    @property
    def remaining(self) -> Decimal:
        """Quantity of what was not given up."""
        return EXACT.subtract(self.quantity, self.taken)

    def _upto(self, quantity: Decimal) -> Money:
        notional, fee = self.money
        return (
            share_units(notional, quantity, self.quantity),
            share_units(fee, quantity, self.quantity),
        )


class OpenLot(_Store):
    """A lot, and the execution that opened it."""

    def __init__(self, execution: Execution, quantity: Decimal, money: Money) -> None:
        super().__init__(quantity, money)
        self.execution = execution

    @property
    def unit_cost(self) -> Fraction:
        """What one of it cost with fees; for a short one, what it brought, fees off."""
        notional, fee = self.money
        return Fraction(notional + self.execution.side * fee) / Fraction(self.quantity)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a lot that is closed, and its side of the money."""

    lot: OpenLot
    quantity: Decimal
    notional_units: int
    fee_units: int


class LotPool:
    """Lots of one side at a time: what closes goes before what opens."""

    def __init__(self, method: LotMethod) -> None:
        self._method = method
        self._lots: list[OpenLot] = []
        self._queue: list[tuple[Fraction | int, int]] = []
        """Heap of the places of lots that may be open; one closed by name is left out later."""
        self._average = _Store(_NOTHING, (0, 0))
        self.held = _NOTHING
        self.side = 0
        """+1 long, -1 short, 0 while nothing is held."""

    def find(self, account: str, sequence: int) -> OpenLot | None:
        """Return the lot of that name, if it is open."""
        named = (
            lot
            for lot in self._lots
            if lot.execution.sequence == sequence and lot.execution.account == account
        )
        return next((lot for lot in named if lot.remaining), None)

    def open(self, execution: Execution, quantity: Decimal, money: Money) -> None:
        """Open a lot of ``quantity``, or of what an execution has beyond flat, for ``money``."""
        lot = OpenLot(execution, quantity, money)
        place = len(self._lots)
        self._lots.append(lot)
        heapq.heappush(self._queue, (self._rank(lot, place), place))
        self.held = EXACT.add(self.held, quantity)
        self.side = execution.side
        notional, fee = self._average.left
        self._average = _Store(self.held, (notional + money[0], fee + money[1]))

    def close(
        self, quantity: Decimal, named: Iterable[tuple[OpenLot, Decimal]] = ()
    ) -> Iterator[Part]:
        """Yield the parts that ``quantity``, at most what is held, closes: the named ones first."""
        for lot, part in named:
            quantity = EXACT.subtract(quantity, part)
            yield self._take(lot, part)
        while quantity:
            lot = self._next()
            part = min(quantity, lot.remaining)
            quantity = EXACT.subtract(quantity, part)
            yield self._take(lot, part)

    def _take(self, lot: OpenLot, quantity: Decimal) -> Part:
        own, pooled = lot.take(quantity), self._average.take(quantity)
        self.held = EXACT.subtract(self.held, quantity)
        if not self.held:
            self.side = 0
        return Part(lot, quantity, *(pooled if self._method is LotMethod.AVERAGE else own))

    def _next(self) -> OpenLot:
        while not self._lots[self._queue[0][1]].remaining:
            heapq.heappop(self._queue)
        return self._lots[self._queue[0][1]]

    def _rank(self, lot: OpenLot, place: int) -> Fraction | int:
        """Return what the smallest of is taken first; of equal ones the older is."""
        if self._method is LotMethod.LIFO:
            return -place
        if self._method is LotMethod.HIFO:
            return -lot.execution.side * lot.unit_cost
        return place

    def lots(self) -> Iterator[Lot]:
        """Yield every lot, the oldest first; by average, open ones at what all cost together."""
        pooled = _Store(self._average.remaining, self._average.left)
        for lot in self._lots:
            remaining = lot.remaining
            left = lot.left
            if self._method is LotMethod.AVERAGE:
                left = pooled.take(remaining) if remaining else (0, 0)
            yield _value_of(lot, remaining, left)


def _value_of(lot: OpenLot, remaining: Decimal, left: Money) -> Lot:
    execution = lot.execution
    return Lot(
        account=execution.account,
        instrument=execution.instrument,
        side=execution.side,
        opened_ns=execution.ts_ns,
        sequence=execution.sequence,
        quantity=lot.quantity,
        remaining=remaining,
        notional_units=lot.money[0],
        fee_units=lot.money[1],
        left_units=left[0],
        left_fee_units=left[1],
    )
