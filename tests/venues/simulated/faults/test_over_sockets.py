"""Each fault strikes over real sockets, and only as often as its rule says."""

import asyncio
import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.venues.simulated.public_book import PublicBook, same_as
from tests.venues.simulated.serving import Client, Socket, request_for_tests, serve

pytestmark = pytest.mark.uncounted

FAST = request_for_tests(speed=50.0)


async def lay(client: Client, kind: str, **fields: Any) -> int:
    """Lay a rule down; return its number."""
    laid = await client.admin("POST", "/faults", {"kind": kind, **fields})
    number: int = laid["number"]
    return number


async def struck(client: Client) -> list[int]:
    """Return how often each rule struck."""
    return [rule["struck"] for rule in (await client.admin("GET", "/faults"))["faults"]]


async def texts(socket: Socket, count: int) -> list[str]:
    """Return the next messages as they came."""
    return [await asyncio.wait_for(socket.connected.receive_str(), 10) for _ in range(count)]


async def beating(client: Client, socket: Socket, kind: str, **fields: Any) -> list[str]:
    """Subscribe to heartbeats with a fault on the third; return eight messages."""
    await lay(client, kind, channel="heartbeats", after=2, **fields)
    await socket.subscribe("heartbeats")
    return await texts(socket, 8)


def numbers(messages: list[str]) -> list[int]:
    """Return the numbers of messages."""
    return [json.loads(message)["sequence_num"] for message in messages]


