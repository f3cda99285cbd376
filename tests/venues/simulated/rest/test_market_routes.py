"""Products, books, candles, trades and time over real sockets."""

from decimal import Decimal
from typing import Any

from tests.venues.simulated.serving import START_NS, Client, serve

START_S = START_NS // 10**9


def test_products_are_listed_paged_and_told_one_by_one() -> None:
    async def scenario(client: Client) -> None:
        listed = await client.get("/products")
        names = [product["product_id"] for product in listed["products"]]
        assert names == ["BTC-USD", "BTC-USDC", "ETH-USD", "ETH-USDC"]
        assert listed["num_products"] == 4
        page = await client.get("/products", limit="2", offset="1")
        assert [product["product_id"] for product in page["products"]] == names[1:3]
        some = await client.get("/products", product_ids="ETH-USD")
        assert some["num_products"] == 1
        assert (await client.get("/products", product_type="FUTURE"))["products"] == []
        one = await client.get("/products/BTC-USDC")
        assert (one["alias"], one["price_increment"]) == ("BTC-USD", "0.01")
        assert listed["products"][0]["alias_to"] == ["BTC-USDC"]
        assert (await client.call("GET", "/products/NO-USD"))[0] == 404
        assert (await client.call("GET", "/products", limit="two"))[0] == 400

    serve(scenario)


def test_candles_come_newest_first_and_at_most_350() -> None:
    async def scenario(client: Client) -> None:
        path, start = "/products/BTC-USD/candles", START_S - 3600
        span = {"start": str(start), "end": str(START_S - 60)}
        minutes = (await client.get(path, granularity="ONE_MINUTE", **span))["candles"]
        starts = [int(candle["start"]) for candle in minutes]
        assert starts == list(range(START_S - 60, start - 1, -60))
        (hour,) = (await client.get(path, granularity="ONE_HOUR", **span))["candles"]
        assert hour["open"] == minutes[-1]["open"]
        assert hour["close"] == minutes[0]["close"]
        assert Decimal(hour["high"]) == max(Decimal(candle["high"]) for candle in minutes)
        assert Decimal(hour["volume"]) == sum(Decimal(candle["volume"]) for candle in minutes)
        public = await client.get(f"/market{path}", granularity="ONE_MINUTE", limit="3", **span)
        assert public["candles"] == minutes[:3]
        wrong: list[dict[str, Any]] = [
            {"granularity": "ONE_MINUTE", "start": str(START_S - 351 * 60), "end": str(START_S)},
            {"granularity": "ONE_MINUTE", "limit": "351", **span},
            {"granularity": "ONE_WEEK", **span},
            {"granularity": "ONE_MINUTE"},
        ]
        for query in wrong:
            status, body = await client.call("GET", path, **query)
            assert (status, body["error"]) == (400, "INVALID_ARGUMENT")
        assert (await client.call("GET", "/products/NO-USD/candles"))[0] == 404

    serve(scenario)


def test_books_and_trades_tell_one_market() -> None:
    async def scenario(client: Client) -> None:
        await client.admin("POST", "/pause")
        await client.order("market_market_ioc", base_size="0.05")
        book = await client.get("/product_book", product_id="BTC-USD", limit="3")
        bids, asks = book["pricebook"]["bids"], book["pricebook"]["asks"]
        assert (len(bids), len(asks)) == (3, 3)
        bid, ask = Decimal(bids[0]["price"]), Decimal(asks[0]["price"])
        assert Decimal(book["mid_market"]) == (bid + ask) / 2
        assert Decimal(book["spread_absolute"]) == ask - bid
        best = (await client.get("/best_bid_ask", product_ids="BTC-USD"))["pricebooks"]
        assert [best[0]["bids"], best[0]["asks"]] == [bids[:1], asks[:1]]
        assert len((await client.get("/best_bid_ask"))["pricebooks"]) == 4
        ticker = await client.get("/products/BTC-USD/ticker", limit="2")
        assert (ticker["best_bid"], ticker["best_ask"]) == (bids[0]["price"], asks[0]["price"])
        assert ticker["trades"][0]["price"] == book["last"]
        assert {trade["side"] for trade in ticker["trades"]} == {"SELL"}
        for path in ("/product_book", "/products/NO-USD/ticker"):
            assert (await client.call("GET", path))[0] == 404
        status, _ = await client.call("GET", "/product_book", product_id="BTC-USD", limit="x")
        assert status == 400
        assert (await client.call("GET", "/products/BTC-USD/ticker", limit="x"))[0] == 400

    serve(scenario)
