"""Compare two runs of one past: values to the precision of a float, decisions exactly."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.lookahead.trace import Trace

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

RELATIVE_TOLERANCE: Final = 1e-9


def changed(base: Floats, other: Floats) -> Mask:
    """Return which values differ by more than rounding: 1e-9 of the larger, or of the usual value.

    Sums taken in another order differ in their last digits, which matters most where a value is
    close to zero; so the root mean square of the series is the least scale. NaN equals NaN.
    """
    known = base[np.isfinite(base)]
    usual = float(np.sqrt(np.mean(known * known))) if len(known) else 0.0
    scale = np.maximum(np.maximum(np.abs(base), np.abs(other)), usual)
    is_none, other_is_none = np.isnan(base), np.isnan(other)
    differ = ~(np.abs(base - other) <= RELATIVE_TOLERANCE * scale)
    return np.where(is_none | other_is_none, is_none != other_is_none, differ)


def settled(base: Floats, other: Floats) -> Floats:
    """Return ``other`` with what differs by rounding alone set to ``base``.

    Decisions can then be compared to the last bit.
    """
    return np.where(changed(base, other), other, base)


@dataclass(frozen=True)
class Difference:
    """The first decision that differs, and how many do."""

    ts_ns: int
    instrument: int
    what: str
    changed: int
    compared: int
    before: float
    after: float


def first_difference(base: Trace, other: Trace) -> Difference | None:
    """Return where two traces part: orders first, then what was known at them, then fills."""
    for what, one, two in (
        ("order", _rows(base.intents), _rows(other.intents)),
        ("decision", _rows(base.decisions), _rows(other.decisions)),
        ("fill", _rows(base.fills), _rows(other.fills)),
    ):
        found = _parting(what, one, two, base, other)
        if found is not None:
            return found
    for what, ours, theirs in (
        ("score", base.scores, other.scores),
        ("feature", base.features, other.features),
    ):
        rows = np.flatnonzero(~np.all((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)), 1))
        if len(rows):
            row = int(rows[0])
            column = int(np.argmax(ours[row] != theirs[row]))
            return Difference(
                ts_ns=int(base.decisions["ts"][row]),
                instrument=int(base.decisions["instrument"][row]),
                what=what,
                changed=len(rows),
                compared=len(ours),
                before=float(ours[row, column]),
                after=float(theirs[row, column]),
            )
    return None


def _rows(records: npt.NDArray[np.void]) -> npt.NDArray[np.uint8]:
    """Return the records as rows of bytes, so that they compare bit by bit."""
    return np.frombuffer(records.tobytes(), np.uint8).reshape(-1, records.dtype.itemsize)


def _parting(
    what: str,
    one: npt.NDArray[np.uint8],
    two: npt.NDArray[np.uint8],
    base: Trace,
    other: Trace,
) -> Difference | None:
    least = min(len(one), len(two))
    unequal = (one[:least] != two[:least]).any(axis=1)
    if not unequal.any() and len(one) == len(two):
        return None
    first = int(np.argmax(unequal)) if unequal.any() else least
    return _difference(what, first, int(unequal.sum()) + abs(len(one) - len(two)), base, other)


_TABLES: Final = {"order": "intents", "decision": "decisions", "fill": "fills"}
_SHOWN: Final = {"order": "size", "decision": "exposure", "fill": "price"}


def _difference(what: str, first: int, count: int, base: Trace, other: Trace) -> Difference:
    ours, theirs = (getattr(trace, _TABLES[what]) for trace in (base, other))
    records = ours if first < len(ours) else theirs
    shown = _SHOWN[what]
    return Difference(
        ts_ns=int(records["ts" if what == "decision" else "ts_recv"][first]),
        instrument=int(records["instrument"][first]),
        what=what,
        changed=count,
        compared=max(len(ours), len(theirs)),
        before=float(ours[shown][first]) if first < len(ours) else np.nan,
        after=float(theirs[shown][first]) if first < len(theirs) else np.nan,
    )
