"""Checks of the times of a series: gaps, paging holes, changes of interval, stamps off the grid."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from traider.domain.timeframes import TIMEFRAMES, timeframe_ns
from traider.store.findings import PLACES_MAX, Finding, Severity
from traider.store.instants import instant_text, length_text
from traider.store.kinds import Content, IntArray
from traider.store.stamps import HOUR_NS, OFF_GRID_SHARE_MAX, off_grid
from traider.store.subjects import Subject, largest_first

RUN_BARS_MIN: Final = 20
RUN_FUNDING_MIN: Final = 6
"""Equal steps in a row that make an interval; fewer are gaps that happen to be alike."""
PAGE_ROWS_MIN: Final = 10
PAGE_TIMES_MIN: Final = 3
PAGE_SHARE_MIN: Final = 0.5
"""A page of at least so many rows, followed by the same hole so often, in this share of gaps."""
_TIMEFRAMES_NS: Final = tuple(timeframe_ns(name) for name in TIMEFRAMES)


@dataclass(frozen=True)
class Holes:
    """Where rows are missing: after which row, and how many."""

    after: IntArray
    missing: IntArray


def check_stamps(subject: Subject) -> Iterator[Finding]:
    """Yield what is found in the times of bars and funding."""
    if subject.content is Content.TRADES or len(subject.ts_ns) < 2:
        return
    steps = np.diff(subject.ts_ns)
    expected, changes = intervals(subject, steps)
    holes = find_holes(subject, steps, expected)
    page = _paging(subject, holes)
    if page is not None:
        yield page
    if len(changes):
        yield _interval_changes(subject, expected, changes)
    if len(holes.after):
        yield _gaps(subject, holes, steps)
    yield from _off_grid(subject)


def intervals(subject: Subject, steps: IntArray) -> tuple[IntArray, IntArray]:
    """Return the interval that holds at each step, and the steps at which it changes.

    An interval is a step that repeats; bars begin with their own length.
    """
    starts = np.concatenate([[0], np.flatnonzero(np.diff(steps)) + 1])
    runs = np.diff(np.concatenate([starts, [len(steps)]]))
    held = steps[starts]
    least = RUN_BARS_MIN if subject.content.is_bars else RUN_FUNDING_MIN
    long = runs >= least
    if subject.content.is_bars:
        long &= np.isin(held, _TIMEFRAMES_NS)
    if not long.any():
        usual = subject.length_ns or _most_common(steps)
        return np.full(len(steps), usual), np.zeros(0, np.int64)
    starts, held = starts[long], held[long]
    place = np.searchsorted(starts, np.arange(len(steps)), "right") - 1
    changes = starts[1:][held[1:] != held[:-1]]
    return held[np.maximum(place, 0)], changes


def _most_common(steps: IntArray) -> int:
    found, counts = np.unique(steps, return_counts=True)
    return int(found[counts.argmax()])


def find_holes(subject: Subject, steps: IntArray, expected: IntArray) -> Holes:
    """Return the steps that leave rows out; rows that are there but bad are not missing."""
    missing = np.rint(steps / expected).astype(np.int64) - 1
    if len(subject.bad_ns):
        before = np.searchsorted(subject.bad_ns, subject.ts_ns)
        missing -= np.diff(before)
    after = np.flatnonzero(missing > 0)
    return Holes(after, missing[after])


def _gaps(subject: Subject, holes: Holes, steps: IntArray) -> Finding:
    after = largest_first(holes.after, holes.missing)
    longest = int(holes.missing.max())
    duration = length_text(int(steps[after[0]]))
    total = int(holes.missing.sum())
    return subject.finding(
        "gaps",
        Severity.WARNING,
        after,
        f"{total} rows are missing; the longest gap leaves {longest} out and lasts {duration}",
        missing=total,
        longest=longest,
        longest_duration=duration,
        gaps=[
            {"after": instant_text(int(subject.ts_ns[k])), "missing": int(missing)}
            for k, missing in zip(after, -np.sort(-holes.missing), strict=True)
        ][:PLACES_MAX],
    )


def _paging(subject: Subject, holes: Holes) -> Finding | None:
    """Return the hole that comes back after the same number of rows, if there is one."""
    if len(holes.after) < PAGE_TIMES_MIN:
        return None
    rows = np.diff(holes.after, prepend=-1)
    pairs, counts = np.unique(np.column_stack([rows, holes.missing]), axis=0, return_counts=True)
    best = int(counts.argmax())
    page, missing = (int(number) for number in pairs[best])
    times = int(counts[best])
    often = times >= PAGE_TIMES_MIN and times >= PAGE_SHARE_MIN * len(holes.after)
    if page < PAGE_ROWS_MIN or not often:
        return None
    alike = holes.after[(rows == page) & (holes.missing == missing)]
    return subject.finding(
        "paging-holes",
        Severity.ERROR,
        alike,
        f"{page} rows, then {missing} missing, {times} times: it was fetched in pages of {page} "
        f"rows that begin {page + missing} rows apart",
        rows=page,
        missing=missing,
        times=times,
    )


def _interval_changes(subject: Subject, expected: IntArray, changes: IntArray) -> Finding:
    told = [
        f"{length_text(int(expected[k - 1]))} to {length_text(int(expected[k]))}"
        for k in changes[:5].tolist()
    ]
    is_bars = subject.content.is_bars
    return subject.finding(
        "interval-changes",
        Severity.ERROR if is_bars else Severity.WARNING,
        changes,
        f"the time between rows changes, {', '.join(told)}"
        + ("; bars of one file have one length" if is_bars else "; the venue changed its interval"),
        changes=told,
    )


def _off_grid(subject: Subject) -> Iterator[Finding]:
    grid = subject.length_ns if subject.content.is_bars else HOUR_NS
    if not grid:
        return
    odd = np.flatnonzero(off_grid(subject.ts_ns, grid))
    if not len(odd):
        return
    share = len(odd) / len(subject.ts_ns)
    name = "their length" if subject.content.is_bars else "an hour"
    yield subject.finding(
        "off-grid",
        Severity.ERROR if share > OFF_GRID_SHARE_MAX else Severity.WARNING,
        odd,
        f"{share:.2%} of the rows are not stamped at whole multiples of {name}",
        share=share,
    )
