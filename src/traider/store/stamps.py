"""What the times of rows mean: how long a bar is, where it is stamped, which hour is settled.

Bars of the lake are stamped at their opening. A source stamped at the close is moved back by one
bar when the person says so; what speaks for it is told.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from traider.domain.errors import DataError
from traider.domain.timeframes import DAY_NS, SECOND_NS, TIMEFRAMES, timeframe_ns
from traider.store.instants import length_text
from traider.store.kinds import BoolArray, IntArray

HOUR_NS: Final = 3_600 * SECOND_NS
JITTER_NS_MAX: Final = 300 * SECOND_NS
"""A settlement is stamped at most this late; seen are 47 ms (Binance) and 111 s (Hyperliquid)."""
OFF_GRID_SHARE_MAX: Final = 0.01
"""More bars off their grid than this are no after-effect of an outage: the file is off."""


@dataclass(frozen=True)
class CloseEvidence:
    """Why bars look stamped at their close."""

    why: str
    is_certain: bool
    """Whether the stamps could be nothing else; otherwise they only may be."""


def bar_length_ns(steps: IntArray, said: str, guessed: str, where: str) -> int:
    """Return the length of a bar: the most common of the ``steps`` between bars.

    Args:
        steps: times between neighbors of one instrument.
        said: timeframe the person names; it may be finer than the steps of a thin market.
        guessed: timeframe of the file's name, used when there are no steps.
        where: the file, for errors.

    Raises:
        DataError: the steps are no timeframe, or not the one that was said.
    """
    steps = steps[steps > 0]
    named = timeframe_ns(said) if said else 0
    if not len(steps):
        return named or (timeframe_ns(guessed) if guessed else 0)
    found, counts = np.unique(steps, return_counts=True)
    length = int(found[counts.argmax()])
    if named:
        if length % named:
            raise DataError(
                f"most bars are {length_text(length)} apart, which is no multiple of {said}",
                where=where,
                fix="name the timeframe of the file",
            )
        return named
    if length not in {timeframe_ns(name) for name in TIMEFRAMES}:
        raise DataError(
            f"most bars are {length_text(length)} apart, which is no timeframe",
            where=where,
            fix=f"say --timeframe, one of {', '.join(TIMEFRAMES)}",
        )
    return length


def close_evidence(ts_ns: IntArray, length_ns: int, *, named_close: bool) -> CloseEvidence | None:
    """Return what speaks for stamps at the close, None when nothing does.

    Args:
        ts_ns: times as stamped, in order.
        length_ns: length of a bar.
        named_close: whether the time column is called a closing time.
    """
    if named_close:
        return CloseEvidence("the time column is called a closing time", is_certain=True)
    if not len(ts_ns) or not length_ns:
        return None
    before_end = length_ns - ts_ns % length_ns
    ends_bar = (before_end <= SECOND_NS) & (before_end < length_ns)
    if ends_bar.mean() > 1.0 - OFF_GRID_SHARE_MAX:
        why = f"bars are stamped {length_text(int(np.median(before_end)))} before a full bar"
        return CloseEvidence(why, is_certain=True)
    first, last = int(ts_ns[0]), int(ts_ns[-1])
    spans_days = first % DAY_NS == length_ns and last % DAY_NS == 0
    if length_ns < DAY_NS and spans_days and last > first:
        why = "the first bar stands one bar after midnight and the last at midnight"
        return CloseEvidence(why, is_certain=False)
    return None


def opened_at(ts_ns: IntArray, length_ns: int) -> IntArray:
    """Return the openings of bars stamped at their close.

    A stamp in the last second of a bar, 23:59:59.999 as Binance writes it, is that bar's end.
    """
    before_end = -ts_ns % length_ns
    ends = np.where(before_end <= SECOND_NS, ts_ns + before_end, ts_ns)
    opened: IntArray = ends - length_ns
    return opened


def settled_at(ts_ns: IntArray) -> tuple[IntArray, IntArray]:
    """Return the full hours of funding stamps, and how late each stamp was.

    Venues stamp a settlement some milliseconds after its hour, so a join needs the hour. A stamp
    later than JITTER_NS_MAX is no jitter and stays as it is.
    """
    late = ts_ns % HOUR_NS
    late = np.where(late <= JITTER_NS_MAX, late, 0)
    return ts_ns - late, late


def off_grid(ts_ns: IntArray, length_ns: int) -> BoolArray:
    """Return which bars do not open at whole multiples of their length."""
    odd: BoolArray = ts_ns % length_ns != 0
    return odd
