"""Why a row cannot be used; the first reason found counts."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.store.kinds import PRICES, BoolArray, Content, FloatArray

Faults = npt.NDArray[np.int8]

RATE_MAX: Final = 1.0
"""No venue takes a whole position in one settlement; the caps known are 0.3 % to 4 %."""


class RowFault(IntEnum):
    """What is wrong with a row, in the order it is looked for."""

    SOUND = 0
    MALFORMED = 1
    TIME = 2
    UNIT = 3
    NUMBER = 4
    IMPOSSIBLE = 5
    FUTURE = 6
    CONFLICT = 7
    LAKE = 8


FINDING_KINDS: Final = {
    RowFault.MALFORMED: "malformed-lines",
    RowFault.TIME: "bad-times",
    RowFault.UNIT: "unit-mistakes",
    RowFault.NUMBER: "bad-numbers",
    RowFault.IMPOSSIBLE: "ohlc-violations",
    RowFault.FUTURE: "future-dates",
    RowFault.CONFLICT: "conflicting-duplicates",
    RowFault.LAKE: "differs-from-lake",
}

REASONS: Final = {
    RowFault.MALFORMED: "the line does not have the cells of the header",
    RowFault.TIME: "the time is empty or not readable",
    RowFault.UNIT: "the time is in another unit than the file's",
    RowFault.NUMBER: "a cell is empty or no number",
    RowFault.IMPOSSIBLE: "the values are impossible",
    RowFault.FUTURE: "the time is in the future",
    RowFault.CONFLICT: "another row of the same time says otherwise",
    RowFault.LAKE: "the lake holds other values for this time",
}


def mark(faults: Faults, where: BoolArray, fault: RowFault) -> None:
    """Give ``fault`` to the rows of ``where`` that have none yet."""
    faults[where & (faults == RowFault.SOUND)] = fault


def impossible(content: Content, values: Mapping[str, FloatArray]) -> BoolArray:
    """Return the rows whose values no market can have made; NaN counts as unknown, not as wrong.

    Bars: 0 < low <= open, close <= high and volume >= 0. Trades: price > 0 and size > 0. Funding:
    a rate between -1 and 1, and a positive mark price.
    """
    with np.errstate(invalid="ignore"):
        if content is Content.TRADES:
            return (values["price"] <= 0.0) | (values["size"] <= 0.0)
        if content is Content.FUNDING:
            beyond: BoolArray = np.abs(values["rate"]) >= RATE_MAX
            return beyond | (values["mark"] <= 0.0) if "mark" in values else beyond
        opened, high, low, close = (values[name] for name in PRICES)
        wrong: BoolArray = (high < np.maximum(opened, close)) | (low > np.minimum(opened, close))
        wrong |= (low > high) | (low <= 0.0)
        return wrong | (values["volume"] < 0.0) if "volume" in values else wrong


def values_text(values: Mapping[str, FloatArray], row: int) -> str:
    """Return the values of a row as ``open 5, high 3, …``."""
    return ", ".join(f"{name} {column[row]:g}" for name, column in values.items())
