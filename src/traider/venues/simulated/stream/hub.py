"""Who is told what: every connection hears of what it subscribed to, as it happens.

Depth is told after each step of the market and each request, as one message with every level that
changed. Trades are told every 250 ms, candles and heartbeats every second, the ticker with each
trade and, when its quotes moved, every 250 ms. All times are the exchange's.
"""

from collections import deque
from typing import Final

from traider.venues.simulated.book import BUY, SELL
from traider.venues.simulated.candles import GRANULARITIES
from traider.venues.simulated.desk import Desk
from traider.venues.simulated.faults.plan import FaultPlan
from traider.venues.simulated.faults.rules import FaultKind
from traider.venues.simulated.market import Market, Trade, level_digest
from traider.venues.simulated.orders import Order
from traider.venues.simulated.stream.bodies import Bodies, heartbeat_body, status_body
from traider.venues.simulated.stream.connection import Connection
from traider.venues.simulated.stream.delivery import Delivery
from traider.venues.simulated.stream.user_bodies import user_body

SECOND_NS: Final = 1_000_000_000
QUARTER_NS: Final = SECOND_NS // 4
TICKER_BATCH_NS: Final = 5 * SECOND_NS
IDLE_NS: Final = 90 * SECOND_NS
"""A connection that is told nothing for so long is closed."""
GOING_AWAY: Final = 1001
PAST_KEPT: Final = 64
DIGEST_MASK: Final = 2**64 - 1
_CROSSED: Final = (FaultKind.CROSSED,)
_CANDLE_S: Final = GRANULARITIES["FIVE_MINUTE"]


class _MarketNews:
    """What happened in a market since the public was told last."""

    __slots__ = ("batch_told", "bodies", "candle_told", "quotes_told", "traded", "trades")

    def __init__(self, market: Market) -> None:
        self.bodies = Bodies(market)
        self.trades: list[Trade] = []
        self.traded = False
        self.quotes_told = ""
        self.batch_told = ""
        self.candle_told = ""


