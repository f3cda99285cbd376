"""One page: rows of a series, and the span of time that the answers settle.

A venue may answer with less than there is: a short page, an empty one, its newest part only. So a
range counts as settled only as far as rows were seen, or where it was asked again and stayed empty.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from traider.feed.download.spans import Span
from traider.store.kinds import IntArray

_FEW: Final = 20
"""A window's beginning counts as few rows up to this part of it."""


@dataclass(frozen=True)
class Page:
    """What was learned of a window."""

    rows: pa.Table
    """Columns of the lake, in order of time."""
    settled: Span
    """The part of the window of which every row is known now; empty when nothing was learned."""
    edge: str = ""
    """Where the venue's own numbering goes on, where paging needs it."""
    differing: int = 0
    """Rows that came again with other values; the first stay."""
    note: str = ""
    """What a person should know of it."""
    begins_ns: int = 0
    """The venue keeps nothing before this; 0 when it did not show."""


Ask = Callable[[Span], Awaitable[pa.Table]]
"""Asks for a span, returns the rows in it as they came."""


def stamps(table: pa.Table) -> IntArray:
    """Return the times of rows."""
    found: IntArray = table.column("ts").to_numpy()
    return found


def inside(table: pa.Table, span: Span) -> pa.Table:
    """Return the rows in ``span``, in the order they came."""
    ts = stamps(table)
    return table.filter(pa.array((ts >= span[0]) & (ts < span[1])))


async def settle_window(window: Span, ask: Ask, length_ns: int, empty_asks: int) -> Page:
    """Return what ``window`` holds.

    Rows that are missing before the first one are asked for until answers have none: a venue that
    sends the newest first cuts a page there. What is missing after the last one is left to the next
    window, which begins there. What seems to hold nothing is asked for ``empty_asks`` times.

    Args:
        window: what to ask for.
        ask: how.
        length_ns: how far a row reaches: a bar's length, else 1.
        empty_asks: how often to ask for what seems to hold nothing.
    """
    start, end = window
    rows = await _asked(window, ask, empty_asks)
    if not rows.num_rows:
        return Page(rows, (start, start))
    parts = [rows]
    first = int(stamps(rows).min())
    while first > start:
        # A cut page lacks much; a few bars that nobody traded in are asked for once.
        asks = 1 if (first - start) * _FEW <= end - start else empty_asks
        more = await _asked((start, first), ask, asks)
        if not more.num_rows:
            break
        parts.append(more)
        first = int(stamps(more).min())
    last = int(stamps(rows).max())
    return Page(pa.concat_tables(parts), (start, min(last + length_ns, end)))


async def _asked(window: Span, ask: Ask, empty_asks: int) -> pa.Table:
    """Return the rows of ``window``, believed to be none after so many answers without any."""
    rows = inside(await ask(window), window)
    for _ in range(empty_asks - 1):
        if rows.num_rows:
            break
        rows = inside(await ask(window), window)
    return rows


def sorted_rows(table: pa.Table) -> tuple[pa.Table, int]:
    """Return rows of bars or rates in order, each instant once, and how many differed.

    Of rows of one instant the first stays, and the others are counted where they say otherwise.
    """
    ts = stamps(table)
    order = np.lexsort((np.arange(len(ts)), ts))
    again = np.zeros(len(ts), np.bool_)
    again[1:] = np.diff(ts[order]) == 0
    differs = np.zeros(len(ts), np.bool_)
    firsts = order[np.maximum.accumulate(np.where(again, 0, np.arange(len(ts))))]
    for name in table.column_names:
        values = table.column(name).to_numpy()
        left, right = values[order], values[firsts]
        same = left == right
        if np.issubdtype(values.dtype, np.floating):
            same |= np.isnan(left) & np.isnan(right)
        differs |= again & ~same
    return table.take(order[~again]), int(differs.sum())
