"""Channels over a real socket: snapshots, numbers, acknowledgments, and a book that stays true."""

import asyncio
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from tests.venues.simulated.public_book import PublicBook, same_as
from tests.venues.simulated.serving import Client, Socket, request_for_tests, serve
from traider.venues.simulated.stream.user_bodies import USER_BATCH

pytestmark = pytest.mark.uncounted

FAST = request_for_tests(speed=50.0)


async def take(socket: Socket, count: int) -> list[dict[str, Any]]:
    """Return the next messages."""
    return [await socket.next() for _ in range(count)]


def test_the_snapshot_comes_first_and_every_message_is_numbered() -> None:
    async def scenario(client: Client) -> None:
        async with client.socket() as socket:
            await socket.subscribe("heartbeats")
            await socket.subscribe("level2", "BTC-USD", "ETH-USD")
            messages = await take(socket, 200)
        assert [message["sequence_num"] for message in messages] == list(range(200))
        acks = [
            m["events"][0]["subscriptions"] for m in messages if m["channel"] == "subscriptions"
        ]
        assert acks == [
            {"heartbeats": ["heartbeats"]},
            {"heartbeats": ["heartbeats"], "level2": ["BTC-USD", "ETH-USD"]},
        ]
        depth = [m["events"][0] for m in messages if m["channel"] == "l2_data"]
        assert [event["type"] for event in depth[:2]] == ["snapshot", "snapshot"]
        assert {event["type"] for event in depth[2:]} == {"update"}
        beats = [m["events"][0] for m in messages if m["channel"] == "heartbeats"]
        counters = [beat["heartbeat_counter"] for beat in beats]
        assert counters == list(range(counters[0], counters[0] + len(counters)))

    serve(scenario, FAST)


def test_the_book_of_the_channel_is_the_true_book_and_never_crossed() -> None:
    async def scenario(client: Client) -> None:
        book, last = PublicBook(), -1
        async with client.socket() as socket:
            await client.admin("POST", "/digests")
            await socket.subscribe("level2", "BTC-USD")
            for _ in range(1_000):
                message = await socket.next()
                last = message["sequence_num"]
                if message["channel"] == "l2_data":
                    book.apply(message["events"][0])
                    assert not book.is_crossed()
            await client.admin("POST", "/pause")
            (connection,) = (await client.admin("GET", "/connections"))["connections"]
            while last < connection["next_sequence_num"] - 1:
                message = await socket.next()
                last = message["sequence_num"]
                book.apply(message["events"][0])
        assert same_as(book, await client.admin("GET", "/book", product_id="BTC-USD"))

    serve(scenario, FAST)


def test_trades_come_newest_first_with_the_side_of_the_maker() -> None:
    async def scenario(client: Client) -> None:
        async with client.socket() as socket:
            await socket.subscribe("market_trades", "BTC-USD")
            await socket.until("subscriptions")
            await client.order("market_market_ioc", base_size="0.2")
            fills = (await client.get("/orders/historical/fills"))["fills"]
            seen: dict[str, str] = {}
            while not {fill["trade_id"] for fill in fills} <= set(seen):
                (event,) = (await socket.until("market_trades"))["events"]
                numbers = [int(trade["trade_id"]) for trade in event["trades"]]
                assert numbers == sorted(numbers, reverse=True)
                seen |= {trade["trade_id"]: trade["side"] for trade in event["trades"]}
        assert {seen[fill["trade_id"]] for fill in fills} == {"SELL"}

    serve(scenario, FAST)


def test_ticker_candles_and_status_speak_of_the_market() -> None:
    async def scenario(client: Client) -> None:
        async with client.socket() as socket:
            for channel in ("ticker", "candles", "ticker_batch"):
                await socket.subscribe(channel, "BTC-USD")
            await socket.subscribe("status")
            ticker = (await socket.until("ticker"))["events"][0]["tickers"][0]
            assert Decimal(ticker["best_bid"]) < Decimal(ticker["best_ask"])
            (candles,) = (await socket.until("candles"))["events"]
            assert (candles["type"], len(candles["candles"])) == ("snapshot", 100)
            starts = [int(candle["start"]) for candle in candles["candles"]]
            assert starts == sorted(starts)
            assert {start % 300 for start in starts} == {0}
            batch = (await socket.until("ticker_batch"))["events"][0]["tickers"][0]
            assert "best_bid" not in batch
            (status,) = (await socket.until("status"))["events"]
            assert {product["id"] for product in status["products"]} >= {"BTC-USD", "BTC-USDC"}
            await client.admin("POST", "/products", {"product_id": "BTC-USD", "cancel_only": True})
            (status,) = (await socket.until("status"))["events"]
            assert status["products"][0]["status"] == "offline"
            assert (await socket.until("candles"))["events"][0]["type"] == "update"

    serve(scenario, FAST)


