"""Download one series: page after page, each kept before the next is asked for.

What the store covers already is not asked for again, so the same command brings a series up to
date, and goes on after a stop at the page where it was stopped.
"""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from traider.domain.errors import Interrupted, VenueError
from traider.feed.download.desk import Desk, Pages
from traider.feed.download.funding_intervals import (
    interval_phases,
    missing_settlements,
    write_phases,
)
from traider.feed.download.holes import Holes, bars_in
from traider.feed.download.outcome import SeriesOutcome
from traider.feed.download.page import Page, stamps
from traider.feed.download.publishing import publish, store_coverage
from traider.feed.download.repairing import repair
from traider.feed.download.spans import Span, joined, length_of, within, without
from traider.feed.download.staging import Staging
from traider.store.kinds import Content, IntArray
from traider.store.market_store import MarketStore, SeriesExtent

_LATE_NS: Final = 300_000_000_000
"""A venue may show its newest rows so late: quiet that is younger is asked for again."""
_STUCK_PAGES: Final = 5


class SeriesDownload:
    """One series on its way; ``outcome`` is filled in."""

    def __init__(self, desk: Desk, pages: Pages, staging: Staging, outcome: SeriesOutcome) -> None:
        self._desk = desk
        self._pages = pages
        self._staging = staging
        self._outcome = outcome
        self._key = outcome.key
        self._covered = store_coverage(desk.store, self._key)
        self._start, end = outcome.wanted
        self._end = min(end, pages.end_ns())

    async def run(self) -> None:
        """Download what is missing, bring it to the store, and tell how complete it is.

        Raises:
            VenueError: the venue refused or failed for too long; what came is kept.
            DataError: the store or the disk refuses.
            Interrupted: the person asked to stop; what came is kept.
        """
        before = self._staging.progress
        try:
            await self._fill()
        except (Interrupted, VenueError):
            await self._publish()
            self._describe()
            raise
        finally:
            progress = self._staging.progress
            self._outcome.pages = progress.pages - before.pages
            self._outcome.differing = progress.differing - before.differing
        if self._desk.is_repairing and self._key.kind.content.is_bars:
            self._outcome.repaired = await repair(
                self._desk, self._pages, self._staging.folder, self._key, self._span
            )
        self._describe()

    @property
    def _span(self) -> Span:
        return self._start, max(self._end, self._start)

    async def _fill(self) -> None:
        stuck = 0
        while left := self._left():
            if self._desk.stop():
                raise Interrupted("stopped", fix="run the same command again to go on")
            window = self._pages.window(left[0])
            progress = self._staging.progress
            edge = progress.edge if progress.edge_ns == window[0] else ""
            page = await self._pages.page(window, edge)
            if page.note and page.note not in self._outcome.notes:
                self._outcome.notes.append(page.note)
            if page.begins_ns > self._start:
                self._start = min(page.begins_ns, self._end)
            page = self._without_late_quiet(page)
            after = progress.after(page, left[0][1])
            is_new = after.settled != progress.settled or after.edge != progress.edge
            stuck = 0 if is_new else stuck + 1
            if stuck >= _STUCK_PAGES:
                raise VenueError(
                    "the venue sends the same page again and again",
                    where=str(self._key),
                    fix="try again later",
                )
            if is_new or page.rows.num_rows:
                self._staging.add(page.rows, after)
            self._tell(page.rows.num_rows)
            if self._staging.rows >= self._desk.publish_rows:
                await self._publish(is_last=False)
        await self._publish()

    def _left(self) -> tuple[Span, ...]:
        """Return what of the span is neither in the store nor staged."""
        return without(self._span, self._known())

    def _known(self) -> tuple[Span, ...]:
        return joined((*self._covered, *self._staging.progress.settled))

    def _without_late_quiet(self, page: Page) -> Page:
        """Return a page of which recent quiet is not settled; the download ends before it."""
        settled_to = page.settled[1]
        last = int(stamps(page.rows).max()) if page.rows.num_rows else page.settled[0]
        quiet_from = max(last + self._pages.length_ns if page.rows.num_rows else last, 0)
        latest = self._pages.end_ns() - max(_LATE_NS, 3 * self._pages.length_ns)
        if settled_to <= max(latest, quiet_from):
            return page
        end = max(latest, min(quiet_from, settled_to))
        self._end = min(self._end, end)
        return replace(page, settled=(page.settled[0], max(end, page.settled[0])))

    def _tell(self, rows: int) -> None:
        span = self._span
        known = length_of(within(self._known(), span))
        share = known / (span[1] - span[0]) if span[1] > span[0] else 1.0
        self._desk.changed(self._outcome, share, rows)

    async def _publish(self, *, is_last: bool = True) -> None:
        async with self._desk.writing:
            done = await asyncio.to_thread(
                partial(publish, is_last=is_last),
                self._staging,
                self._desk.store,
                self._key,
                self._span,
            )
        self._covered = store_coverage(self._desk.store, self._key)
        self._outcome.stored += done

    def _describe(self) -> None:
        """Say how complete the series is now."""
        outcome = self._outcome
        known = within(self._known(), self._span)
        outcome.known = (known[0][0], known[-1][1]) if known else (self._start, self._start)
        extent = extent_of(self._desk.store, outcome)
        if extent is None:
            return
        outcome.held = extent.rows
        if self._key.kind.content.is_bars:
            inner = (max(extent.first_ns, self._start), min(extent.last_ns, self._end))
            holes = Holes.read(self._staging.folder)
            gaps = holes.between(inner)
            outcome.gaps, outcome.missing = len(gaps), bars_in(gaps, self._pages.length_ns)
            outcome.confirmed = len(holes.confirmed_between(inner))
        elif self._key.kind.content is Content.FUNDING:
            self._describe_funding()

    def _describe_funding(self) -> None:
        parts = [stamps(table) for table in self._desk.store.read(self._key)]
        ts: IntArray = np.concatenate([np.zeros(0, np.int64), *parts])
        phases = interval_phases(ts)
        write_phases(self._staging.folder, phases)
        self._outcome.intervals = phases
        self._outcome.missing = missing_settlements(ts, phases) if phases else 0
        self._outcome.gaps = self._outcome.missing


def extent_of(store: MarketStore, outcome: SeriesOutcome) -> SeriesExtent | None:
    """Return how much the store has of a series, None for nothing."""
    return next((each for each in store.series() if each.key == outcome.key), None)
