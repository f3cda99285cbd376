"""Pages of bars: closed ones alone, on the grid of their timeframe."""

import pyarrow as pa

from traider.domain.timeframes import timeframe_ns
from traider.feed.download.asking import Asking
from traider.feed.download.bar_rules import MS_NS, BarRule, End, bar_rule, until_parameter
from traider.feed.download.candles import ask_bars
from traider.feed.download.markets import Market
from traider.feed.download.page import Page, inside, settle_window, sorted_rows, stamps
from traider.feed.download.spans import Span
from traider.feed.download.traded_days import TradedDays
from traider.store.kinds import IntArray


class BarPages:
    """The bars of one market and timeframe."""

    def __init__(self, venue: Asking, market: Market, timeframe: str) -> None:
        self.length_ns = timeframe_ns(timeframe)
        self._venue = venue
        self._market = market
        self._timeframe = timeframe
        self._rule = self._sized(bar_rule(venue.exchange, market.symbol))
        self._days = TradedDays(venue, market, timeframe)

    def _sized(self, rule: BarRule) -> BarRule:
        most = self._venue.terms.page_rows_max
        return BarRule(min(rule.limit, most), rule.end, rule.keeps) if most else rule

    def window(self, span: Span) -> Span:
        """Return the first part of ``span`` that fits a page."""
        return span[0], min(span[1], span[0] + self._rule.limit * self.length_ns)

    def end_ns(self) -> int:
        """Return the time up to which bars are closed: the opening of the first that is not."""
        closed = self._venue.closed_before_ns(self.length_ns)
        return closed // self.length_ns * self.length_ns

    async def page(self, window: Span, edge: str) -> Page:
        """Return what ``window`` holds.

        Raises:
            VenueError: it could not be asked.
        """
        del edge
        if not self._rule.keeps:
            found = await self._settled(window)
            if found is not None:
                return found
        return await self._kept_page(window)

    async def _settled(self, window: Span) -> Page | None:
        """Return what ``window`` holds, None where the venue turns out to give its newest alone."""
        found = await settle_window(window, self._ask, self.length_ns, self._venue.terms.empty_asks)
        if not found.rows.num_rows:
            if self._rule.keeps:
                return None
            return Page(found.rows, (window[0], await self._days.next_with_rows(window[1])))
        rows, differing = sorted_rows(found.rows)
        return Page(rows, found.settled, differing=differing)

    async def _ask(self, window: Span) -> pa.Table:
        closed_ns = self.end_ns()
        limit = max((window[1] - window[0]) // self.length_ns, 1)
        rows = await ask_bars(
            self._venue,
            self._market.symbol,
            self._timeframe,
            window[0] // MS_NS,
            min(limit, self._rule.limit),
            until_parameter(self._rule, window),
        )
        ts = stamps(rows)
        if self._rule.end is End.NONE and _ignores_start(
            ts, window, closed_ns - 2 * self.length_ns
        ):
            self._rule = BarRule(self._rule.limit, End.NONE, keeps=1)
        # A bar of another grid is no bar of this series; the open one is not settled.
        return rows.filter(
            pa.array((ts % self.length_ns == 0) & (ts + self.length_ns <= closed_ns))
        )

    async def _kept_page(self, window: Span) -> Page:
        """Return what the venue still keeps, in one page, where it gives no older bars."""
        closed_ns = self.end_ns()
        # Asked twice, since a page that came short would tell a later beginning.
        answers = [await self._newest(), await self._newest()]
        rows, differing = sorted_rows(pa.concat_tables(answers))
        came = rows.num_rows
        rows = inside(rows, (0, closed_ns))
        if not rows.num_rows:
            return Page(rows, (window[0], window[0]))
        ts = stamps(rows)
        begins = int(ts[0])
        if came < self._rule.keeps or begins <= window[0]:
            begins = 0
        note = ""
        if begins:
            note = (
                f"the venue gives its newest {came:,} bars alone; older ones can be made "
                "from trades (--what trades)"
            )
        start = max(window[0], begins)
        settled = (start, max(start, int(ts[-1]) + self.length_ns))
        return Page(
            inside(rows, settled), settled, differing=differing, note=note, begins_ns=begins
        )

    async def _newest(self) -> pa.Table:
        limit = self._rule.limit
        return await ask_bars(self._venue, self._market.symbol, self._timeframe, None, limit)


def _ignores_start(ts_ns: IntArray, window: Span, newest_ns: int) -> bool:
    """Whether a venue answered a question about the past with its newest bars."""
    return bool(len(ts_ns)) and bool(ts_ns.min() >= window[1]) and bool(ts_ns.max() >= newest_ns)