def test_an_alias_is_told_under_the_name_it_stands_for() -> None:
    async def scenario(client: Client) -> None:
        async with client.socket() as socket:
            await socket.subscribe("level2", "BTC-USDC")
            assert (await socket.next())["events"][0]["product_id"] == "BTC-USD"
            ack = (await socket.until("subscriptions"))["events"][0]["subscriptions"]
            assert ack == {"level2": ["BTC-USD"]}
            await socket.subscribe("level2", kind="unsubscribe")
            ack = (await socket.until("subscriptions"))["events"][0]["subscriptions"]
            assert ack == {}

    serve(scenario)


def test_the_user_channel_tells_the_life_of_an_order() -> None:
    async def scenario(client: Client) -> None:
        await client.admin("POST", "/pause")
        async with client.socket("/ws/user") as socket:
            await socket.subscribe("user")
            snapshot = await socket.next()
            assert snapshot["events"][0]["orders"] == []
            await socket.until("subscriptions")
            await client.order("market_market_ioc", base_size="0.1", client_order_id='c-"1"')
            states: list[dict[str, Any]] = []
            while not states or states[-1]["status"] != "FILLED":
                states.append((await socket.until("user"))["events"][0]["orders"][0])
        assert states[0]["status"] == "PENDING"
        assert {state["client_order_id"] for state in states} == {'c-"1"'}
        done = [Decimal(state["cumulative_quantity"]) for state in states]
        assert done == sorted(done)
        assert all(
            Decimal(s["cumulative_quantity"]) + Decimal(s["leaves_quantity"]) == Decimal("0.1")
            for s in states
        )
        fills = (await client.get("/orders/historical/fills"))["fills"]
        assert Decimal(states[-1]["total_fees"]) == sum(Decimal(f["commission"]) for f in fills)
        assert int(states[-1]["number_of_fills"]) == len(fills)

    serve(scenario)


def test_the_snapshot_of_orders_ends_with_a_batch_that_is_not_full() -> None:
    async def scenario(client: Client) -> None:
        for number in range(USER_BATCH):
            await client.order(
                "limit_limit_gtc", base_size="0.001", limit_price=str(1_000 + number)
            )
        async with client.socket("/ws/user") as socket:
            await socket.subscribe("user")
            first, second = [(await socket.next())["events"][0]["orders"] for _ in range(2)]
        assert (len(first), len(second)) == (USER_BATCH, 0)

    serve(scenario)


def test_wrong_requests_are_answered_without_channel() -> None:
    async def scenario(client: Client) -> list[str]:
        async with client.socket() as socket:
            await socket.subscribe("heartbeat")
            await socket.subscribe("level2", "NO-USD")
            await socket.subscribe("level2")
            await socket.subscribe("user", jwt="nonsense")
            await socket.connected.send_str('{"type":"subscribe","channel":"user"}')
            await socket.connected.send_str("{")
            answers = await take(socket, 6)
        assert all(set(answer) == {"type", "message"} for answer in answers)
        return [answer["message"] for answer in answers]

    assert serve(scenario) == [
        "authentication failure",
        "NO-USD is not a valid product",
        "product_ids is required",
        "authentication failure",
        "authentication failure",
        "invalid message",
    ]


def test_a_connection_that_does_not_subscribe_is_closed(monkeypatch: Any) -> None:
    monkeypatch.setattr("traider.venues.simulated.sockets.FIRST_SUBSCRIBE_S", 0.05)

    async def scenario(client: Client) -> tuple[bool, int | None]:
        async with client.socket() as socket:
            message = await asyncio.wait_for(socket.connected.receive(), 5)
            return message.type is aiohttp.WSMsgType.CLOSE, socket.connected.close_code

    assert serve(scenario) == (True, 1008)
