"""The unit of numeric times, told by their size.

An instant between 2001 and 2100 is 1e9 to 4.1e9 in seconds, and a thousand times more in ms, us
and ns each; the ranges do not touch, so each value tells its own unit. A file that changes its unit
(Binance Vision went from ms to us on 2025-01-01) is thereby found out, row for row.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.store.kinds import FloatArray, IntArray

UNITS: Final = ("s", "ms", "us", "ns")
NO_UNIT: Final = -1
UNIT_NS: Final = (1_000_000_000, 1_000_000, 1_000, 1)

FIRST_SECOND: Final = 978_307_200
LAST_SECOND: Final = 4_102_444_800
"""2001-01-01 and 2100-01-01: no market data is older, and none should be newer."""

UnitCodes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class UnitChange:
    """A row from which times are in another unit than in the row before it."""

    row: int
    before: str
    after: str


def units_of(values: IntArray | FloatArray) -> UnitCodes:
    """Return the unit of each value as its position in ``UNITS``; NO_UNIT where none fits."""
    codes = np.full(len(values), NO_UNIT, np.int8)
    for code, unit_ns in enumerate(UNIT_NS):
        scale = UNIT_NS[0] // unit_ns
        codes[(values >= FIRST_SECOND * scale) & (values < LAST_SECOND * scale)] = code
    return codes


def main_unit(codes: UnitCodes) -> int:
    """Return the most common unit, NO_UNIT where no value has any."""
    known = codes[codes != NO_UNIT]
    return int(np.bincount(known).argmax()) if len(known) else NO_UNIT


def unit_changes(codes: UnitCodes) -> tuple[UnitChange, ...]:
    """Return the rows at which the unit changes; values without a unit are passed over."""
    rows = np.flatnonzero(codes != NO_UNIT)
    known = codes[rows]
    places = np.flatnonzero(known[1:] != known[:-1]) + 1
    return tuple(
        UnitChange(int(rows[k]), UNITS[known[k - 1]], UNITS[known[k]]) for k in places.tolist()
    )


def instants_from(values: IntArray | FloatArray, codes: UnitCodes) -> IntArray:
    """Return ``values`` in nanoseconds, each by its own unit; 0 where it has none.

    Whole numbers are exact. Fractions, which only binary floats hold, keep their microseconds.
    """
    ts_ns = np.zeros(len(values), np.int64)
    for code, unit_ns in enumerate(UNIT_NS):
        chosen = codes == code
        if not chosen.any():
            continue
        if np.issubdtype(values.dtype, np.integer):
            ts_ns[chosen] = values[chosen].astype(np.int64) * unit_ns
        else:
            microseconds = np.rint(values[chosen] * (unit_ns / 1_000))
            ts_ns[chosen] = microseconds.astype(np.int64) * 1_000
    return ts_ns
