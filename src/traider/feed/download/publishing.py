"""From staged pages to the store: whole days at a time, each row once, in order.

A day goes to the store when everything of it that was asked for is settled, so that its file is
written once and its bytes do not depend on pages, stops and order. What a stop leaves is written
again, which changes nothing.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from traider.domain.timeframes import DAY_NS
from traider.feed.download.holes import Holes
from traider.feed.download.page import sorted_rows, stamps
from traider.feed.download.spans import Span, Spans, holds, joined, within, without
from traider.feed.download.staging import Staging
from traider.feed.download.trade_rows import sorted_trades
from traider.store import market_store
from traider.store.kinds import Content
from traider.store.lake_paths import SeriesKey
from traider.store.market_store import MarketStore


@dataclass(frozen=True)
class Published:
    """What became of rows in the store."""

    fresh: int = 0
    known: int = 0
    conflicts: int = 0
    """Rows that the store has with other values; its own stay."""

    def __add__(self, other: "Published") -> "Published":
        """Return both together."""
        return Published(
            self.fresh + other.fresh,
            self.known + other.known,
            self.conflicts + other.conflicts,
        )


def store_coverage(store: MarketStore, key: SeriesKey) -> Spans:
    """Return what the store knows of a series, nothing where it has none."""
    return joined((span.start_ns, span.end_ns) for span in store.coverage(key))


def publish(
    staging: Staging, store: MarketStore, key: SeriesKey, wanted: Span, *, is_last: bool
) -> Published:
    """Bring the days that are complete into the store, and keep the rest staged.

    Args:
        staging: the pages.
        store: where rows go.
        key: the series.
        wanted: what was asked for; a day is complete when its part of it is settled.
        is_last: whether a run ends here; then what a crash left staged twice is removed, too.

    Raises:
        DataError: the store or the disk refuses.
    """
    progress = staging.progress
    known = joined((*progress.settled, *store_coverage(store, key)))
    ready = _complete_days(progress.settled, known, wanted)
    if not ready and not (is_last and staging.rows):
        return Published()
    rows, differing = _in_order(staging.table(), key)
    ts = stamps(rows)
    done, left = Published(), np.ones(len(ts), np.bool_)
    for start, end in ready:
        mine = (ts >= start) & (ts < end)
        left &= ~mine
        report = store.write(key, rows.filter(pa.array(mine)), market_store.Span(start, end))
        done += Published(report.fresh, report.known, len(report.conflicts))
    if key.kind.content.is_bars and ready:
        held = Holes.read(staging.folder)
        held.seen(ready, rows, key.kind.length_ns).write(staging.folder)
    for start, end in store_coverage(store, key):
        left &= (ts < start) | (ts >= end)
    settled = [part for span in progress.settled for part in without(span, ready)]
    staging.settle(
        rows.filter(pa.array(left)),
        replace(progress, settled=joined(settled), differing=progress.differing + differing),
    )
    return done


def _complete_days(settled: Spans, known: Spans, wanted: Span) -> Spans:
    """Return the settled spans on days of which everything wanted is known, neighbors joined."""
    ready: list[Span] = []
    for start, end in settled:
        # Only the first and the last day of a settled span can be incomplete.
        first, last = start // DAY_NS * DAY_NS, -(-end // DAY_NS) * DAY_NS
        begin = start if _is_complete(first, known, wanted) else min(first + DAY_NS, end)
        finish = end if _is_complete(last - DAY_NS, known, wanted) else max(last - DAY_NS, start)
        if begin < finish:
            ready.append((begin, finish))
    return joined(ready)


def _is_complete(day_ns: int, known: Spans, wanted: Span) -> bool:
    return all(holds(known, part) for part in within((wanted,), (day_ns, day_ns + DAY_NS)))


def _in_order(rows: pa.Table, key: SeriesKey) -> tuple[pa.Table, int]:
    """Return staged rows as the store takes them, and how many came with other values."""
    if key.kind.content is Content.TRADES:
        return sorted_trades(rows)
    return sorted_rows(rows)
