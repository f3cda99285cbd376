"""Download many series of a venue side by side, under one limit of requests.

    outcome = asyncio.run(Session(request, store, terms, clock, watch).run())

A series that fails does not end the others; its error is told with what it has.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.errors import TraiderError
from traider.domain.ports import Clock
from traider.domain.timeframes import timeframe_ns
from traider.feed.download.asking import Asking
from traider.feed.download.bar_pages import BarPages
from traider.feed.download.candles import bar_table
from traider.feed.download.desk import Desk, Pages
from traider.feed.download.funding_pages import FundingPages
from traider.feed.download.outcome import DownloadOutcome, SeriesOutcome
from traider.feed.download.page import stamps
from traider.feed.download.request import DownloadRequest, Wanted, wanted_series
from traider.feed.download.series_download import SeriesDownload
from traider.feed.download.spans import Span
from traider.feed.download.staging import Staging, staging_folder
from traider.feed.download.terms import DownloadTerms
from traider.feed.download.trade_pages import TradePages
from traider.feed.download.verifying import Verification, compare_bars, joined_bars
from traider.store.kinds import Content
from traider.store.market_store import MarketStore

_SECOND_NS: Final = 1_000_000_000


@dataclass(frozen=True)
class Watch:
    """Who is told of progress, and who says when to stop."""

    stop: Callable[[], bool]
    started: Callable[[tuple[SeriesOutcome, ...]], None]
    changed: Callable[[SeriesOutcome, float, int], None]
    """The series, the share of its span that is settled, rows of the page."""
    finished: Callable[[SeriesOutcome], None]


class Session:
    """One download."""

    def __init__(
        self,
        request: DownloadRequest,
        store: MarketStore,
        terms: DownloadTerms,
        clock: Clock,
        watch: Watch,
    ) -> None:
        self._request = request
        self._store = store
        self._terms = terms
        self._clock = clock
        self._watch = watch
        self._turns = asyncio.Semaphore(terms.series_at_once)
        self._desk = Desk(
            store=store,
            writing=asyncio.Lock(),
            stop=watch.stop,
            publish_rows=terms.publish_rows,
            is_repairing=request.is_repairing,
            changed=watch.changed,
        )

    async def run(self) -> DownloadOutcome:
        """Download everything.

        Raises:
            UsageError: the request makes no sense to the venue.
            VenueError: the venue cannot be reached, or lists nothing.
        """
        begun_ns = self._clock.monotonic_ns()
        self._request.check(self._clock.now_ns())
        async with Asking(self._request.place, self._terms, self._clock, self._watch.stop) as venue:
            await venue.load_markets()
            wanted = wanted_series(self._request, venue.exchange)
            plans = [(each, self._pages(venue, each)) for each in wanted]
            outcomes = tuple(self._outcome(each, pages) for each, pages in plans)
            self._watch.started(outcomes)
            work = [
                self._one(venue, each, pages, outcome)
                for (each, pages), outcome in zip(plans, outcomes, strict=True)
            ]
            await asyncio.gather(*work)
            seconds = (self._clock.monotonic_ns() - begun_ns) / _SECOND_NS
            name = str(venue.exchange.id)
            return DownloadOutcome(name, outcomes, venue.requests, venue.faults, seconds)

    def _pages(self, venue: Asking, wanted: Wanted) -> Pages:
        kind = wanted.key.kind
        if kind.content is Content.TRADES:
            return TradePages(venue, wanted.market)
        if kind.content is Content.FUNDING:
            return FundingPages(venue, wanted.market)
        return BarPages(venue, wanted.market, kind.timeframe)

    def _outcome(self, wanted: Wanted, pages: Pages) -> SeriesOutcome:
        """Return the outcome of a series, with its span on the grid of its rows."""
        until_ns = self._request.until_ns or pages.end_ns()
        length = pages.length_ns
        start = -(-self._request.since_ns // length) * length
        span = start, max(until_ns // length * length, start)
        return SeriesOutcome(wanted.key, wanted.market.symbol, span)

    async def _one(
        self, venue: Asking, wanted: Wanted, pages: Pages, outcome: SeriesOutcome
    ) -> None:
        async with self._turns:
            begun_ns = self._clock.monotonic_ns()
            try:
                with Staging(staging_folder(self._request.lake, wanted.key), wanted.key) as staging:
                    await SeriesDownload(self._desk, pages, staging, outcome).run()
                    outcome.verification = await self._verified(venue, wanted, outcome)
            except TraiderError as error:
                outcome.error = error
            outcome.seconds = (self._clock.monotonic_ns() - begun_ns) / _SECOND_NS
            self._watch.finished(outcome)

    async def _verified(
        self, venue: Asking, wanted: Wanted, outcome: SeriesOutcome
    ) -> Verification | None:
        """Compare with the venue's bars of the longer timeframe, None where none is asked for."""
        timeframe = self._request.verify
        kind = wanted.key.kind
        if not timeframe or kind.content is not Content.BARS:
            return None
        length = timeframe_ns(timeframe)
        if length <= kind.length_ns or length % kind.length_ns:
            return None
        pages = BarPages(venue, wanted.market, timeframe)
        last = min(outcome.known[1], pages.end_ns())
        span = -(-outcome.known[0] // length) * length, last // length * length
        theirs = await _all_bars(pages, span)
        ours = await asyncio.to_thread(self._rows, wanted, span)
        if theirs.num_rows and ours.num_rows:
            # A venue that keeps little of the longer bars is compared as far as it goes.
            begins = int(stamps(theirs)[0])
            ours = ours.filter(pa.array(stamps(ours) >= begins))
        return compare_bars(joined_bars(ours, length), theirs, timeframe)

    def _rows(self, wanted: Wanted, span: Span) -> pa.Table:
        parts = list(self._store.read(wanted.key, *span))
        return pa.concat_tables([wanted.key.kind.schema.empty_table(), *_bare(parts)])


def _bare(parts: list[pa.Table]) -> list[pa.Table]:
    return [part.replace_schema_metadata(None) for part in parts]


async def _all_bars(pages: BarPages, span: Span) -> pa.Table:
    """Return the venue's own bars of ``span``."""
    parts = [bar_table(())]
    at = span[0]
    while at < span[1]:
        page = await pages.page(pages.window((at, span[1])), "")
        parts.append(page.rows)
        at = max(page.settled[1], page.begins_ns, at)
        if not page.rows.num_rows and page.settled[1] <= page.settled[0]:
            break
    rows = pa.concat_tables(parts)
    return rows.take(np.argsort(stamps(rows), kind="stable"))
