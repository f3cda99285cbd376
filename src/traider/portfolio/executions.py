"""Fills to executions: what traded at one instant for one price, however many fills told it.

A venue reports an order that trades in parts part by part, and how it is cut says nothing about
what was bought. So the fills of one instrument that come together, at one time and on one side,
are one execution a price: their quantities, their money and their fees are added. The executions of
one instant stand best price first. However such fills are split, and in whatever order they come,
the executions are the same, as far as the money of the parts adds up to that of the whole: each
fill's money is what moved at the venue, rounded to 1e-8 there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from traider.domain.fills import Fill
from traider.domain.units import EXACT, amount_from_units, units_from_amount


@dataclass(frozen=True, slots=True)
class BookedFill:
    """A fill with the place it has in the books."""

    fill: Fill
    sequence: int
    """Position in the journal, or any number that rises from fill to fill."""
    account: str = ""
    """Venue and account that it traded on; empty where there is one."""


@dataclass(frozen=True, slots=True)
class Execution:
    """What traded in one instrument at one instant, on one side, for one price.

    ``side`` is +1 bought and -1 sold; ``quantity`` is positive; ``notional_units`` and
    ``fee_units`` count 1e-8 of the currency that the instrument is priced in.
    """

    account: str
    instrument: str
    side: int
    price: Decimal
    quantity: Decimal
    notional_units: int
    fee_units: int
    ts_ns: int
    sequence: int
    """Position in the journal of the first of its fills."""
    order_ids: tuple[int, ...] = ()
    """Ids of the orders behind it, rising."""

    @property
    def notional(self) -> Decimal:
        """Money that the quantity cost or brought, fees left out."""
        return amount_from_units(self.notional_units)

    @property
    def fee(self) -> Decimal:
        """Fees, rebates taken off; one taken in another currency at its worth then."""
        return amount_from_units(self.fee_units)


def booked(fills: Iterable[Fill], account: str = "") -> Iterator[BookedFill]:
    """Yield ``fills``, in time order, numbered from 0."""
    for sequence, fill in enumerate(fills):
        yield BookedFill(fill, sequence, account)


def executions_of(fills: Iterable[BookedFill]) -> Iterator[Execution]:
    """Yield the executions that ``fills``, in time order, make; each instrument's in order."""
    waiting: dict[tuple[str, str], _Instant] = {}
    for each in fills:
        key = each.account, each.fill.instrument
        instant = waiting.get(key)
        if instant is None or not instant.holds(each.fill):
            if instant is not None:
                yield from instant.executions()
            instant = waiting[key] = _Instant(each.fill)
        instant.add(each)
    for instant in waiting.values():
        yield from instant.executions()


class _Instant:
    """Fills of one instrument that came together at one time and on one side, by price."""

    def __init__(self, first: Fill) -> None:
        self._ts_ns = first.ts_ns
        self._side = first.side
        self._by_price: dict[Decimal, Execution] = {}

    def holds(self, fill: Fill) -> bool:
        return fill.ts_ns == self._ts_ns and fill.side == self._side

    def add(self, each: BookedFill) -> None:
        execution = _alone(each)
        known = self._by_price.get(execution.price)
        self._by_price[execution.price] = (
            execution if known is None else _together(known, execution)
        )

    def executions(self) -> list[Execution]:
        return sorted(self._by_price.values(), key=lambda each: each.side * each.price)


def _alone(each: BookedFill) -> Execution:
    fill = each.fill
    return Execution(
        each.account,
        fill.instrument,
        fill.side,
        fill.price,
        fill.quantity,
        fill.notional_units,
        units_from_amount(fill.fee),
        fill.ts_ns,
        each.sequence,
        (fill.order_id,),
    )


def _together(first: Execution, second: Execution) -> Execution:
    return replace(
        first,
        quantity=EXACT.add(first.quantity, second.quantity),
        notional_units=first.notional_units + second.notional_units,
        fee_units=first.fee_units + second.fee_units,
        sequence=min(first.sequence, second.sequence),
        order_ids=tuple(sorted({*first.order_ids, *second.order_ids})),
    )
