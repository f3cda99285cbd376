"""Trade with the official SDK; run by its own Python, prints what it saw as one JSON object.

Reads how to reach the exchange from standard input. The SDK always speaks TLS for REST; its
HTTP library takes the certificate from REQUESTS_CA_BUNDLE.
"""

import json
import sys
import time
from typing import Any

from coinbase.rest import RESTClient
from coinbase.websocket import WebsocketResponse, WSClient, WSUserClient

PRODUCT = "BTC-USD"


def rest(client: RESTClient) -> dict[str, Any]:
    """Read and trade over REST."""
    seen: dict[str, Any] = {
        "products": sorted(p.product_id for p in client.get_products().products),
        "public": len(client.get_public_products().products),
        "product": client.get_product(PRODUCT).price_increment,
        "time": int(client.get_unix_time().epoch_seconds or 0),
        "can_trade": client.get_api_key_permissions().can_trade,
        "accounts": sorted(a.currency for a in client.get_accounts().accounts),
        "portfolios": [p.type for p in client.get_portfolios().portfolios],
        "taker": client.get_transaction_summary().fee_tier["taker_fee_rate"],
        "trades": len(client.get_market_trades(PRODUCT, 5).trades),
    }
    now = seen["time"]
    candles = client.get_candles(PRODUCT, str(now - 3600), str(now), "ONE_MINUTE").candles
    seen["candles"] = [int(candle.start) for candle in candles]
    book = client.get_best_bid_ask([PRODUCT]).pricebooks[0]
    seen["book"] = [float(book.bids[0].price), float(book.asks[0].price)]
    seen["depth"] = len(client.get_product_book(PRODUCT, 3).pricebook.bids)
    return seen | orders(client, seen["book"][0])


def orders(client: RESTClient, bid: float) -> dict[str, Any]:
    """Place, read, edit and cancel orders."""
    price = f"{bid - 100:.2f}"
    rested = client.limit_order_gtc_buy("sdk-1", PRODUCT, "0.01", price, post_only=True)
    again = client.limit_order_gtc_buy("sdk-1", PRODUCT, "0.02", price)
    order_id = rested.success_response["order_id"]
    edited = client.edit_order(order_id, "0.02", price)
    crossing = client.limit_order_gtc_buy(
        "sdk-2", PRODUCT, "0.01", f"{bid * 2:.2f}", post_only=True
    )
    previewed = client.preview_market_order_buy(PRODUCT, quote_size="50")
    bought = client.market_order_buy("sdk-3", PRODUCT, quote_size="50")
    bracket = client.trigger_bracket_order_gtc_sell(
        "sdk-4", PRODUCT, "0.01", f"{bid * 1.1:.2f}", f"{bid * 0.9:.2f}"
    )
    open_orders = client.list_orders(order_status=["OPEN"]).orders
    canceled = client.cancel_orders([order_id, bracket.success_response["order_id"]])
    market = client.get_order(bought.success_response["order_id"]).order
    return {
        "rested": rested.success,
        "same": again.success_response["order_id"] == order_id,
        "edited": edited.success,
        "crossing": crossing.error_response["preview_failure_reason"],
        "previewed": previewed.errs,
        "open": sorted(order.client_order_id for order in open_orders),
        "canceled": [result.success for result in canceled.results],
        "market": [market.status, market.size_in_quote],
        "fills": len(client.get_fills(order_ids=[market.order_id]).fills),
        "status": client.get_order(order_id).order.status,
    }


def listen(ready: dict[str, str], keys: dict[str, str]) -> dict[str, Any]:
    """Subscribe to every channel; return the channels that spoke, and the states of an order."""
    channels: set[str] = set()
    states: list[str] = []

    def heard(text: str) -> None:
        message = WebsocketResponse(json.loads(text))
        channels.add(message.channel)
        if message.channel == "user":
            states.extend(order.status for event in message.events for order in event.orders)

    market = WSClient(base_url=ready["websocket"], on_message=heard, retry=False, **keys)
    market.open()
    for subscribe in (market.level2, market.market_trades, market.ticker, market.candles):
        subscribe([PRODUCT])
    market.ticker_batch([PRODUCT])
    market.status([PRODUCT])
    market.heartbeats()
    user = WSUserClient(base_url=ready["websocket_user"], on_message=heard, retry=False, **keys)
    user.open()
    user.user([PRODUCT])
    until = time.monotonic() + 60.0
    while "user" not in channels and time.monotonic() < until:
        time.sleep(0.05)
    address = ready["rest"].removeprefix("https://")
    RESTClient(base_url=address, **keys).market_order_sell("sdk-5", PRODUCT, base_size="0.001")
    while (len(channels) < 9 or "FILLED" not in states) and time.monotonic() < until:
        time.sleep(0.05)
    market.close()
    user.close()
    return {"channels": sorted(channels), "states": [states[0], states[-1]]}


def main() -> None:
    """Trade and listen, with a key of each algorithm."""
    ready = json.load(sys.stdin)
    keys = {"api_key": ready["key_name"], "api_secret": ready["private_key"]}
    other = {"api_key": ready["ed25519_key_name"], "api_secret": ready["ed25519_private_key"]}
    address = ready["rest"].removeprefix("https://")
    seen = rest(RESTClient(base_url=address, **keys)) | listen(ready, keys)
    seen["ed25519"] = len(RESTClient(base_url=address, **other).get_accounts().accounts)
    sys.stdout.write(json.dumps(seen))


if __name__ == "__main__":
    main()
