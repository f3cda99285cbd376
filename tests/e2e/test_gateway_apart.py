"""Trader and gateway as two processes: each may be killed, frozen or missing, and nothing is lost.

1. Killed with -9, each comes back by its supervisor, and the laws of a run hold at the exchange.
2. The supervisor killed with -9 ends both.
3. An emergency stop of a frozen trader, and of none, is done by the gateway alone, to the end.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from benchmarks.run_process import parity_of
from benchmarks.standing_exchange import StandingExchange
from tests.e2e.apart import (
    Apart,
    ask,
    is_alive,
    kill_at_once,
    laws_of,
    on_exchange,
    wait_until,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it looks into /proc"),
]
SPEED = 60.0


def test_each_process_may_be_killed_and_nothing_is_lost(tmp_path: Path) -> None:
    async def scene() -> None:
        state = tmp_path / "run"
        async with StandingExchange(tmp_path / "exchange", SPEED) as exchange:
            pair = Apart(state, *on_exchange(exchange.url), "--gateway", "apart")
            try:
                await _killed_and_whole(pair, exchange)
            finally:
                pair.process.kill()
                pair.process.wait()
        assert parity_of(state) == []

    asyncio.run(scene())


async def _killed_and_whole(pair: Apart, exchange: StandingExchange) -> None:
    state = pair.state
    await asyncio.to_thread(wait_until, pair.is_trading, "trading")
    assert (state / "gateway.sock").stat().st_mode & 0o777 == 0o600
    await asyncio.to_thread(wait_until, pair.holds, "a position")
    # The gateway dies while orders are under way; the trader goes on, and meets it again.
    trader, gateway = pair.child("trader"), pair.child("gateway")
    kill_at_once(gateway)
    await asyncio.to_thread(wait_until, lambda: pair.child("gateway") not in (0, gateway), "again")
    assert await laws_of(state, exchange) == []
    assert pair.child("trader") == trader
    # The trader dies; the gateway goes on.
    gateway = pair.child("gateway")
    kill_at_once(trader)
    await asyncio.to_thread(wait_until, lambda: pair.child("trader") not in (0, trader), "again")
    trader = pair.child("trader")
    await asyncio.to_thread(wait_until, lambda: pair.is_trading(trader), "trading again")
    assert pair.child("gateway") == gateway
    assert await laws_of(state, exchange) == []
    # The supervisor dies; both end, the trader first.
    pair.process.kill()
    pair.process.wait()
    await asyncio.to_thread(
        wait_until, lambda: not is_alive(trader) and not is_alive(gateway), "the children's end"
    )
    assert not (state / "gateway.sock").exists()


def test_an_emergency_stop_needs_no_trader(tmp_path: Path) -> None:
    async def scene() -> None:
        state = tmp_path / "run"
        async with StandingExchange(tmp_path / "exchange", SPEED) as exchange:
            said = on_exchange(exchange.url)
            pair = Apart(state, *said, "--gateway", "apart")
            try:
                await asyncio.to_thread(wait_until, pair.holds, "a position")
                await _frozen(pair, exchange)
            finally:
                pair.process.kill()
                pair.process.wait()
        assert parity_of(state) == []

    asyncio.run(scene())


async def _frozen(pair: Apart, exchange: StandingExchange) -> None:
    state, trader = pair.state, pair.child("trader")
    os.kill(trader, signal.SIGSTOP)
    try:
        code, told = await asyncio.to_thread(
            ask, "kill", "--state", str(state), "--why", "frozen", "--json"
        )
        assert (code, told["done"]) == (0, True), told
        assert "the gateway stopped everything: cancelled" in told["line"]
        assert "nothing is open" in told["line"]
        truth = await exchange.truth()
        assert not any(truth.changes[base] for base in ("BTC", "ETH"))
        assert not [each for each in truth.orders if each.status == "OPEN"]
        assert (state / "kill").exists()
    finally:
        os.kill(trader, signal.SIGCONT)
    # Awake, the trader takes what the gateway did into its books, and stays stopped.
    await asyncio.to_thread(
        wait_until,
        lambda: (
            (body := pair.status()) is not None
            and body.phase.value == "killed"
            and not body.positions
        ),
        "killed and flat",
        30.0,
    )
    assert await laws_of(state, exchange) == []
    assert await asyncio.to_thread(pair.ended) == 0
