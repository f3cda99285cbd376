"""Fills as columns of integers, booked in one loop over numbers.

Prices count ticks, sizes lots, money units of 1e-8. The numbers are Python's own integers, which
never overflow; the rounding is that of ``Position`` and ``Fill``, so booking a column of fills is
booking them one by one, to the unit, at a small part of the time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from traider.domain.errors import DataError
from traider.domain.events import MONEY_UNITS_PER_CURRENCY_UNIT, EventArray, FillFlag, Kind
from traider.domain.units import EXACT


@dataclass(frozen=True)
class FillGrid:
    """What the numbers of an instrument's fills mean; an empty currency is the ledger's own."""

    name: str
    tick_size: Decimal
    lot_size: Decimal
    multiplier: Decimal = Decimal(1)
    currency: str = ""

    @property
    def money_ratio(self) -> tuple[int, int]:
        """Return numerator and denominator of the money units of one tick times one lot."""
        worth = EXACT.multiply(EXACT.multiply(self.tick_size, self.lot_size), self.multiplier)
        return EXACT.multiply(worth, Decimal(MONEY_UNITS_PER_CURRENCY_UNIT)).as_integer_ratio()


@dataclass(frozen=True)
class FillColumns:
    """Fills in time order, one list a field; ``instruments`` are places in ``grids``.

    ``fees`` were taken in the currency of the price, ``other_fees`` in ``fee_currency``.
    """

    grids: tuple[FillGrid, ...]
    instruments: Sequence[int]
    sides: Sequence[int]
    prices: Sequence[int]
    sizes: Sequence[int]
    fees: Sequence[int]
    ts_ns: Sequence[int]
    other_fees: Sequence[int] = ()
    """Empty where there are none."""
    fee_currency: str = ""


@dataclass(frozen=True)
class BookedColumns:
    """What booking moved: rows are fills."""

    names: tuple[str, ...]
    currencies: tuple[str, ...]
    """Currency of the price, by instrument."""
    ts_ns: Sequence[int]
    instruments: Sequence[int]
    paid: Sequence[int]
    """Money for a purchase, negative for a sale."""
    moved: Sequence[int]
    """Change of the inventory at cost."""
    gained: Sequence[int]
    fees: Sequence[int]
    other_fees: Sequence[int]
    fee_currency: str

    @property
    def entries(self) -> int:
        """How many entries they are: a fee of another currency is one of its own."""
        return len(self.paid) + sum(map(bool, self.other_fees))


@dataclass
class OpenColumns:
    """What is held of each instrument, in lots, and its signed cost."""

    lots: list[int]
    costs: list[int]


def fill_columns(
    events: EventArray, grids: Sequence[FillGrid], fee_currency: str = ""
) -> FillColumns:
    """Return the FILL records among ``events``, whose instruments are places in ``grids``.

    Raises:
        DataError: a fee was taken in another currency, and none is named.
    """
    fills = events[events["kind"] == Kind.FILL]
    is_other = fills["flags"] & FillFlag.FEE_IN_OTHER != 0
    if is_other.any() and not fee_currency:
        raise DataError("a fill's fee was taken in another currency", fix="name that currency")
    return FillColumns(
        grids=tuple(grids),
        instruments=fills["instrument"].tolist(),
        sides=fills["side"].tolist(),
        prices=fills["price"].tolist(),
        sizes=fills["size"].tolist(),
        fees=np.where(is_other, 0, fills["fee"]).tolist(),
        ts_ns=fills["ts_recv"].tolist(),
        other_fees=np.where(is_other, fills["fee"], 0).tolist() if is_other.any() else (),
        fee_currency=fee_currency,
    )


def book_columns(fills: FillColumns, held: OpenColumns, currency: str) -> BookedColumns:
    """Book ``fills``, bringing ``held`` up to date; ``currency`` is the ledger's own.

    Raises:
        DataError: a fill trades nothing, or its side is none.
    """
    ratios = [grid.money_ratio for grid in fills.grids]
    lots, costs = held.lots, held.costs
    paid_column, moved_column, gained_column = [], [], []
    rows = zip(fills.instruments, fills.sides, fills.prices, fills.sizes, strict=True)
    for number, side, price, size in rows:
        if size <= 0 or (side != 1 and side != -1):  # noqa: PLR1714 - quicker than a search
            raise DataError(f"a fill of {size} lots on side {side}", fix="mend the input")
        top, bottom = ratios[number]
        paid = price * size * top
        if bottom != 1:
            paid = _nearest(paid, bottom)
        if side < 0:
            paid = -paid
        before, cost = lots[number], costs[number]
        lots[number] = before + side * size
        if before * side >= 0:
            moved, gained = paid, 0
        elif size <= abs(before):
            moved = -cost if size == abs(before) else -_nearest(cost * size, abs(before))
            gained = moved - paid
        else:
            closing = _nearest(paid * abs(before), size)
            moved = paid - closing - cost
            gained = -cost - closing
        costs[number] = cost + moved
        paid_column.append(paid)
        moved_column.append(moved)
        gained_column.append(gained)
    return BookedColumns(
        tuple(grid.name for grid in fills.grids),
        tuple(grid.currency or currency for grid in fills.grids),
        fills.ts_ns,
        fills.instruments,
        paid_column,
        moved_column,
        gained_column,
        fills.fees,
        fills.other_fees or [0] * len(paid_column),
        fills.fee_currency,
    )


def _nearest(top: int, bottom: int) -> int:
    """Return ``top / bottom`` rounded half to even; ``bottom`` > 0."""
    whole, rest = divmod(top, bottom)
    twice = rest + rest
    return whole + (twice > bottom or (twice == bottom and whole & 1 == 1))
