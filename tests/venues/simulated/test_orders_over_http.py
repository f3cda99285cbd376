"""Orders over real sockets: configurations, rejects inside 200, idempotence, cancel, edit, list."""

from decimal import Decimal
from typing import Any

from tests.venues.simulated.serving import Client, serve


async def best(client: Client) -> tuple[Decimal, Decimal]:
    """Return the best bid and ask, the market standing still from now on."""
    await client.admin("POST", "/pause")
    (book,) = (await client.get("/best_bid_ask", product_ids="BTC-USD"))["pricebooks"]
    return Decimal(book["bids"][0]["price"]), Decimal(book["asks"][0]["price"])


async def balances(client: Client) -> dict[str, Decimal]:
    """Return the total of each currency."""
    accounts = (await client.get("/accounts"))["accounts"]
    return {
        account["currency"]: Decimal(account["available_balance"]["value"])
        + Decimal(account["hold"]["value"])
        for account in accounts
    }


def test_a_market_order_pays_price_and_taker_fee() -> None:
    async def scenario(client: Client) -> None:
        await best(client)
        before = await balances(client)
        answer = await client.order("market_market_ioc", base_size="0.01")
        assert answer["success"] is True
        order = await client.one(answer["success_response"]["order_id"])
        assert (order["status"], order["filled_size"]) == ("FILLED", "0.01")
        value, fee = Decimal(order["filled_value"]), Decimal(order["total_fees"])
        assert fee == value * Decimal("0.012")
        after = await balances(client)
        assert after["BTC"] - before["BTC"] == Decimal("0.01")
        assert before["USD"] - after["USD"] == value + fee
        fills = (await client.get("/orders/historical/fills", order_ids=order["order_id"]))["fills"]
        assert {fill["liquidity_indicator"] for fill in fills} == {"TAKER"}
        assert sum(Decimal(fill["size"]) for fill in fills) == Decimal("0.01")
        sums = (await client.admin("GET", "/accounts"))["sums"]
        assert set(sums.values()) == {"0"}

    serve(scenario)


def test_an_amount_to_spend_includes_the_fee() -> None:
    async def scenario(client: Client) -> None:
        await best(client)
        answer = await client.order("market_market_ioc", quote_size="100")
        order = await client.one(answer["success_response"]["order_id"])
        spent = Decimal(order["total_value_after_fees"])
        assert order["status"] == "FILLED"
        assert Decimal("99.99") < spent <= 100
        assert order["size_in_quote"] is True
        (fill,) = (await client.get("/orders/historical/fills"))["fills"][:1]
        assert fill["size_in_quote"] is True
        assert Decimal(fill["size"]) / Decimal(fill["price"]) <= Decimal(order["filled_size"])

    serve(scenario)


def test_a_resting_order_holds_money_and_gives_it_back() -> None:
    async def scenario(client: Client) -> None:
        bid, _ = await best(client)
        price = bid - 100
        answer = await client.order("limit_limit_gtc", base_size="0.5", limit_price=str(price))
        order_id = answer["success_response"]["order_id"]
        held = await usd_hold(client)
        assert held == price * Decimal("0.5") * Decimal("1.012")
        assert (await client.one(order_id))["outstanding_hold_amount"] == f"{held.normalize():f}"
        results = (await client.post("/orders/batch_cancel", {"order_ids": [order_id, "x"]}))[
            "results"
        ]
        assert [r["success"] for r in results] == [True, False]
        assert results[0]["failure_reason"] == "UNKNOWN_CANCEL_FAILURE_REASON"
        assert results[1]["failure_reason"] == "UNKNOWN_CANCEL_ORDER"
        assert await usd_hold(client) == 0
        assert (await client.one(order_id))["status"] == "CANCELLED"

    serve(scenario)


async def usd_hold(client: Client) -> Decimal:
    """Return the dollars that are held."""
    accounts = (await client.get("/accounts"))["accounts"]
    return sum(Decimal(a["hold"]["value"]) for a in accounts if a["currency"] == "USD") + Decimal(0)


def test_the_same_client_order_id_returns_the_existing_order() -> None:
    async def scenario(client: Client) -> None:
        bid, _ = await best(client)
        first = await client.order(
            "limit_limit_gtc", client_order_id="c-1", base_size="0.1", limit_price=str(bid - 50)
        )
        again = await client.order("market_market_ioc", client_order_id="c-1", base_size="3")
        assert again["success_response"] == first["success_response"]
        assert "limit_limit_gtc" in again["order_configuration"]
        orders = (await client.get("/orders/historical/batch"))["orders"]
        assert [order["client_order_id"] for order in orders] == ["c-1"]

    serve(scenario)