class Hub:
    """All connections, and what to tell them. It watches the desk."""

    def __init__(self, desk: Desk, delivery: Delivery, faults: FaultPlan) -> None:
        self._desk, self._delivery, self._faults = desk, delivery, faults
        self.connections: dict[int, Connection] = {}
        self.past: deque[Connection] = deque(maxlen=PAST_KEPT)
        """Connections that ended, latest last."""
        self.keeps_digests = False
        self._news = {name: _MarketNews(market) for name, market in desk.markets.items()}
        self._subscribers: dict[tuple[str, str], list[Connection]] = {}
        self._heartbeats = 0
        self._status_told: frozenset[str] = frozenset()
        desk.watcher = self

    def bodies(self, product_id: str) -> Bodies:
        """Return the writer of a market's events."""
        return self._news[product_id].bodies

    def subscribers(self, channel: str, product_id: str = "") -> list[Connection]:
        """Return the connections that hear of ``product_id`` on ``channel``."""
        return self._subscribers.get((channel, product_id), [])

    def subscribe(self, connection: Connection, channel: str, product_id: str = "") -> None:
        """Let a connection hear of a product from now on."""
        known = self._subscribers.setdefault((channel, product_id), [])
        if connection not in known:
            known.append(connection)

    def unsubscribe(self, connection: Connection, channel: str, product_id: str = "") -> None:
        """Let it hear of the product no more."""
        known = self._subscribers.get((channel, product_id), [])
        if connection in known:
            known.remove(connection)

    def forget(self, connection: Connection) -> None:
        """Drop a connection that is gone; its digests stay for a while."""
        self.connections.pop(connection.number, None)
        self.past.append(connection)
        for known in self._subscribers.values():
            if connection in known:
                known.remove(connection)

    def traded(self, market: Market, trade: Trade) -> None:
        """Remember a trade for the next batch."""
        news = self._news[market.product.product_id]
        news.trades.append(trade)
        news.traded = True

    def order_changed(self, order: Order) -> None:
        """Tell an account about its order at once."""
        subscribers = {
            connection: None
            for name in ("", order.product.product_id)
            for connection in self.subscribers("user", name)
            if connection.portfolio and connection.portfolio.portfolio_id == order.owner
        }
        if subscribers:
            body = user_body("update", [order])
            for connection in subscribers:
                self._delivery.send_news(connection, order.product.product_id, body)

    def publish(self) -> None:
        """Tell the levels that changed since the last call, and the ticker after a trade."""
        for name, news in self._news.items():
            market = news.bodies.market
            if market.book.touched:
                self._publish_levels(name, news, market)
            if news.traded:
                news.traded = False
                self._tell_ticker(name, news)

    def quarter(self) -> None:
        """Tell what is told every 250 ms."""
        for name, news in self._news.items():
            if news.trades:
                trades, news.trades = news.trades, []
                if subscribers := self.subscribers("market_trades", name):
                    body = news.bodies.trades("update", trades)
                    self._tell(subscribers, "market_trades", name, body)
            if self.subscribers("ticker", name):
                self._tell_ticker(name, news, only_changed=True)

    def second(self) -> None:
        """Tell what is told every second."""
        self._heartbeats += 1
        if subscribers := self.subscribers("heartbeats"):
            body = heartbeat_body(self._desk.told_ns, self._heartbeats)
            self._tell(subscribers, "heartbeats", "", body)
        for name, news in self._news.items():
            if subscribers := self.subscribers("candles", name):
                latest = list(news.bodies.market.candles.series(_CANDLE_S))[-1:]
                body = news.bodies.candles("update", latest)
                if latest and body != news.candle_told:
                    news.candle_told = body
                    self._tell(subscribers, "candles", name, body)
        self._tell_status()
        for connection in tuple(self.connections.values()):
            if self._desk.now_ns - connection.told_ns > IDLE_NS and connection.subscriptions:
                connection.end(GOING_AWAY)

    def five_seconds(self) -> None:
        """Tell the tickers without quotes that changed."""
        for name, news in self._news.items():
            if subscribers := self.subscribers("ticker_batch", name):
                body = news.bodies.ticker("update", self._desk.now_ns, with_quotes=False)
                if body != news.batch_told:
                    news.batch_told = body
                    self._tell(subscribers, "ticker_batch", name, body)

    def publish_all_levels(self, product_id: str) -> None:
        """Take the book as it stands for what the public knows; for a book just built."""
        market = self._desk.markets[product_id]
        market.book.take_touched()
        market.published = {
            (side.side, level.ticks): level.lots
            for side in (market.book.bids, market.book.asks)
            for level in side.levels.values()
        }
        market.digest = self._digest_of(product_id)

    def keep_digests(self) -> None:
        """Keep the digest of the book after every message of depth from now on."""
        self.keeps_digests = True
        for name, market in self._desk.markets.items():
            market.digest = self._digest_of(name)

    def cut_slow(self, bytes_max: int) -> None:
        """Cut the connections whose clients have not taken more than so many bytes."""
        for connection in tuple(self.connections.values()):
            if connection.transport.get_write_buffer_size() > bytes_max:
                connection.end()

    def flush(self) -> int:
        """Write what is queued; return the most bytes that one client has not taken yet."""
        return max((connection.flush() for connection in self.connections.values()), default=0)

    def _publish_levels(self, name: str, news: _MarketNews, market: Market) -> None:
        known, book = market.published, market.book
        changes = []
        for side, ticks in book.take_touched():
            lots, before = book.lots_at(side, ticks), known.get((side, ticks), 0)
            if lots == before:
                continue
            changes.append((side, ticks, lots))
            if lots:
                known[side, ticks] = lots
            else:
                del known[side, ticks]
            if self.keeps_digests:
                self._update_digest(news.bodies, (side, ticks), before, lots)
        subscribers = self.subscribers("level2", name)
        if not (changes and subscribers):
            return
        body = news.bodies.level2("update", changes, self._desk.told_ns)
        for connection in tuple(subscribers):
            number = self._delivery.send(connection, "l2_data", name, body)
            if self.keeps_digests:
                connection.digests.append((number, name, market.digest))
            if self._faults.for_message(_CROSSED, "l2_data", name, connection.number):
                self._tell_crossed(connection, name, market)

    def _tell_crossed(self, connection: Connection, name: str, market: Market) -> None:
        """Tell a bid at the best ask, and then what stands there in truth."""
        book, bodies = market.book, self._news[name].bodies
        ask = book.best_ticks(SELL)
        if ask is None:
            return
        numbers = [
            self._delivery.send(
                connection,
                "l2_data",
                name,
                bodies.level2("update", [(BUY, ask, lots)], self._desk.told_ns),
            )
            for lots in (1, book.lots_at(BUY, ask))
        ]
        if self.keeps_digests:
            connection.digests.append((numbers[-1], name, market.digest))

    def _update_digest(
        self, bodies: Bodies, place: tuple[int, int], before: int, lots: int
    ) -> None:
        side, ticks = place
        price, market = bodies.prices[ticks], bodies.market
        change = 0
        if before:
            change -= level_digest(side, price, bodies.sizes[before])
        if lots:
            change += level_digest(side, price, bodies.sizes[lots])
        market.digest = (market.digest + change) & DIGEST_MASK

    def _digest_of(self, product_id: str) -> int:
        bodies = self._news[product_id].bodies
        return (
            sum(
                level_digest(side, bodies.prices[ticks], bodies.sizes[lots])
                for (side, ticks), lots in bodies.market.published.items()
            )
            & DIGEST_MASK
        )

    def _tell_ticker(self, name: str, news: _MarketNews, *, only_changed: bool = False) -> None:
        subscribers = self.subscribers("ticker", name)
        if not subscribers:
            return
        body = news.bodies.ticker("update", self._desk.now_ns, with_quotes=True)
        if only_changed and body == news.quotes_told:
            return
        news.quotes_told = body
        self._tell(subscribers, "ticker", name, body)

    def _tell_status(self) -> None:
        disabled = frozenset(name for name, market in self._desk.markets.items() if market.flags)
        if disabled == self._status_told:
            return
        changed, self._status_told = disabled ^ self._status_told, disabled
        products = [p for p in self._desk.products.values() if p.book_id in changed]
        body = status_body("update", products, set(disabled))
        self._tell(self.subscribers("status"), "status", "", body)

    def _tell(self, subscribers: list[Connection], channel: str, name: str, body: str) -> None:
        for connection in tuple(subscribers):
            self._delivery.send(connection, channel, name, body)
