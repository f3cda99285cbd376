"""Trade with ccxt; run by its own Python, prints what it saw as one JSON object.

Reads how to reach the exchange from standard input.
"""

import asyncio
import json
import sys
from typing import Any

import ccxt
import ccxt.pro

SYMBOL = "BTC/USD"


def options(ready: dict[str, Any], *, ed25519: bool = False) -> dict[str, Any]:
    """Return the keys of a client."""
    name, secret = ("ed25519_key_name", "ed25519_private_key") if ed25519 else (
        "key_name", "private_key",
    )  # fmt: skip
    return {"apiKey": ready[name], "secret": ready[secret], "enableRateLimit": False}


def pointed(client: Any, ready: dict[str, Any]) -> Any:
    """Point a client at the exchange."""
    client.urls["api"]["rest"] = ready["rest"]
    client.urls["api"]["ws"] = ready["websocket"]
    return client


def rest(client: Any) -> dict[str, Any]:
    """Read and trade over REST."""
    markets = client.load_markets()
    book = client.fetch_order_book(SYMBOL)
    bid = book["bids"][0][0]
    rested = client.create_order(
        SYMBOL, "limit", "buy", 0.01, bid - 100, {"client_order_id": "ccxt-1", "postOnly": True}
    )
    crossing = refused(client, bid)
    open_orders = client.fetch_open_orders(SYMBOL)
    bought = client.create_order(SYMBOL, "market", "buy", 0.002, bid)
    client.edit_order(rested["id"], SYMBOL, "limit", "buy", 0.02, bid - 90)
    edited = client.fetch_order(rested["id"])["amount"]
    canceled = client.cancel_order(rested["id"], SYMBOL)
    return {
        "markets": sorted(markets),
        "tick": markets[SYMBOL]["precision"]["price"],
        "candles": [row[0] for row in client.fetch_ohlcv(SYMBOL, "1m", limit=20)],
        "spread": [bid, book["asks"][0][0]],
        "ticker": client.fetch_ticker(SYMBOL)["bid"],
        "trades": len(client.fetch_trades(SYMBOL, limit=5)),
        "money": client.fetch_balance()["USD"]["total"],
        "rested": client.fetch_order(rested["id"])["clientOrderId"],
        "crossing": crossing,
        "open": [order["clientOrderId"] for order in open_orders],
        "bought": client.fetch_order(bought["id"])["status"],
        "edited": edited,
        "canceled": canceled["id"] == rested["id"],
        "status": client.fetch_order(rested["id"])["status"],
        "fills": len(client.fetch_my_trades(SYMBOL)),
        "closed": [order["status"] for order in client.fetch_canceled_orders(SYMBOL)],
    }


def refused(client: Any, bid: float) -> str:
    """Return what a purchase of more than there is money for raises."""
    try:
        client.create_order(SYMBOL, "limit", "buy", 900, bid - 100)
    except ccxt.BaseError as fault:
        return type(fault).__name__
    return ""


async def listen(ready: dict[str, Any]) -> dict[str, Any]:
    """Watch book, trades and ticker, and an order of our own."""
    client = pointed(ccxt.pro.coinbase(options(ready)), ready)
    try:
        await client.load_markets()
        book = await client.watch_order_book(SYMBOL)
        for _ in range(5):
            book = await client.watch_order_book(SYMBOL)
        ticker = await client.watch_ticker(SYMBOL)
        trades = await client.watch_trades(SYMBOL)
        watching = asyncio.create_task(client.watch_orders(SYMBOL))
        await asyncio.sleep(0.3)
        await client.create_order(SYMBOL, "market", "sell", 0.001)
        orders = await asyncio.wait_for(watching, 10)
        return {
            "watched": [book["bids"][0][0], book["asks"][0][0]],
            "quoted": ticker["bid"],
            "told": len(trades),
            "orders": [order["symbol"] for order in orders],
        }
    finally:
        await client.close()


def main() -> None:
    """Trade and listen, with a key of each algorithm."""
    ready = json.load(sys.stdin)
    seen = rest(pointed(ccxt.coinbase(options(ready)), ready))
    other = pointed(ccxt.coinbase(options(ready, ed25519=True)), ready)
    seen["ed25519"] = other.fetch_balance()["BTC"]["total"]
    seen |= asyncio.run(listen(ready))
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
