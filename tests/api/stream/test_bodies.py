"""The stream of the real application over a written run: what pages get, and who gets nothing."""

import asyncio
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio

from tests.api.people import enter, token_of
from tests.api.served import Caller, serving
from traider.api.facts import Facts
from traider.api.rights import Right, Role
from traider.api.security.cookies import COOKIE
from traider.api.stream.bodies import FILLS, ORDERS, RunBodies
from traider.api.stream.deltas import bare
from traider.api.stream.stream import PATH
from traider.api.terms import ApiTerms
from traider.runtime.config import load_config

CHANNELS = (
    "freshness", "status", "pnl_update", "position_update", "order_update", "order_latest",
    "trade_executed", "signal_update", "risk_alert", "health_update", "role_update",
    "limit_update", "exposure_update", "breaker_update", "var_update", "market_update",
)  # fmt: skip
OVERLAYS = Path(__file__).parents[3] / "web" / "src" / "market" / "overlays.ts"
MARKET = ("book", "depth", "tape", "bars")


async def heard(
    url: str, names: tuple[str, ...], headers: dict[str, str], said: object = None
) -> dict[str, Any]:
    """Listen until something came of each channel; return the bodies."""
    session = aiohttp.ClientSession()
    client = socketio.AsyncClient(reconnection=False, http_session=session)
    bodies: dict[str, Any] = {}

    async def take(message: dict[str, Any]) -> None:
        bodies[message["channel"]] = message["body"]

    for event in (*CHANNELS, *(f"{name}_update" for name in MARKET)):
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

        def said(path: str) -> Any:
            return caller.get(f"/api/v1/{path}").json

        (product,) = said("market/products")["items"]
        name = product["name"]
        channels = {each: f"{each}:{name}" for each in MARKET}
        channels["bars"] += " 1m ema:20"
        bodies = asyncio.run(heard(url, (*CHANNELS, *channels.values()), cookie))
        status, signals, fills = said("status"), said("signals"), said("fills")["items"]
        orders = said(f"orders?limit={ORDERS}")["items"]
        book, deep = (said(f"market/book/{name}?depth={levels}") for levels in (15, 100))
        tape = said(f"market/trades?instrument={name}&limit=100")["items"]
        bars = said(f"market/bars?instrument={name}&frame=1m&limit=3&indicators=ema:20")
        limits, breakers = said("risk/limits")["items"], said("risk/breakers")["items"]
        exposure, measured = said("risk/exposure"), said("risk/var")["measured"]
        roles = said("system/roles")["items"]

    assert [each["fill_id"] for each in bodies["trade_executed"]] == [
        each["fill_id"] for each in fills[:FILLS][::-1]
    ]
    assert fills
    assert bodies["order_latest"] == orders[::-1]
    assert orders
    # It is of a run that nobody trades: both say how old it was when they were asked.
    assert {**bodies["status"], "age_s": 0.0} == {**bare(status), "age_s": 0.0}
    assert bodies["pnl_update"]["nav"] == status["nav"]
    assert bodies["signal_update"] == signals["items"]
    assert bodies[channels["book"]]["bids"] == book["bids"]
    sizes = {level["price"]: level["size"] for level in deep["asks"]}
    assert bodies[channels["depth"]]["asks"] == sizes
    assert [each["at_ns"] for each in bodies[channels["tape"]]] == [
        each["at_ns"] for each in tape[::-1]
    ]
    assert all(each["id"] for each in bodies[channels["tape"]])
    assert bodies[channels["bars"]]["bars"] == bars["bars"]
    assert bodies[channels["bars"]]["indicators"] == bars["indicators"]
    assert bodies["market_update"] == [product]
    assert bodies["limit_update"] == limits
    assert [each["name"] for each in bodies["breaker_update"]] == [
        each["name"] for each in breakers
    ]
    assert bodies["exposure_update"]["equity"] == exposure["equity"]
    assert bodies["var_update"] == (bare(measured) if measured else {})
    assert [each["part"] for each in bodies["role_update"]] == [each["part"] for each in roles]
    assert bodies["freshness"]["trader_age_s"] >= 0.0
    assert bodies["freshness"]["journal_lag_s"] == 0.0


def test_a_channel_of_bars_names_a_frame_and_indicators_that_there_are(
    written_state: Path,
) -> None:
    bodies = RunBodies(Facts(ApiTerms(written_state, load_config(), written_state / "data")))
    assert bodies.knows("bars:SIMULATED:BTC-USD 1m")
    assert bodies.knows("bars:SIMULATED:BTC-USD 1m sma(close, 20) + 2 * stdev(close, 20),rsi:14")
    # What the dashboard asks for, each by itself.
    asked = re.findall(r'indicator: "([^"]+)"', OVERLAYS.read_text(encoding="utf-8"))
    assert asked
    for indicator in asked:
        assert bodies.knows(f"bars:SIMULATED:BTC-USD 1m {indicator}"), indicator
    for wrong in ("bars:", "bars:A:B", "bars:A:B 7m", "bars:A:B 1m nonsense(", "tape:", "other"):
        assert not bodies.knows(wrong), wrong


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
