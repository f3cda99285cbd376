"""On which days a market had rows, as its longest bars tell: a way over quiet years.

A market is listed some day, is suspended, or hardly trades. Where a page is empty, the next day
that has a bar is looked up, so that a download from before the listing costs a handful of requests.
"""

from dataclasses import dataclass

import pyarrow as pa

from traider.domain.timeframes import DAY_NS, TIMEFRAMES, timeframe_ns
from traider.feed.download.asking import Asking
from traider.feed.download.bar_rules import MS_NS, bar_rule, until_parameter
from traider.feed.download.candles import ask_bars
from traider.feed.download.markets import Market
from traider.feed.download.page import settle_window, stamps
from traider.feed.download.spans import Span


class TradedDays:
    """The days of one market; asked for when needed, and kept."""

    def __init__(self, venue: Asking, market: Market, timeframe: str) -> None:
        """Look at bars longer than ``timeframe``, which is empty for trades."""
        self._venue = venue
        self._market = market
        self._timeframe = longest_timeframe(venue, timeframe)
        self._rule = bar_rule(venue.exchange, market.symbol)
        self._known: list[_Days] = []

    async def next_with_rows(self, after_ns: int) -> int:
        """Return when the first day from ``after_ns`` on begins that has rows, or ``after_ns``.

        Without such a day it is the time now; where the venue has no longer bars, ``after_ns``.
        """
        if not self._timeframe or self._rule.keeps:
            return after_ns
        length = timeframe_ns(self._timeframe)
        now_ns = self._venue.closed_before_ns(0)
        at = after_ns // length * length
        while at < now_ns:
            page = await self._page(at, length)
            for day in page.days:
                if day + length > after_ns:
                    return max(day, after_ns)
            at = max(page.settled[1], at + length)
        return max(after_ns, now_ns)

    async def _page(self, at_ns: int, length_ns: int) -> "_Days":
        """Return what is known of the days from ``at_ns`` on."""
        for known in self._known:
            if known.settled[0] <= at_ns < known.settled[1]:
                return known
        window = at_ns, at_ns + self._rule.limit * length_ns
        found = await settle_window(window, self._ask, length_ns, self._venue.terms.empty_asks)
        # A window that stayed empty is quiet; of another the days up to its last are known.
        settled = found.settled if found.rows.num_rows else window
        days = _Days(settled, tuple(sorted(set(stamps(found.rows).tolist()))))
        self._known.append(days)
        return days

    async def _ask(self, window: Span) -> pa.Table:
        """Return the bars of ``window``, the open one included."""
        since_ms, until = window[0] // MS_NS, until_parameter(self._rule, window)
        asked = since_ms, self._rule.limit, until
        return await ask_bars(self._venue, self._market.symbol, self._timeframe, *asked)


@dataclass(frozen=True)
class _Days:
    """A span of time and the days in it that have bars."""

    settled: Span
    days: tuple[int, ...]


def longest_timeframe(venue: Asking, timeframe: str) -> str:
    """Return the longest offered timeframe up to a day; empty when ``timeframe`` is no shorter."""
    offered = venue.exchange.timeframes or {}
    shortest = timeframe_ns(timeframe) if timeframe else 0
    longer = [
        name for name in TIMEFRAMES if name in offered and shortest < timeframe_ns(name) <= DAY_NS
    ]
    return longer[-1] if longer else ""