@pytest.mark.parametrize(
    ("kind", "fields", "expected"),
    [
        ("drop", {}, [0, 1, 2, 4, 5, 6, 7, 8]),
        ("drop", {"times": 2}, [0, 1, 2, 5, 6, 7, 8, 9]),
        ("duplicate", {}, [0, 1, 2, 3, 3, 4, 5, 6]),
        ("reorder", {}, [0, 1, 2, 4, 3, 5, 6, 7]),
        ("sequence_gap", {"count": 5}, [0, 1, 2, 8, 9, 10, 11, 12]),
        ("delay", {"delay_ms": 3000}, [0, 1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_numbers_tell_what_happened(kind: str, fields: dict[str, int], expected: list[int]) -> None:
    async def scenario(client: Client) -> tuple[list[int], list[int]]:
        async with client.socket() as socket:
            messages = await beating(client, socket, kind, **fields)
            return numbers(messages), await struck(client)

    found, times = serve(scenario, FAST)
    assert found == expected
    assert times == [fields.get("times", 1)]


def test_a_delay_lets_messages_come_together() -> None:
    async def scenario(client: Client) -> list[float]:
        loop, came = asyncio.get_running_loop(), []
        async with client.socket() as socket:
            await lay(client, "delay", channel="heartbeats", after=2, delay_ms=40_000)
            await socket.subscribe("heartbeats")
            for _ in range(12):
                await socket.next()
                came.append(loop.time())
        return came

    came = serve(scenario, FAST)
    gaps = [after - before for before, after in pairwise(came)]
    assert max(gaps) > 0.6
    assert gaps.index(max(gaps)) == 2


@pytest.mark.parametrize("kind", ["malformed", "truncated"])
def test_broken_json_is_broken_once(kind: str) -> None:
    async def scenario(client: Client) -> list[bool]:
        async with client.socket() as socket:
            messages = await beating(client, socket, kind)
        return [_is_json(message) for message in messages]

    assert serve(scenario, FAST) == [True] * 3 + [False] + [True] * 4


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(("status", "code"), [(0, 1006), (1011, 1011)])
def test_a_connection_ends(status: int, code: int) -> None:
    async def scenario(client: Client) -> int | None:
        async with client.socket() as socket:
            await lay(client, "disconnect", channel="heartbeats", after=1, status=status)
            await socket.subscribe("heartbeats")
            while (await socket.connected.receive(10)).type is aiohttp.WSMsgType.TEXT:
                continue
            return socket.connected.close_code

    assert serve(scenario, FAST) == code


def test_a_half_open_connection_is_silent_and_alive() -> None:
    async def scenario(client: Client) -> None:
        async with client.socket() as socket:
            await lay(client, "half_open", channel="heartbeats", after=1)
            await socket.subscribe("heartbeats")
            assert numbers(await texts(socket, 2)) == [0, 1]
            with pytest.raises(TimeoutError):
                await socket.connected.receive(0.3)
            assert not socket.connected.closed
            (connection,) = (await client.admin("GET", "/connections"))["connections"]
            assert connection["muted"] is True

    serve(scenario, FAST)


def test_a_book_is_crossed_for_one_message() -> None:
    async def scenario(client: Client) -> tuple[int, bool]:
        book, crossed, last = PublicBook(), 0, -1
        async with client.socket() as socket:
            await lay(client, "crossed", product_id="BTC-USD", after=50, times=3)
            await socket.subscribe("level2", "BTC-USD")
            for _ in range(300):
                message = await socket.next()
                if message["channel"] == "l2_data":
                    book.apply(message["events"][0])
                    crossed += book.is_crossed()
                    last = message["sequence_num"]
            await client.admin("POST", "/pause")
            (connection,) = (await client.admin("GET", "/connections"))["connections"]
            while last < connection["next_sequence_num"] - 1:
                message = await socket.next()
                last = message["sequence_num"]
                book.apply(message["events"][0])
        return crossed, same_as(book, await client.admin("GET", "/book", product_id="BTC-USD"))

    assert serve(scenario, FAST) == (3, True)


def test_a_snapshot_can_be_larger_than_four_mebibytes() -> None:
    async def scenario(client: Client) -> int:
        await lay(client, "big_snapshot", product_id="BTC-USD", count=25_000)
        async with client.socket() as socket:
            await socket.subscribe("level2", "BTC-USD")
            (text,) = await texts(socket, 1)
        book = PublicBook()
        book.apply(json.loads(text)["events"][0])
        assert len(book.sides["bid"]) > 25_000
        return len(text)

    assert serve(scenario) > 4 * 1024 * 1024


async def market_order(client: Client, socket: Socket, count: int) -> list[dict[str, Any]]:
    """Buy in two pieces on a quiet market; return the next states of the order."""
    await client.admin("POST", "/pause")
    await socket.subscribe("user")
    await socket.until("subscriptions")
    await client.order("market_market_ioc", base_size="0.001")
    return [(await socket.until("user"))["events"][0]["orders"][0] for _ in range(count)]


@pytest.mark.parametrize(
    ("kind", "after", "done"),
    [
        ("duplicate_fill", 1, ["0", "0.0005", "0.0005", "0.001"]),
        ("out_of_order_fill", 1, ["0", "0.001", "0.0005"]),
        ("late_fill", 1, ["0", "0.001", "0.0005"]),
    ],
)
def test_news_of_fills_come_late_double_or_out_of_order(
    kind: str, after: int, done: list[str]
) -> None:
    async def scenario(client: Client) -> list[str]:
        await lay(client, "partial_fills", count=2)
        await lay(client, kind, after=after)
        async with client.socket("/ws/user") as socket:
            states = await market_order(client, socket, len(done))
        return [state["cumulative_quantity"] for state in states]

    assert serve(scenario) == done


def test_requests_meet_429_5xx_html_and_expired_tokens() -> None:
    async def scenario(client: Client) -> list[tuple[int, Any]]:
        for kind, fields in (
            ("rate_limited", {}),
            ("server_error", {"status": 502}),
            ("expired_token", {}),
        ):
            await lay(client, kind, path="/accounts", **fields)
        return [await client.call("GET", "/accounts") for _ in range(4)]

    answers = serve(scenario)
    assert [status for status, _ in answers] == [429, 502, 401, 200]
    assert answers[0][1]["errors"][0]["id"] == "rate_limit_exceeded"
    assert answers[1][1].startswith("<html>")
    assert answers[2][1] == "Unauthorized\n"


def test_an_accepted_order_whose_answer_is_lost_is_there() -> None:
    async def scenario(client: Client) -> None:
        await lay(client, "answer_lost", method="POST", path="/orders")
        fields = {"base_size": "0.01", "limit_price": "1000", "client_order_id": "c-9"}
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await client.order("limit_limit_gtc", **fields)
        await lay(client, "answer_lost", method="POST", path="/orders", status=504)
        (order,) = (await client.get("/orders/historical/batch"))["orders"]
        assert (order["client_order_id"], order["status"]) == ("c-9", "OPEN")
        fields["client_order_id"] = "c-10"
        with pytest.raises(AssertionError, match="<html>"):
            await client.order("limit_limit_gtc", **fields)
        again = await client.order("limit_limit_gtc", **fields)
        assert again["success"] is True
        assert len((await client.get("/orders/historical/batch"))["orders"]) == 2

    serve(scenario)


def test_an_order_fails_after_it_was_accepted_and_another_fills_before_its_cancel() -> None:
    async def scenario(client: Client) -> None:
        await lay(client, "failed_after_accept")
        await lay(client, "fill_before_cancel", share=0.25)
        failed = await client.order("limit_limit_gtc", base_size="0.01", limit_price="1000")
        assert failed["success"] is True
        order = await client.one(failed["success_response"]["order_id"])
        assert (order["status"], order["outstanding_hold_amount"]) == ("FAILED", "0")
        rested = await client.order("limit_limit_gtc", base_size="0.04", limit_price="1000")
        order_id = rested["success_response"]["order_id"]
        (result,) = (await client.post("/orders/batch_cancel", {"order_ids": [order_id]}))[
            "results"
        ]
        assert result["success"] is True
        order = await client.one(order_id)
        assert (order["status"], order["filled_size"]) == ("CANCELLED", "0.01")

    serve(scenario)


def test_the_clock_can_be_wrong() -> None:
    async def scenario(client: Client) -> None:
        number = await lay(client, "clock_skew", offset_ms=3_600_000)
        assert (await client.get("/time"))["iso"].startswith("2026-01-01T01:00:")
        assert (await client.call("GET", "/accounts"))[0] == 401
        await client.admin("DELETE", f"/faults/{number}")
        assert (await client.call("GET", "/accounts"))[0] == 200

    serve(scenario)


def test_in_maintenance_no_one_is_served() -> None:
    async def scenario(client: Client) -> None:
        async with client.socket() as socket:
            await socket.subscribe("heartbeats")
            await texts(socket, 1)
            await lay(client, "maintenance")
            while (await socket.connected.receive(10)).type is aiohttp.WSMsgType.TEXT:
                continue
            assert socket.connected.close_code == 1012
        status, body = await client.call("GET", "/accounts")
        assert (status, body[:6]) == (503, "<html>")
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with client.socket():
                pass
        await client.admin("DELETE", "/faults")
        assert (await client.call("GET", "/accounts"))[0] == 200

    serve(scenario, FAST)


def test_money_comes_and_goes_behind_our_back() -> None:
    async def scenario(client: Client) -> None:
        await lay(client, "balance_change", currency="USD", change="-1000.5")
        accounts = (await client.get("/accounts"))["accounts"]
        (dollars,) = [a for a in accounts if a["currency"] == "USD"]
        assert Decimal(dollars["available_balance"]["value"]) == Decimal("998999.5")
        told = await client.admin("POST", "/balances", {"currency": "BTC", "change": "2"})
        assert told["total"] == "12"
        assert set((await client.admin("GET", "/accounts"))["sums"].values()) == {"0"}

    serve(scenario)


def test_a_restricted_product_takes_no_orders_but_cancels() -> None:
    async def scenario(client: Client) -> None:
        rested = await client.order("limit_limit_gtc", base_size="0.04", limit_price="1000")
        await lay(client, "restricted_product", product_id="BTC-USD", flag="cancel_only")
        assert (await client.get("/products/BTC-USD"))["cancel_only"] is True
        refused = await client.order("limit_limit_gtc", base_size="0.04", limit_price="1000")
        assert refused["error_response"]["error"] == "ORDER_ENTRY_DISABLED"
        order_id = rested["success_response"]["order_id"]
        (result,) = (await client.post("/orders/batch_cancel", {"order_ids": [order_id]}))[
            "results"
        ]
        assert result["success"] is True
        await client.admin("DELETE", "/faults")
        assert (await client.get("/products/BTC-USD"))["cancel_only"] is False

    serve(scenario)


def test_a_file_of_faults_is_in_force_from_the_start(tmp_path: Path) -> None:
    file = tmp_path / "faults.toml"
    file.write_text('seed = 3\n[[fault]]\nkind = "server_error"\npath = "/accounts"\n')

    async def scenario(client: Client) -> list[int]:
        return [(await client.call("GET", "/accounts"))[0] for _ in range(2)]

    assert serve(scenario, request_for_tests(faults=file)) == [503, 200]


def test_a_rule_that_cannot_be_used_is_refused() -> None:
    async def scenario(client: Client) -> list[int]:
        codes = []
        for body in ({"kind": "tea"}, {"kind": "drop", "probability": 2}, {"kin": "drop"}):
            async with client.session.post(client.server.url("/admin/faults"), json=body) as told:
                codes.append(told.status)
        assert (await client.admin("GET", "/faults"))["faults"] == []
        return codes

    assert serve(scenario) == [400, 400, 400]
