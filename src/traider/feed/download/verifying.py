"""Compare downloaded bars with the venue's own bars of another, longer timeframe.

The downloaded bars are joined to longer ones (first open, highest high, lowest low, last close, sum
of volumes) and compared with those of the venue, value by value. Prices must be equal; volumes may
differ by what adding floats may cost.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from traider.feed.download.page import stamps
from traider.store.kinds import PRICES, FloatArray

VOLUME_TOLERANCE: Final = 1e-9
"""Relative; a sum of 1,440 doubles is off by less than 1e-12."""


@dataclass(frozen=True)
class Verification:
    """What a comparison found."""

    timeframe: str
    compared: int
    """Bars of both."""
    differing: int
    only_ours: int
    only_theirs: int
    worst: float
    """Largest relative difference of a value, 0 when all are equal."""
    worst_field: str = ""
    worst_ns: int = 0

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not (self.differing or self.only_ours or self.only_theirs)


def joined_bars(rows: pa.Table, length_ns: int) -> pa.Table:
    """Return bars joined to bars of ``length_ns``; a bar without parts is not there."""
    ts = stamps(rows)
    opens = ts // length_ns * length_ns
    first = np.flatnonzero(np.concatenate([[True], np.diff(opens) != 0])) if len(ts) else ts
    columns: dict[str, FloatArray] = {
        name: rows.column(name).to_numpy() for name in (*PRICES, "volume")
    }
    if not len(ts):
        return rows
    last = np.concatenate([first[1:], [len(ts)]]) - 1
    joined = {
        "ts": opens[first],
        "open": columns["open"][first],
        "high": np.maximum.reduceat(columns["high"], first),
        "low": np.minimum.reduceat(columns["low"], first),
        "close": columns["close"][last],
        "volume": np.add.reduceat(columns["volume"], first),
    }
    return pa.table(joined, schema=rows.schema)


def compare_bars(ours: pa.Table, theirs: pa.Table, timeframe: str) -> Verification:
    """Return how joined bars differ from those of the venue; both are in order."""
    mine, other = stamps(ours), stamps(theirs)
    _, left, right = np.intersect1d(mine, other, assume_unique=True, return_indices=True)
    bad = np.zeros(len(left), np.bool_)
    worst, worst_field, worst_ns = 0.0, "", 0
    for name in (*PRICES, "volume"):
        a: FloatArray = ours.column(name).to_numpy()[left]
        b: FloatArray = theirs.column(name).to_numpy()[right]
        scale = np.maximum(np.maximum(np.abs(a), np.abs(b)), np.finfo(np.float64).tiny)
        relative = np.abs(a - b) / scale
        wrong = relative > (VOLUME_TOLERANCE if name == "volume" else 0.0)
        bad |= wrong
        if wrong.any() and float(relative[wrong].max()) > worst:
            place = int(np.argmax(np.where(wrong, relative, 0.0)))
            worst, worst_field, worst_ns = float(relative[place]), name, int(mine[left[place]])
    return Verification(
        timeframe=timeframe,
        compared=len(left),
        differing=int(bad.sum()),
        only_ours=len(mine) - len(left),
        only_theirs=len(other) - len(left),
        worst=worst,
        worst_field=worst_field,
        worst_ns=worst_ns,
    )
