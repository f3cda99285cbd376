"""Cells of a source as numbers, times and sides, and which of them cannot be read.

Binary numbers keep their bits; decimal text becomes the nearest float64. Nothing is guessed from a
cell that is no number: the row is bad, and says so.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import DataError
from traider.store.arrow_columns import Cells, compute, flags, is_text
from traider.store.instants import parse_instants
from traider.store.kinds import BoolArray, FloatArray, IntArray
from traider.store.time_units import (
    NO_UNIT,
    UNITS,
    UnitChange,
    UnitCodes,
    instants_from,
    main_unit,
    unit_changes,
    units_of,
)

_NUMBER: Final = r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*$"
_WHOLE: Final = r"^\s*\d{1,18}\s*$"
_BUYS: Final = frozenset(("buy", "b", "bid", "buyer", "1", "+1"))
_SELLS: Final = frozenset(("sell", "s", "ask", "seller", "-1"))
MIXED: Final = "mixed"


@dataclass(frozen=True)
class Times:
    """Instants of the rows, and what was found about their unit."""

    ts_ns: IntArray
    readable: BoolArray
    wrong_unit: BoolArray
    """Rows in another unit than the one that was asked for."""
    unit: str
    """``ms`` for example, ``iso`` for text, empty when no row tells."""
    changes: tuple[UnitChange, ...]


def as_floats(cells: Cells) -> tuple[FloatArray, BoolArray]:
    """Return numbers, NaN where a cell is empty or no finite number, and which are numbers."""
    if is_text(cells):
        cells = _number_texts(cells)
    elif pa.types.is_boolean(cells.type) or not (
        pa.types.is_integer(cells.type)
        or pa.types.is_floating(cells.type)
        or pa.types.is_decimal(cells.type)
        or pa.types.is_null(cells.type)
    ):
        cells = pa.nulls(len(cells), pa.float64())
    # Unsafe: whole numbers above 2**53 become the nearest float, as decimal text does.
    values = cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    finite = np.isfinite(values)
    return np.where(finite, values, np.nan), finite


def _number_texts(cells: Cells) -> Cells:
    try:
        return cells.cast(pa.float64())
    except pa.ArrowInvalid:
        sound = compute.match_substring_regex(cells, _NUMBER)
        return compute.if_else(sound, compute.utf8_trim_whitespace(cells), None).cast(pa.float64())


def as_times(cells: Cells, unit: str, where: str) -> Times:
    """Return instants from numbers, dates or text.

    Args:
        cells: the time column.
        unit: ``auto`` tells the unit by size and converts each row by its own; a unit leaves rows
            of any other unreadable; ``mixed`` is ``auto`` with the person's consent.
        where: the file, for errors.

    Raises:
        DataError: the column holds neither numbers, dates nor text.
    """
    kind = cells.type
    if pa.types.is_date(kind):
        cells = cells.cast(pa.timestamp("ms"))
        kind = cells.type
    if pa.types.is_timestamp(kind):
        # The declared unit is only a claim: a file parsed in the wrong unit says the year 56971.
        return _from_numbers(cells.cast(pa.int64()), kind.unit if unit == "auto" else unit)
    if is_text(cells):
        return _from_texts(cells, unit)
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return _from_numbers(cells, unit)
    raise DataError(
        f"the time column holds {kind}", where=where, fix="give numbers, dates or ISO text"
    )


def _from_texts(cells: Cells, unit: str) -> Times:
    """Take whole numbers, or numbers, or ISO dates: whichever most cells are."""
    try:
        return _from_numbers(cells.cast(pa.int64()), unit)
    except pa.ArrowInvalid:
        pass
    numbers = compute.match_substring_regex(cells, _NUMBER)
    ts_ns, readable = parse_instants(cells)
    if readable.sum() > (compute.sum(numbers).as_py() or 0):
        return Times(ts_ns, readable, np.zeros(len(cells), np.bool_), "iso", ())
    whole = compute.match_substring_regex(cells, _WHOLE)
    trimmed = compute.utf8_trim_whitespace(cells)
    if compute.all(compute.or_(whole, compute.invert(numbers))).as_py():
        return _from_numbers(compute.if_else(whole, trimmed, None).cast(pa.int64()), unit)
    return _from_numbers(compute.if_else(numbers, trimmed, None).cast(pa.float64()), unit)


def _from_numbers(cells: Cells, unit: str) -> Times:
    if pa.types.is_integer(cells.type):
        values = (
            compute.fill_null(cells, 0).cast(pa.int64(), safe=False).to_numpy(zero_copy_only=False)
        )
    else:
        values = compute.fill_null(cells.cast(pa.float64()), 0.0).to_numpy(zero_copy_only=False)
    codes = units_of(values)
    known = codes != NO_UNIT
    wanted = UNITS.index(unit) if unit in UNITS else NO_UNIT
    wrong = known & (codes != wanted) if wanted != NO_UNIT else np.zeros(len(codes), np.bool_)
    chosen = UNITS[wanted] if wanted != NO_UNIT else _name(codes)
    return Times(instants_from(values, codes), known & ~wrong, wrong, chosen, unit_changes(codes))


def _name(codes: UnitCodes) -> str:
    code = main_unit(codes)
    return "" if code == NO_UNIT else UNITS[code]


def as_sides(cells: Cells, *, of_maker: bool) -> tuple[FloatArray, BoolArray]:
    """Return +1 where the taker bought, -1 where it sold, and which cells say so.

    ``of_maker``: the column says whether the buyer was the maker, so true is a taker's sale.
    """
    texts = compute.utf8_lower(
        compute.utf8_trim_whitespace(compute.fill_null(cells.cast(pa.string()), ""))
    )
    buys, sells = (("false", "0"), ("true", "1")) if of_maker else (_BUYS, _SELLS)
    bought = flags(compute.is_in(texts, pa.array(sorted(buys))))
    sold = flags(compute.is_in(texts, pa.array(sorted(sells))))
    return bought.astype(np.float64) - sold.astype(np.float64), bought | sold
