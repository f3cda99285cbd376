"""Match executions to lots, by a method, exactly.

    books = match_lots(executions_of(booked(fills)), LotTerms(LotMethod.HIFO))
    books.lots          # open and closed, oldest first
    books.disposals     # each a part of one lot, in the order of closing

An execution against what is held closes lots as the method chooses; what it has beyond them opens
a lot of the other side. For every method the gains of the disposals and those of the open lots at a
mark add up to the same: what the ledger calls realized and unrealized, less fees.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from traider.domain.errors import DataError
from traider.domain.positions import share_units
from traider.domain.units import EXACT
from traider.portfolio.executions import Execution
from traider.portfolio.lot_pool import LotPool, OpenLot, Part
from traider.portfolio.lots import Disposal, Lot, LotMethod

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class LotChoice:
    """A part of a lot that a person names for an order to close; its quantity is above 0."""

    lot_sequence: int
    quantity: Decimal

    def __post_init__(self) -> None:
        """Refuse what cannot be closed.

        Raises:
            DataError: the quantity is not above 0, or endless.
        """
        if not (self.quantity.is_finite() and self.quantity > 0):
            raise DataError(
                f"a quantity of {self.quantity} cannot be closed",
                fix="name how much of the lot is sold, above 0",
            )


@dataclass(frozen=True)
class LotTerms:
    """How lots are matched.

    ``per_account`` keeps the lots of each account apart; otherwise all accounts are one pool, as
    where a rule counts everything a person holds. ``chosen`` names lots by the order that closes
    them, for the method ``SPECIFIC``.
    """

    method: LotMethod = LotMethod.FIFO
    per_account: bool = True
    chosen: Mapping[int, Sequence[LotChoice]] = field(default_factory=dict)


@dataclass(frozen=True)
class LotBooks:
    """Every lot, oldest first, and every disposal, in the order of closing."""

    method: LotMethod
    lots: tuple[Lot, ...]
    disposals: tuple[Disposal, ...]

    @property
    def open_lots(self) -> tuple[Lot, ...]:
        """Those of which something remains."""
        return tuple(lot for lot in self.lots if lot.remaining)

    @property
    def gain_units(self) -> int:
        """What all disposals made, after fees."""
        return sum(each.gain_units for each in self.disposals)

    def unrealized_units(self, worth: Callable[[Lot], int]) -> int:
        """Return what the open lots would make, each worth what ``worth`` says of what remains."""
        return sum(lot.unrealized_units(worth(lot)) for lot in self.open_lots)


def match_lots(executions: Iterable[Execution], terms: LotTerms | None = None) -> LotBooks:
    """Return the lots that ``executions`` open and close; each instrument's come in time order.

    Raises:
        DataError: a lot that is named for an order was not open then, or not so much of it.
    """
    book = _LotBook(terms or LotTerms())
    # Those of several accounts come one account after the other; an instant keeps its order.
    for execution in sorted(executions, key=lambda each: each.ts_ns):
        book.take(execution)
    return book.finish()


class _LotBook:
    def __init__(self, terms: LotTerms) -> None:
        self._terms = terms
        self._pools: dict[tuple[str, str], LotPool] = {}
        self._disposals: list[Disposal] = []
        self._chosen = {order: list(each) for order, each in terms.chosen.items()}

    def take(self, execution: Execution) -> None:
        account = execution.account if self._terms.per_account else ""
        key = account, execution.instrument
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools[key] = LotPool(self._terms.method)
        if pool.side in (0, execution.side):
            money = execution.notional_units, execution.fee_units
            pool.open(execution, execution.quantity, money)
            return
        closing = min(execution.quantity, pool.held)
        money = _share(execution, closing)
        self._close(pool, execution, closing, money)
        if closing < execution.quantity:
            rest = execution.notional_units - money[0], execution.fee_units - money[1]
            pool.open(execution, EXACT.subtract(execution.quantity, closing), rest)

    def _close(
        self, pool: LotPool, execution: Execution, closing: Decimal, money: tuple[int, int]
    ) -> None:
        """Close a quantity for ``money``, its notional and its fee."""
        done = _NOTHING
        for part in pool.close(closing, self._named(pool, execution, closing)):
            upto = EXACT.add(done, part.quantity)
            closed, fee = (
                share_units(units, upto, closing) - share_units(units, done, closing)
                for units in money
            )
            self._disposals.append(_disposal(part, execution, closed, fee))
            done = upto

    def _named(
        self, pool: LotPool, execution: Execution, closing: Decimal
    ) -> Iterator[tuple[OpenLot, Decimal]]:
        """Yield the lots named for the orders of an execution, as much as it closes."""
        if self._terms.method is not LotMethod.SPECIFIC:
            return
        for order_id in execution.order_ids:
            choices = self._chosen.get(order_id, [])
            while choices and closing:
                choice = choices.pop(0)
                lot = pool.find(execution.account, choice.lot_sequence)
                if lot is None or lot.remaining < min(choice.quantity, closing):
                    raise _not_open(choice, order_id)
                taken = min(choice.quantity, closing)
                if taken < choice.quantity:
                    rest = EXACT.subtract(choice.quantity, taken)
                    choices.insert(0, LotChoice(choice.lot_sequence, rest))
                closing = EXACT.subtract(closing, taken)
                yield lot, taken

    def finish(self) -> LotBooks:
        for order_id, choices in self._chosen.items():
            if choices:
                raise _not_open(choices[0], order_id)
        lots = [lot for pool in self._pools.values() for lot in pool.lots()]
        # Sorting keeps the order of what one instrument did in one instant.
        lots.sort(key=lambda lot: (lot.opened_ns, lot.instrument, lot.account))
        self._disposals.sort(key=lambda each: (each.closed_ns, each.instrument, each.account))
        return LotBooks(self._terms.method, tuple(lots), tuple(self._disposals))


def _share(execution: Execution, closing: Decimal) -> tuple[int, int]:
    """Return the notional and the fee of a part of an execution."""
    return (
        share_units(execution.notional_units, closing, execution.quantity),
        share_units(execution.fee_units, closing, execution.quantity),
    )


def _disposal(part: Part, execution: Execution, closed: int, fee: int) -> Disposal:
    lot = part.lot
    return Disposal(
        account=lot.execution.account,
        instrument=execution.instrument,
        side=lot.execution.side,
        lot_sequence=lot.execution.sequence,
        opened_ns=lot.execution.ts_ns,
        sequence=execution.sequence,
        closed_ns=execution.ts_ns,
        quantity=part.quantity,
        opened_units=part.notional_units,
        opened_fee_units=part.fee_units,
        closed_units=closed,
        closed_fee_units=fee,
    )


def _not_open(choice: LotChoice, order_id: int) -> DataError:
    return DataError(
        f"{choice.quantity} of lot {choice.lot_sequence} are named for order {order_id}, "
        "and were not there to close",
        fix="name lots that were open when the order traded, and no more than it closed",
    )
