"""The stream of the real application over a written run: what pages get, and who gets nothing."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio

from tests.api.people import enter, token_of
from tests.api.served import Caller, serving
from traider.api.rights import Right, Role
from traider.api.security.cookies import COOKIE
from traider.api.stream.bodies import FILLS
from traider.api.stream.deltas import bare
from traider.api.stream.stream import PATH

CHANNELS = (
    "status", "pnl_update", "position_update", "order_update", "trade_executed", "signal_update",
    "risk_alert", "health_update",
)  # fmt: skip


async def heard(
    url: str, names: tuple[str, ...], headers: dict[str, str], said: object = None
) -> dict[str, Any]:
    """Listen until something came of each channel; return the bodies."""
    session = aiohttp.ClientSession()
    client = socketio.AsyncClient(reconnection=False, http_session=session)
    bodies: dict[str, Any] = {}

    async def take(message: dict[str, Any]) -> None:
        bodies[message["channel"]] = message["body"]

    for event in (*CHANNELS, "book_update"):
        client.on(event, take)
    try:
        await client.connect(
            url, headers, auth=said, socketio_path=PATH, transports=["websocket"], wait_timeout=20
        )
        await client.call("subscribe", {"channels": names})
        async with asyncio.timeout(30):
            while len(bodies) < len(names):  # noqa: ASYNC110 - a server tells
                await asyncio.sleep(0.01)
    finally:
        await client.disconnect()
        await session.close()
    return bodies


def test_the_channels_say_what_the_routes_say(traded_state: Path) -> None:
    with serving(traded_state) as url, Caller(url) as caller:
        enter(caller, traded_state, Role.VIEWER)
        cookie = {"Cookie": f"{COOKIE}={caller.cookies[COOKIE]}"}
        (product,) = caller.get("/api/v1/market/products").json["items"]
        book = f"book:{product['name']}"
        names = (*CHANNELS, book)
        bodies = asyncio.run(heard(url, names, cookie))
        routes = {
            name: caller.get(f"/api/v1/{name}").json for name in ("fills", "status", "signals")
        }
        levels = caller.get(f"/api/v1/market/book/{product['name']}?depth=15").json

    fills = [each["fill_id"] for each in routes["fills"]["items"]]
    assert [each["fill_id"] for each in bodies["trade_executed"]] == fills[:FILLS][::-1]
    assert fills
    assert bodies["status"] == bare(routes["status"])
    assert bodies["pnl_update"]["nav"] == routes["status"]["nav"]
    assert bodies["signal_update"] == bare(routes["signals"]["items"])
    assert bodies[book]["bids"] == levels["bids"]


def test_a_token_that_may_read_listens_and_another_does_not(written_state: Path) -> None:
    reads = token_of(written_state, Role.VIEWER, frozenset({Right.READ}))
    works = token_of(written_state, Role.TRADER, frozenset({Right.JOBS}))
    with serving(written_state) as url:
        bodies = asyncio.run(heard(url, ("status",), {}, {"token": reads}))
        assert bodies["status"]["mode"]
        by_header = {"Authorization": f"Bearer {reads}"}
        assert asyncio.run(heard(url, ("pnl_update",), by_header))["pnl_update"]["currency"]
        for refused in ({"token": works}, {"token": "trd_no"}, {}, None):
            with pytest.raises(socketio.exceptions.ConnectionError):
                asyncio.run(heard(url, ("status",), {}, refused))


def test_a_page_of_another_site_does_not_listen_with_our_cookie(written_state: Path) -> None:
    with serving(written_state) as url, Caller(url) as caller:
        enter(caller, written_state, Role.ADMIN)
        cookie = f"{COOKIE}={caller.cookies[COOKIE]}"
        foreign = {"Cookie": cookie, "Origin": "https://evil.example"}
        with pytest.raises(socketio.exceptions.ConnectionError):
            asyncio.run(heard(url, ("status",), foreign))
        own = {"Cookie": cookie, "Origin": url}
        assert asyncio.run(heard(url, ("status",), own))["status"]["mode"]
