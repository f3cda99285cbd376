"""Ask again for the holes of a series of bars, and remember those that the venue has too."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from traider.domain.errors import Interrupted
from traider.feed.download.desk import Desk, Pages
from traider.feed.download.holes import Holes, missing
from traider.feed.download.page import sorted_rows, stamps
from traider.feed.download.publishing import store_coverage
from traider.feed.download.spans import Span, Spans, difference, joined, within
from traider.store.kinds import BoolArray, IntArray
from traider.store.lake_paths import SeriesKey


async def repair(desk: Desk, pages: Pages, folder: Path, key: SeriesKey, span: Span) -> int:
    """Fill the holes of ``span`` with what the venue has; return how many bars came.

    Holes are looked for in the store itself, so that days that were lost are found as well.

    Raises:
        VenueError: the venue refused or failed for too long; holes filled so far stay filled.
        Interrupted: the person asked to stop; the same holds.
    """
    actual = await asyncio.to_thread(_actual_holes, desk, key, span)
    held = Holes.read(folder)
    holes = Holes(joined((*difference(held.found, (span,)), *actual)), held.confirmed)
    holes.write(folder)
    brought: list[Span] = []
    confirmed: list[Span] = []
    try:
        for window in _windows(holes.between(_inner(desk, key, span)), pages):
            if desk.stop():
                raise Interrupted("stopped", fix="run the same command again to go on")
            inner = within(holes.found, window)
            rows = _in_holes(await _ask_whole(pages, window), inner)
            if rows.num_rows:
                async with desk.writing:
                    await asyncio.to_thread(desk.store.write, key, rows)
            brought += [(ts, ts + pages.length_ns) for ts in stamps(rows).tolist()]
            confirmed += difference(inner, joined(brought[len(brought) - rows.num_rows :]))
    finally:
        filled = joined(brought)
        Holes(difference(holes.found, filled), joined((*held.confirmed, *confirmed))).write(folder)
    return len(brought)


def _actual_holes(desk: Desk, key: SeriesKey, span: Span) -> Spans:
    """Return the spans that the store covers without having a bar."""
    covered = within(store_coverage(desk.store, key), span)
    if not covered:
        return ()
    parts = [stamps(table) for table in desk.store.read(key, *span)]
    ts: IntArray = np.concatenate([np.zeros(0, np.int64), *parts])
    return joined(hole for part in covered for hole in missing(ts, part, key.kind.length_ns))


def _inner(desk: Desk, key: SeriesKey, span: Span) -> Span:
    """Return ``span`` from the first to the last bar of the series, nothing of one without bars."""
    for extent in desk.store.series():
        if extent.key == key:
            return max(span[0], extent.first_ns), min(span[1], extent.last_ns)
    return span[0], span[0]


def _windows(holes: Spans, pages: Pages) -> Iterator[Span]:
    """Yield windows that fit a page and hold all ``holes``, several where they are near."""
    left = list(holes)
    while left:
        start, end = left[0]
        whole = pages.window((start, max(end, left[-1][1])))
        inner = [hole for hole in left if hole[1] <= whole[1]]
        if inner:
            yield start, inner[-1][1]
            left = left[len(inner) :]
        else:
            yield whole
            left[0] = (whole[1], end)


async def _ask_whole(pages: Pages, window: Span) -> pa.Table:
    """Return all rows of ``window``."""
    parts = []
    at = window[0]
    while at < window[1]:
        page = await pages.page((at, window[1]), "")
        parts.append(page.rows)
        if page.settled[1] <= at:
            break
        at = page.settled[1]
    rows, _ = sorted_rows(pa.concat_tables(parts))
    return rows


def _in_holes(rows: pa.Table, holes: Spans) -> pa.Table:
    """Return the rows that open in a hole."""
    ts = stamps(rows)
    starts = np.array([start for start, _ in holes], np.int64)
    ends = np.array([end for _, end in holes], np.int64)
    place = np.searchsorted(starts, ts, "right") - 1
    inside: BoolArray = (place >= 0) & (ts < ends[np.maximum(place, 0)])
    return rows.filter(pa.array(inside))
