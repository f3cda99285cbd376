"""Pages of trades, in the way each venue numbers them.

    binance    forward by the id of aggregate trades; the first page by time, an hour at most
    kraken     forward by its own number of nanoseconds (``since``, answered as ``last``)
    coinbase   a range of whole seconds, newest first
    okx        older than a time, newest first; within one instant by id
    others     forward by time as far as ccxt offers it; what keeps its newest alone, says so

Pages overlap on purpose, and trades are told apart by id.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from traider.domain.errors import VenueError
from traider.feed.download.asking import Asking
from traider.feed.download.bar_rules import MS_NS
from traider.feed.download.ccxt_exchange import Exchange
from traider.feed.download.markets import Market
from traider.feed.download.page import Page, inside, stamps
from traider.feed.download.spans import Span
from traider.feed.download.trade_rows import SCHEMA, id_order, sorted_trades, trade_table
from traider.feed.download.traded_days import TradedDays

_HOUR_NS: Final = 3_600_000_000_000
_BACKWARD_NS: Final = 6 * _HOUR_NS
"""What is paged from its end backwards at a time."""
_SECOND_NS: Final = 1_000_000_000
_LIMITS: Final = {"binance": 1000, "coinbase": 1000, "okx": 100, "kraken": 1000, "bybit": 1000}
_SPOT_LIMITS: Final = {"bybit": 60}
_BY_ID: Final = frozenset(("binance", "binanceusdm", "binancecoinm"))
_NEWEST_FIRST: Final = frozenset(("coinbase", "okx"))
_RECENT: Final = frozenset(("bybit",))
_UNKNOWN_LIMIT: Final = 100
Trades = Sequence[Mapping[str, Any]]


class TradePages:
    """The trades of one market."""

    length_ns = 1

    def __init__(self, venue: Asking, market: Market) -> None:
        self._venue = venue
        self._market = market
        self._name = str(venue.exchange.id)
        limit = _LIMITS.get(self._name, _UNKNOWN_LIMIT)
        if not market.is_contract:
            limit = _SPOT_LIMITS.get(self._name, limit)
        self._limit = min(limit, venue.terms.page_rows_max or limit)
        self._days = TradedDays(venue, market, "")

    def window(self, span: Span) -> Span:
        """Return the first part of ``span`` that is asked for at a time."""
        if self._name in _NEWEST_FIRST:
            return span[0], min(span[1], span[0] + _BACKWARD_NS)
        return span

    def end_ns(self) -> int:
        """Return the time up to which trades are all there: whole seconds that are over."""
        return self._venue.closed_before_ns(0) // _SECOND_NS * _SECOND_NS

    async def page(self, window: Span, edge: str) -> Page:
        """Return what ``window`` holds, or its beginning; ``edge`` is that of the page before it.

        Raises:
            VenueError: it could not be asked.
        """
        if self._name in _BY_ID:
            return await self._by_id(window, edge)
        if self._name in _NEWEST_FIRST:
            return await self._newest_first(window)
        if self._name == "kraken":
            return await self._by_number(window, edge)
        if self._name in _RECENT:
            return await self._recent(window)
        return await self._by_time(window)

    async def _quiet(self, window: Span) -> Page:
        """Return the page of a window without trades, up to the next day that has some."""
        until = await self._days.next_with_rows(window[1])
        return Page(SCHEMA.empty_table(), (window[0], until))

    async def _ask(self, since_ms: int | None, params: dict[str, Any]) -> tuple[Trades, pa.Table]:
        """Return trades as they came, and as rows."""

        async def question(exchange: Exchange) -> tuple[Trades, pa.Table]:
            trades: Trades = await exchange.fetch_trades(
                self._market.symbol, since_ms, self._limit, params
            )
            return trades, trade_table(trades, self._market, self._name)

        answer: tuple[Trades, pa.Table] = await self._venue.ask(
            f"{self._market.symbol} trades", question
        )
        return answer

    async def _rows(self, since_ms: int | None, params: dict[str, Any]) -> pa.Table:
        return (await self._ask(since_ms, params))[1]

    async def _by_id(self, window: Span, edge: str) -> Page:
        """Follow the numbers: what comes after the last one seen, until the window is left."""
        if not edge:
            window = window[0], min(window[1], window[0] + _HOUR_NS)
        found = SCHEMA.empty_table()
        for _ in range(self._venue.terms.empty_asks):
            if edge:
                found = await self._rows(None, {"fromId": int(edge) + 1})
            else:
                until = {"until": window[1] // MS_NS - 1}
                found = await self._rows(window[0] // MS_NS, until)
            if found.num_rows:
                break
        if not found.num_rows:
            # Nothing has a higher number, or nothing happened in the hour.
            return Page(found, window) if edge else await self._quiet(window)
        rows, differing = sorted_trades(found)
        ts = stamps(rows)
        last_ns = int(ts[-1])
        # Others of the last instant may follow: it is settled up to it, and goes on by number.
        end = window[1] if last_ns >= window[1] else max(last_ns, window[0])
        mine = inside(rows, window)
        at = str(mine.column("id").to_pylist()[-1]) if mine.num_rows else edge
        return Page(mine, (window[0], end), edge=at, differing=differing)

    async def _by_number(self, window: Span, edge: str) -> Page:
        """Follow Kraken's number of nanoseconds, which each answer names for the next."""
        # Trades of the very instant the last page ended with may have been cut off with it.
        since = str(int(edge or window[0]) - 1)
        trades: Trades = ()
        found = SCHEMA.empty_table()
        for _ in range(self._venue.terms.empty_asks):
            trades, found = await self._ask(None, {"since": since})
            if trades:
                break
        if not trades:
            return Page(SCHEMA.empty_table(), window)
        rows, differing = sorted_trades(found)
        newest = max(trades, key=lambda trade: len(trade["info"]))
        told = str(newest["info"][-1])
        last_ns = int(stamps(rows)[-1])
        end = window[1] if last_ns >= window[1] else max(last_ns, window[0])
        if told == edge:
            end = window[1]
        return Page(inside(rows, window), (window[0], end), edge=told, differing=differing)

    async def _newest_first(self, window: Span) -> Page:
        """Return the newest trades of the window, which is settled after the oldest of them.

        Where the window ends with an instant that a page began with, the trades of that instant
        come again. When nothing but them comes, nothing older is there.
        """
        rows = SCHEMA.empty_table()
        for _ in range(self._venue.terms.empty_asks):
            asked = await self._rows(*self._range(window, ""))
            mine = inside(asked, window)
            if mine.num_rows >= rows.num_rows:
                rows = mine
            if asked.num_rows and int(stamps(asked).min()) < window[0]:
                return self._newest_page(rows, window[0], window)
            if mine.num_rows and int(stamps(mine).min()) < window[1] - 1:
                return self._newest_page(mine, int(stamps(mine).min()) + 1, window)
            if asked.num_rows >= self._limit:
                return await self._by_instant(mine, window)
        if not rows.num_rows:
            return await self._quiet(window)
        return self._newest_page(rows, window[0], window)

    def _newest_page(self, rows: pa.Table, settled_from: int, window: Span) -> Page:
        kept, differing = sorted_trades(rows)
        return Page(kept, (settled_from, window[1]), differing=differing)

    async def _by_instant(self, rows: pa.Table, window: Span) -> Page:
        """Go on below the number of the last instant's oldest trade: it fills more than a page."""
        parts, empties = [rows], 0
        while empties < self._venue.terms.empty_asks:
            below = self._lowest_number(pa.concat_tables(parts))
            asked = await self._rows(*self._range(window, below))
            mine = inside(asked, window)
            parts.append(mine)
            oldest = int(stamps(asked).min()) if asked.num_rows else window[1]
            if oldest < window[1] - 1:
                start = window[0] if oldest < window[0] else oldest + 1
                return self._newest_page(pa.concat_tables(parts), start, window)
            empties = 0 if mine.num_rows else empties + 1
        return self._newest_page(pa.concat_tables(parts), window[0], window)

    @property
    def _step_ns(self) -> int:
        """How finely the venue takes times: the instant of the oldest trade is asked again."""
        return _SECOND_NS if self._name == "coinbase" else MS_NS

    def _range(self, span: Span, below: str) -> tuple[int | None, dict[str, Any]]:
        """Return since and parameters of a question for the newest trades of ``span``."""
        end_ns = -(-span[1] // self._step_ns) * self._step_ns
        if self._name == "okx":
            kind, after = ("1", below) if below else ("2", str(end_ns // MS_NS))
            return None, {"method": "publicGetMarketHistoryTrades", "type": kind, "after": after}
        return span[0] // MS_NS, {"until": end_ns // MS_NS}

    def _lowest_number(self, rows: pa.Table) -> str:
        """Return the id to go on below, where one instant has more trades than a page.

        Raises:
            VenueError: the venue offers no way to tell them apart.
        """
        if self._name == "okx":
            ts = stamps(rows)
            oldest = rows.filter(pa.array(ts == ts.min()))
            return str(min(oldest.column("id").to_pylist(), key=id_order))
        raise VenueError(
            f"more than {self._limit:,} trades within a second, and the venue pages by seconds",
            where=self._market.symbol,
            fix="download bars instead",
        )

    async def _recent(self, window: Span) -> Page:
        """Return the newest trades, where a venue gives no others."""
        rows, differing = sorted_trades(await self._rows(None, {}))
        if not rows.num_rows:
            return Page(rows, window)
        begins = int(stamps(rows)[0])
        whole = begins <= window[0] or rows.num_rows < self._limit
        start = window[0] if whole else max(begins, window[0])
        mine = inside(rows, (start, window[1]))
        note = "" if whole else f"the venue gives its newest {self._limit} trades alone"
        return Page(
            mine,
            (start, window[1]),
            differing=differing,
            note=note,
            begins_ns=0 if whole else start,
        )

    async def _by_time(self, window: Span) -> Page:
        """Ask forward by time, and see whether the venue follows."""
        found = SCHEMA.empty_table()
        for _ in range(self._venue.terms.empty_asks):
            found = await self._rows(window[0] // MS_NS, {})
            if found.num_rows:
                break
        if not found.num_rows:
            return Page(found, window)
        rows, differing = sorted_trades(found)
        ts = stamps(rows)
        first, last = int(ts[0]), int(ts[-1])
        if first > window[0] + _HOUR_NS and last >= self.end_ns() - _HOUR_NS:
            return await self._recent(window)
        if first == last and rows.num_rows >= self._limit:
            self._lowest_number(rows)
        end = window[1] if rows.num_rows < self._limit // 2 or last >= window[1] else last
        return Page(inside(rows, window), (window[0], end), differing=differing)
