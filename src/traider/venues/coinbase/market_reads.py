"""What Coinbase's REST interface tells of its markets.

With a key the private paths are asked, which are not a second old and have limits of their own;
without one the public ones, which tell the same.
"""

from collections.abc import Sequence
from typing import Final

from traider.domain.errors import UsageError
from traider.venues.coinbase.instruments import CoinbaseProduct, Products
from traider.venues.coinbase.rest_messages import (
    BestBidAsk,
    Candle,
    Candles,
    PriceBook,
    ProductBook,
    ServerTime,
    Ticker,
    decode,
)
from traider.venues.coinbase.rest_session import Query, RestSession

GRANULARITIES: Final = {
    60: "ONE_MINUTE",
    300: "FIVE_MINUTE",
    900: "FIFTEEN_MINUTE",
    1_800: "THIRTY_MINUTE",
    3_600: "ONE_HOUR",
    7_200: "TWO_HOUR",
    14_400: "FOUR_HOUR",
    21_600: "SIX_HOUR",
    86_400: "ONE_DAY",
}
"""Lengths of candles, in s, and the venue's words for them."""
CANDLES_MAX: Final = 350
"""Candles an answer has at most; asking for more is refused."""


class MarketReads:
    """Products, candles, books and trades."""

    def __init__(self, session: RestSession) -> None:
        self._session = session
        self._root = "" if session.key else "/market"

    async def server_time(self) -> ServerTime:
        """Return the venue's clock."""
        return decode(await self._session.get("/time"), ServerTime, "GET /time")

    async def products(self, product_ids: Sequence[str] = ()) -> list[CoinbaseProduct]:
        """Return all products, or those that are named.

        Raises:
            VenueError: see ``RestSession``.
        """
        query: Query = {"product_ids": list(product_ids)} if product_ids else {}
        path = f"{self._root}/products"
        return decode(await self._session.get(path, query), Products, path).products

    async def product(self, product_id: str) -> CoinbaseProduct:
        """Return one product."""
        path = f"{self._root}/products/{product_id}"
        return decode(await self._session.get(path), CoinbaseProduct, path)

    async def candles(
        self, product_id: str, start_s: int, end_s: int, length_s: int
    ) -> list[Candle]:
        """Return the candles that open from ``start_s`` up to, not including, ``end_s``.

        Oldest first, each once. A candle without a trade may be missing: nothing is filled in.

        Raises:
            UsageError: the venue has no candles of that length.
            VenueError: see ``RestSession``.
        """
        if length_s not in GRANULARITIES:
            known = ", ".join(map(str, GRANULARITIES))
            raise UsageError(f"no candles of {length_s} s", where="Coinbase", fix=f"one of {known}")
        found: dict[int, Candle] = {}
        begin = -(-start_s // length_s) * length_s
        while begin < end_s:
            until = min(begin + CANDLES_MAX * length_s, end_s)
            for candle in await self._candle_page(product_id, begin, until, length_s):
                if begin <= candle.start_s < until:
                    found[candle.start_s] = candle
            begin = until
        return [found[start] for start in sorted(found)]

    async def _candle_page(
        self, product_id: str, begin_s: int, until_s: int, length_s: int
    ) -> list[Candle]:
        """Ask for one page; both its ends belong to it, so the last is a second early."""
        path = f"{self._root}/products/{product_id}/candles"
        query = {
            "start": str(begin_s),
            "end": str(until_s - 1),
            "granularity": GRANULARITIES[length_s],
            "limit": str(CANDLES_MAX),
        }
        return decode(await self._session.get(path, query), Candles, path).candles

    async def book(self, product_id: str, levels: int = 0) -> PriceBook:
        """Return the book, all of it or its best levels."""
        path = f"{self._root}/product_book"
        query = {"product_id": product_id, **({"limit": str(levels)} if levels else {})}
        return decode(await self._session.get(path, query), ProductBook, path).pricebook

    async def ticker(self, product_id: str, trades: int = 100) -> Ticker:
        """Return the last trades, newest first, and the best prices."""
        path = f"{self._root}/products/{product_id}/ticker"
        return decode(await self._session.get(path, {"limit": str(trades)}), Ticker, path)

    async def best_bid_ask(self, product_ids: Sequence[str]) -> list[PriceBook]:
        """Return the best levels of several products; needs a key."""
        path = "/best_bid_ask"
        body = await self._session.get(path, {"product_ids": list(product_ids)})
        return decode(body, BestBidAsk, path).pricebooks
