"""Products, books, trades, candles and the time: the same for the public and for accounts."""

from typing import Final

from aiohttp import web

from traider.venues.simulated.candles import GRANULARITIES
from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.market import Market
from traider.venues.simulated.products import Product
from traider.venues.simulated.rest.answers import answer, bad_argument, not_found
from traider.venues.simulated.rest.doors import BASE
from traider.venues.simulated.rest.market_shapes import (
    book_answer,
    book_shape,
    candle_shape,
    product_shape,
    trade_shape,
)
from traider.venues.simulated.rest.pages import chosen
from traider.venues.simulated.times import time_text

CANDLES_MAX: Final = 350
TRADES_DEFAULT: Final = 100
TRADES_MAX: Final = 1_000


class MarketRoutes:
    """Answer what concerns markets."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[web.RouteDef]:
        """Return the paths answered here."""
        found = [
            web.get(f"{BASE}/time", self.time),
            web.get(f"{BASE}/best_bid_ask", self.best_bid_ask),
            web.get(f"{BASE}/product_book", self.product_book),
            web.get(f"{BASE}/market/product_book", self.product_book),
        ]
        for products in (f"{BASE}/products", f"{BASE}/market/products"):
            found += [
                web.get(products, self.products),
                web.get(f"{products}/{{product_id}}", self.product),
                web.get(f"{products}/{{product_id}}/candles", self.candles),
                web.get(f"{products}/{{product_id}}/ticker", self.ticker),
            ]
        return found

    async def time(self, request: web.Request) -> web.Response:
        """Tell the exchange's time."""
        del request
        now_ns = self._exchange.desk.told_ns
        return answer({
            "iso": time_text(now_ns),
            "epochSeconds": str(now_ns // 1_000_000_000),
            "epochMillis": str(now_ns // 1_000_000),
        })  # fmt: skip

    async def products(self, request: web.Request) -> web.Response:
        """List the products."""
        desk, query = self._exchange.desk, request.query
        first, size = query.get("offset") or "0", query.get("limit") or "0"
        if not (first.isdigit() and size.isdigit()):
            return bad_argument("limit and offset are numbers")
        found = [
            product_shape(product, desk.market_of(product), desk.now_ns)
            for product in desk.products.values()
            if chosen(request, ("product_ids",), product.product_id)
            and chosen(request, ("product_type",), "SPOT")
        ]
        until = int(first) + (int(size) or len(found))
        page = found[int(first) : until]
        return answer({"products": page, "num_products": len(page)})

    async def product(self, request: web.Request) -> web.Response:
        """Tell one product, which is not wrapped."""
        found = self._find(request.match_info["product_id"])
        if found is None:
            return not_found("product")
        return answer(product_shape(*found, self._exchange.desk.now_ns))

    async def candles(self, request: web.Request) -> web.Response:
        """Tell candles, newest first; a bucket without a trade has none."""
        found, query = self._find(request.match_info["product_id"]), request.query
        if found is None:
            return not_found("product")
        seconds = GRANULARITIES.get(query.get("granularity", ""))
        start, end = query.get("start", ""), query.get("end", "")
        limit = query.get("limit") or str(CANDLES_MAX)
        if seconds is None or not (start.isdigit() and end.isdigit() and limit.isdigit()):
            return bad_argument("start, end and granularity are required")
        if int(limit) > CANDLES_MAX or (int(end) - int(start)) // seconds > CANDLES_MAX:
            return bad_argument(f"number of candles requested should be less than {CANDLES_MAX}")
        product, market = found
        candles = market.candles.between(seconds, int(start), int(end))[: int(limit)]
        return answer({"candles": [candle_shape(product, candle) for candle in candles]})

    async def ticker(self, request: web.Request) -> web.Response:
        """Tell the last trades, newest first, and the best prices."""
        found = self._find(request.match_info["product_id"])
        limit = request.query.get("limit") or str(TRADES_DEFAULT)
        if found is None:
            return not_found("product")
        if not limit.isdigit():
            return bad_argument("limit is a number")
        product, market = found
        trades = list(market.tape)[-min(int(limit) or TRADES_DEFAULT, TRADES_MAX) :]
        bid, ask = market.book.best_ticks(1), market.book.best_ticks(-1)
        return answer({
            "trades": [trade_shape(product, trade) for trade in reversed(trades)],
            "best_bid": product.price_text(bid) if bid else "",
            "best_ask": product.price_text(ask) if ask else "",
        })  # fmt: skip

    async def best_bid_ask(self, request: web.Request) -> web.Response:
        """Tell the best level of each side, of every product asked for."""
        desk = self._exchange.desk
        books = [
            book_shape(product, desk.market_of(product), desk.now_ns, 1)
            for product in desk.products.values()
            if chosen(request, ("product_ids",), product.product_id)
        ]
        return answer({"pricebooks": books})

    async def product_book(self, request: web.Request) -> web.Response:
        """Tell a price book."""
        found = self._find(request.query.get("product_id", ""))
        limit = request.query.get("limit") or "0"
        if found is None:
            return not_found("product")
        if not limit.isdigit():
            return bad_argument("limit is a number")
        return answer(book_answer(*found, self._exchange.desk.now_ns, int(limit)))

    def _find(self, product_id: str) -> tuple[Product, Market] | None:
        desk = self._exchange.desk
        product = desk.products.get(product_id)
        return (product, desk.market_of(product)) if product else None
