"""Events of market data as JSON text: what stands between the brackets of ``"events":[…]``.

Shapes and order of fields are those of the recorded connection of 2026-08-09; ``offer`` names the
ask side, the side of a trade is its maker's, trades come newest first. Every text in them is made
here, so nothing needs escaping.
"""

from collections.abc import Iterable

from traider.venues.simulated.amounts import ratio_text, text_of
from traider.venues.simulated.candles import Candle
from traider.venues.simulated.market import Market, Trade
from traider.venues.simulated.products import Product
from traider.venues.simulated.stream.step_texts import StepTexts
from traider.venues.simulated.times import TimeText, time_text

SIDES = {1: "bid", -1: "offer"}
MAKERS = {1: "BUY", -1: "SELL"}


class Bodies:
    """Write the events of one market."""

    def __init__(self, market: Market) -> None:
        product = market.product
        self.market = market
        self.prices = StepTexts(product.tick_units)
        self.sizes = StepTexts(product.lot_units)
        self._name = product.product_id

    def level2(self, kind: str, levels: Iterable[tuple[int, int, int]], now_ns: int) -> str:
        """Return a snapshot or update of (side, ticks, lots) levels."""
        prices, sizes, time = self.prices, self.sizes, time_text(now_ns)
        rows = ",".join(
            [
                f'{{"side":"{SIDES[side]}","event_time":"{time}",'
                f'"price_level":"{prices[ticks]}","new_quantity":"{sizes[lots]}"}}'
                for side, ticks, lots in levels
            ]
        )
        return f'{{"type":"{kind}","product_id":"{self._name}","updates":[{rows}]}}'

    def snapshot(self, now_ns: int) -> str:
        """Return the whole book as the public knows it, both sides from the best on."""
        book, known = self.market.book, self.market.published
        levels = [
            (side.side, level.ticks, known[side.side, level.ticks])
            for side in (book.bids, book.asks)
            for level in side.best_first()
            if (side.side, level.ticks) in known
        ]
        return self.level2("snapshot", levels, now_ns)

    def trades(self, kind: str, trades: Iterable[Trade]) -> str:
        """Return trades, which come oldest first and are told newest first."""
        rows = [
            f'{{"product_id":"{self._name}","trade_id":"{trade.trade_id}",'
            f'"price":"{self.prices[trade.ticks]}","size":"{self.sizes[trade.lots]}",'
            f'"time":"{time_text(trade.time_ns)}","side":"{MAKERS[trade.maker_side]}"}}'
            for trade in trades
        ]
        return f'{{"type":"{kind}","trades":[{",".join(reversed(rows))}]}}'

    def ticker(self, kind: str, now_ns: int, *, with_quotes: bool) -> str:
        """Return the ticker; the batch channel has no quotes."""
        market, book = self.market, self.market.book
        day, prices = market.day(now_ns), self.prices
        change = ratio_text_signed(market.last_ticks - day.open, day.open)
        quotes = ""
        if with_quotes:
            bid, ask = book.best_ticks(1) or 0, book.best_ticks(-1) or 0
            quotes = (
                f',"best_bid":"{prices[bid]}","best_ask":"{prices[ask]}"'
                f',"best_bid_quantity":"{self.sizes[book.lots_at(1, bid)]}"'
                f',"best_ask_quantity":"{self.sizes[book.lots_at(-1, ask)]}"'
            )
        return (
            f'{{"type":"{kind}","tickers":[{{"type":"ticker","product_id":"{self._name}",'
            f'"price":"{prices[market.last_ticks]}","volume_24_h":"{self.sizes[day.lots]}",'
            f'"low_24_h":"{prices[day.low]}","high_24_h":"{prices[day.high]}",'
            f'"low_52_w":"{prices[day.low]}","high_52_w":"{prices[day.high]}",'
            f'"price_percent_chg_24_h":"{change}"{quotes}}}]}}'
        )

    def candles(self, kind: str, candles: Iterable[Candle]) -> str:
        """Return five-minute candles, oldest first."""
        prices = self.prices
        rows = ",".join(
            [
                f'{{"start":"{candle.start_s}","high":"{prices[candle.high]}",'
                f'"low":"{prices[candle.low]}","open":"{prices[candle.open]}",'
                f'"close":"{prices[candle.close]}","volume":"{self.sizes[candle.lots]}",'
                f'"product_id":"{self._name}"}}'
                for candle in candles
            ]
        )
        return f'{{"type":"{kind}","candles":[{rows}]}}'


def status_body(kind: str, products: Iterable[Product], disabled: set[str]) -> str:
    """Return the status of products; ``disabled`` are those that do not trade."""
    rows = ",".join(
        [
            f'{{"product_type":"SPOT","id":"{product.product_id}",'
            f'"base_currency":"{product.base}","quote_currency":"{product.quote}",'
            f'"base_increment":"{text_of(product.lot_units)}",'
            f'"quote_increment":"{text_of(product.quote_step_units)}",'
            f'"display_name":"{product.base}/{product.quote}",'
            f'"status":"{"offline" if product.book_id in disabled else "online"}",'
            f'"status_message":"",'
            f'"min_market_funds":"{text_of(product.quote_min_units)}"}}'
            for product in products
        ]
    )
    return f'{{"type":"{kind}","products":[{rows}]}}'


def heartbeat_body(now_ns: int, counter: int) -> str:
    """Return a heartbeat; its time is in the form that Go prints."""
    text = TimeText()(now_ns // 1_000_000_000 * 1_000_000_000)
    day, _, clock = text.rstrip("Z").partition("T")
    rest = now_ns % 1_000_000_000
    return (
        f'{{"current_time":"{day} {clock}.{rest:09d} +0000 UTC m=+{counter}.{rest:09d}",'
        f'"heartbeat_counter":{counter}}}'
    )


def ratio_text_signed(change: int, base: int) -> str:
    """Return a change in percent of ``base``, with fourteen decimals at most."""
    sign = "-" if change < 0 else ""
    return sign + ratio_text(abs(change) * 100, base, 14)