def test_rejects_come_inside_http_200() -> None:
    async def scenario(client: Client) -> dict[str, str]:
        _, ask = await best(client)
        asked: dict[str, dict[str, Any]] = {
            "INVALID_LIMIT_PRICE_POST_ONLY": {
                "key": "limit_limit_gtc", "limit_price": str(ask), "post_only": True,
            },
            "INSUFFICIENT_FUND": {
                "key": "limit_limit_gtc", "limit_price": "60000", "base_size": "99",
            },
            "INVALID_SIZE_PRECISION": {
                "key": "limit_limit_gtc", "limit_price": "1", "base_size": "0.000000001",
            },
            "INVALID_PRICE_PRECISION": {"key": "limit_limit_gtc", "limit_price": "1.001"},
            "UNSUPPORTED_ORDER_CONFIGURATION": {"key": "market_market_fok"},
            "INVALID_PRODUCT_ID": {"key": "market_market_ioc", "product_id": "NO-USD"},
            "INVALID_SIDE": {"key": "market_market_ioc", "side": "HOLD"},
            "POST_ONLY_NOT_ALLOWED_WITH_FOK": {
                "key": "limit_limit_fok", "limit_price": "1", "post_only": True,
            },
            "INVALID_BRACKET_PRICES": {
                "key": "trigger_bracket_gtc", "side": "SELL", "limit_price": "1",
                "stop_trigger_price": "2",
            },
        }  # fmt: skip
        found = {}
        for reason, fields in asked.items():
            answer = await client.order(**({"base_size": "0.01"} | fields))
            assert answer["success"] is False
            found[reason] = answer["error_response"]["new_order_failure_reason"]
            assert answer["error_response"]["preview_failure_reason"].startswith("PREVIEW_")
        return found

    found = serve(scenario)
    assert found == {reason: reason for reason in found}
    assert len(found) == 9


def test_fill_or_kill_and_immediate_or_cancel() -> None:
    async def scenario(client: Client) -> None:
        _, ask = await best(client)
        killed = await client.order("limit_limit_fok", base_size="9", limit_price=str(ask))
        order = await client.one(killed["success_response"]["order_id"])
        assert (order["status"], order["filled_size"]) == ("CANCELLED", "0")
        part = await client.order("sor_limit_ioc", base_size="9", limit_price=str(ask))
        order = await client.one(part["success_response"]["order_id"])
        assert order["status"] == "CANCELLED"
        assert Decimal(0) < Decimal(order["filled_size"]) < 9

    serve(scenario)


def test_an_edit_moves_the_order_and_its_hold() -> None:
    async def scenario(client: Client) -> None:
        bid, _ = await best(client)
        answer = await client.order("limit_limit_gtc", base_size="0.5", limit_price=str(bid - 100))
        order_id = answer["success_response"]["order_id"]
        edit = {"order_id": order_id, "price": str(bid - 90), "size": "0.25"}
        assert (await client.post("/orders/edit_preview", edit))["errors"] == []
        assert (await client.post("/orders/edit", edit))["success"] is True
        order = await client.one(order_id)
        assert order["order_configuration"]["limit_limit_gtc"]["limit_price"] == str(bid - 90)
        assert await usd_hold(client) == (bid - 90) * Decimal("0.25") * Decimal("1.012")
        assert len(order["edit_history"]) == 1
        for wrong, reason in (
            ({**edit}, "EDIT_REQUEST_EQUAL_TO_ORIGINAL_REQUEST"),
            ({"order_id": order_id, "price": str(bid)}, "CANNOT_EDIT_TO_BELOW_FILLED_SIZE"),
            ({"order_id": "x", "price": "1", "size": "1"}, "ORDER_NOT_FOUND"),
        ):
            refused = await client.post("/orders/edit", wrong)
            assert refused["errors"][0]["edit_failure_reason"] == reason
        await client.post("/orders/batch_cancel", {"order_ids": [order_id]})
        refused = await client.post("/orders/edit", edit)
        assert refused["errors"][0]["edit_failure_reason"] == "ONLY_OPEN_ORDERS_CAN_BE_EDITED"

    serve(scenario)


def test_a_preview_says_what_the_order_then_costs() -> None:
    async def scenario(client: Client) -> None:
        await best(client)
        configuration = {"market_market_ioc": {"base_size": "0.02"}}
        told = await client.post(
            "/orders/preview",
            {"product_id": "BTC-USD", "side": "BUY", "order_configuration": configuration},
        )
        answer = await client.order("market_market_ioc", base_size="0.02")
        order = await client.one(answer["success_response"]["order_id"])
        assert told["errs"] == []
        assert told["order_total"] == order["total_value_after_fees"]
        assert told["commission_total"] == order["total_fees"]

    serve(scenario)


def test_lists_page_and_filter() -> None:
    async def scenario(client: Client) -> None:
        bid, _ = await best(client)
        for number in range(5):
            await client.order(
                "limit_limit_gtc", client_order_id=f"c-{number}", base_size="0.01",
                limit_price=str(bid - 10 - number),
            )  # fmt: skip
        seen, cursor, page = [], "", {}
        for _ in range(3):
            page = await client.get("/orders/historical/batch", limit="2", cursor=cursor)
            seen += [order["client_order_id"] for order in page["orders"]]
            cursor = page["cursor"]
        assert seen == ["c-4", "c-3", "c-2", "c-1", "c-0"]
        assert (page["has_next"], cursor) == (False, "")
        none = await client.get("/orders/historical/batch", order_status="FILLED")
        assert none["orders"] == []
        status, _ = await client.call("GET", "/orders/historical/batch", cursor="nowhere")
        assert status == 400
        status, _ = await client.call("GET", "/orders/historical/batch", order_status="OPEN,FILLED")
        assert status == 400

    serve(scenario)
