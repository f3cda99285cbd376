"""Accounts, fees, portfolios and the older paths over real sockets."""

from decimal import Decimal

from tests.venues.simulated.serving import Client, serve


def test_accounts_page_and_are_told_one_by_one() -> None:
    async def scenario(client: Client) -> None:
        await client.admin("POST", "/pause")
        whole = await client.get("/accounts")
        assert (whole["has_next"], whole["size"]) == (False, 7)
        seen, cursor = [], ""
        while True:
            page = await client.get("/accounts", limit="3", cursor=cursor)
            seen += [account["currency"] for account in page["accounts"]]
            cursor = page["cursor"]
            if not page["has_next"]:
                break
        assert seen == [account["currency"] for account in whole["accounts"]]
        one = whole["accounts"][0]
        alone = (await client.get(f"/accounts/{one['uuid']}"))["account"]
        # The pump may be amid a turn when it is paused, so the time may still move once.
        assert {**alone, "updated_at": ""} == {**one, "updated_at": ""}
        assert (await client.call("GET", "/accounts/nobody"))[0] == 404
        assert (await client.call("GET", "/accounts", cursor="nowhere"))[0] == 400
        wallets = (await client.call_path("/v2/accounts"))["data"]
        assert [wallet["currency"]["code"] for wallet in wallets] == seen

    serve(scenario)


def test_the_fee_tier_and_what_was_traded() -> None:
    async def scenario(client: Client) -> None:
        summary = await client.get("/transaction_summary")
        assert summary["fee_tier"]["taker_fee_rate"] == "0.012"
        assert summary["fee_tier"]["usd_to"] == "10000"
        assert summary["total_volume"] == 0
        answer = await client.order("market_market_ioc", base_size="0.01")
        order = await client.one(answer["success_response"]["order_id"])
        summary = await client.get("/transaction_summary")
        assert summary["total_volume"] == float(order["filled_value"])
        assert summary["total_fees"] == float(order["total_fees"])
        assert Decimal(summary["total_balance"]) > 3_000_000

    serve(scenario)


def test_a_key_sees_its_own_portfolio_only() -> None:
    async def scenario(client: Client) -> None:
        (portfolio,) = (await client.get("/portfolios"))["portfolios"]
        assert (portfolio["name"], portfolio["type"]) == ("Default", "DEFAULT")
        breakdown = (await client.get(f"/portfolios/{portfolio['uuid']}"))["breakdown"]
        assert {row["asset"] for row in breakdown["spot_positions"]} >= {"BTC", "USD"}
        assert (await client.call("GET", "/portfolios/other"))[0] == 404
        assert (await client.get("/payment_methods"))["payment_methods"] == []
        made = await client.admin("POST", "/keys", {"algorithm": "EdDSA", "new_portfolio": True})
        assert made["portfolio_uuid"] != portfolio["uuid"]
        client.signer.name, client.signer.pem = made["name"], made["private_key"]
        client.signer.algorithm = "EdDSA"
        (other,) = (await client.get("/portfolios"))["portfolios"]
        assert other["uuid"] == made["portfolio_uuid"]
        assert (await client.get("/key_permissions"))["can_trade"] is True

    serve(scenario)


def test_what_ccxt_reads_before_it_starts() -> None:
    async def scenario(client: Client) -> None:
        fiat = (await client.call_path("/v2/currencies"))["data"]
        assert [row["id"] for row in fiat] == ["USD"]
        coins = (await client.call_path("/v2/currencies/crypto"))["data"]
        assert [row["code"] for row in coins] == ["BTC", "ETH", "USDC"]
        rates = (await client.call_path("/v2/exchange-rates"))["data"]["rates"]
        price = Decimal((await client.get("/products/BTC-USD"))["price"])
        assert abs(Decimal(rates["BTC"]) * price - 1) < Decimal("0.001")

    serve(scenario)
