"""Products, books, trades and candles as REST tells them."""

from typing import Any

from traider.venues.simulated.amounts import ratio_text, text_of
from traider.venues.simulated.book import BookSide
from traider.venues.simulated.candles import Candle
from traider.venues.simulated.market import Market, Trade
from traider.venues.simulated.products import Product
from traider.venues.simulated.times import time_text

Shape = dict[str, Any]


def product_shape(product: Product, market: Market, now_ns: int) -> Shape:
    """Return one product of the list, with the state of its market."""
    day, last = market.day(now_ns), market.last_ticks
    price = product.price_text(last)
    change = last - day.open
    percent = ("-" if change < 0 else "") + ratio_text(abs(change) * 100, day.open, 14)
    volume = product.size_text(day.lots)
    flags = market.flags
    return {
        "product_id": product.product_id,
        "price": price,
        "price_percentage_change_24h": percent,
        "volume_24h": volume,
        "volume_percentage_change_24h": "0",
        "base_increment": text_of(product.lot_units),
        "quote_increment": text_of(product.quote_step_units),
        "quote_min_size": text_of(product.quote_min_units),
        "quote_max_size": text_of(product.quote_max_units),
        "base_min_size": product.size_text(product.lots_min),
        "base_max_size": product.size_text(product.lots_max),
        "base_name": product.base_name,
        "quote_name": product.quote_name,
        "watched": False,
        "is_disabled": False,
        "new": False,
        "status": "online",
        "cancel_only": "cancel_only" in flags,
        "limit_only": "limit_only" in flags,
        "post_only": "post_only" in flags,
        "trading_disabled": "trading_disabled" in flags,
        "auction_mode": False,
        "product_type": "SPOT",
        "quote_currency_id": product.quote,
        "base_currency_id": product.base,
        "fcm_trading_session_details": None,
        "mid_market_price": "",
        "alias": product.alias,
        "alias_to": list(product.alias_to),
        "base_display_symbol": product.base,
        "quote_display_symbol": "USD" if product.quote == "USDC" else product.quote,
        "view_only": False,
        "price_increment": text_of(product.tick_units),
        "display_name": product.product_id,
        "product_venue": "CBE",
        "approximate_quote_24h_volume": text_of(day.lots * last * product.tick_lot_units),
        "new_at": "2023-01-01T00:00:00Z",
        "best_bid_price": "",
        "best_ask_price": "",
        "high_24h": product.price_text(day.high),
        "low_24h": product.price_text(day.low),
    }


def book_shape(product: Product, market: Market, now_ns: int, limit: int) -> Shape:
    """Return a price book: ``limit`` levels a side, all of them when it is 0."""
    return {
        "product_id": product.product_id,
        "bids": _levels(product, market.book.bids, limit),
        "asks": _levels(product, market.book.asks, limit),
        "time": time_text(now_ns),
    }


def book_answer(product: Product, market: Market, now_ns: int, limit: int) -> Shape:
    """Return the answer of ``product_book``."""
    book = market.book
    bid, ask = book.best_ticks(1) or 0, book.best_ticks(-1) or 0
    tick = product.tick_units
    middle = text_of((bid + ask) * tick // 2)
    return {
        "pricebook": book_shape(product, market, now_ns, limit),
        "last": product.price_text(market.last_ticks),
        "mid_market": middle,
        "spread_bps": ratio_text(2 * (ask - bid) * 10_000, ask + bid, 12) if bid and ask else "0",
        "spread_absolute": text_of((ask - bid) * tick) if bid and ask else "0",
    }


def trade_shape(product: Product, trade: Trade) -> Shape:
    """Return one trade; ``side`` is the maker's."""
    return {
        "trade_id": str(trade.trade_id),
        "product_id": product.product_id,
        "price": product.price_text(trade.ticks),
        "size": product.size_text(trade.lots),
        "time": time_text(trade.time_ns),
        "side": "BUY" if trade.maker_side > 0 else "SELL",
        "bid": "",
        "ask": "",
        "exchange": "coinbase",
    }


def candle_shape(product: Product, candle: Candle) -> Shape:
    """Return one candle; everything is text."""
    return {
        "start": str(candle.start_s),
        "low": product.price_text(candle.low),
        "high": product.price_text(candle.high),
        "open": product.price_text(candle.open),
        "close": product.price_text(candle.close),
        "volume": product.size_text(candle.lots),
    }


def _levels(product: Product, side: BookSide, limit: int) -> list[Shape]:
    found = []
    for level in side.best_first():
        found.append({
            "price": product.price_text(level.ticks),
            "size": product.size_text(level.lots),
        })  # fmt: skip
        if len(found) == limit:
            break
    return found
