"""Trader and gateway as two processes: each may be killed, frozen or missing, and nothing is lost.

1. Killed with -9, each comes back by its supervisor, and the laws of a run hold at the exchange.
2. The supervisor killed with -9 ends both.
3. An emergency stop of a frozen trader, and of none, is done by the gateway alone, to the end.
4. A gateway that was frozen through a stop and a re-arming does not repeat the stop; until it goes
   on the status says that it does not answer.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from benchmarks.run_apart import (
    Apart,
    ask,
    is_alive,
    kill_at_once,
    laws_of,
    on_exchange,
    wait_until,
)
from benchmarks.run_process import parity_of
from benchmarks.standing_exchange import StandingExchange
from traider.runtime.status_body import Phase
from traider.runtime.status_source import find_status

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it looks into /proc"),
]
SPEED = 60.0


def test_each_may_die_or_freeze_and_nothing_is_lost(tmp_path: Path) -> None:
    async def scene() -> None:
        state = tmp_path / "run"
        async with StandingExchange(tmp_path / "exchange", SPEED) as exchange:
            said = on_exchange(exchange.url)
            pair = Apart(state, *said, "--gateway", "apart")
            try:
                await _killed_and_whole(pair, exchange)
                await _frozen(pair, exchange)
                await _rearmed(pair)
                await _gateway_frozen_through_a_stop(pair)
                await _ends_with_its_parent(pair)
            finally:
                pair.process.kill()
                pair.process.wait()
            await _stopped_without_a_trader(state, said, exchange)
        assert parity_of(state) == []

    asyncio.run(scene())


async def _killed_and_whole(pair: Apart, exchange: StandingExchange) -> None:
    """Kill the gateway while orders are under way, then the trader: the other goes on."""
    state = pair.state
    await asyncio.to_thread(wait_until, pair.holds, "a position")
    assert (state / "gateway.sock").stat().st_mode & 0o777 == 0o600
    trader, gateway = pair.child("trader"), pair.child("gateway")
    kill_at_once(gateway)
    await asyncio.to_thread(wait_until, lambda: pair.child("gateway") not in (0, gateway), "again")
    assert await laws_of(state, exchange) == []
    assert pair.child("trader") == trader
    gateway = pair.child("gateway")
    kill_at_once(trader)
    await asyncio.to_thread(wait_until, lambda: pair.child("trader") not in (0, trader), "again")
    trader = pair.child("trader")
    await asyncio.to_thread(wait_until, lambda: pair.is_trading(trader), "trading again")
    assert pair.child("gateway") == gateway
    assert await laws_of(state, exchange) == []
    told = find_status(state, 5.0).body
    assert [(each.part, each.count) for each in told.restarts] == [("gateway", 1), ("trader", 1)]
    assert "ended by SIGKILL" in told.restarts[0].why
    await asyncio.to_thread(wait_until, lambda: _tells_latency(state), "the gateway's latency")


def _tells_latency(state: Path) -> bool:
    stages = find_status(state, 5.0).body.latency_us.keys()
    return {"decide", "gate", "send", "ack"} <= stages


async def _frozen(pair: Apart, exchange: StandingExchange) -> None:
    """Stop everything while the trader is frozen; awake, it takes what was done into its books."""
    await asyncio.to_thread(wait_until, pair.holds, "a position")
    trader = pair.child("trader")
    os.kill(trader, signal.SIGSTOP)
    try:
        await _kills_to_the_end(pair.state, exchange)
    finally:
        os.kill(trader, signal.SIGCONT)
    await asyncio.to_thread(wait_until, lambda: _is_killed_and_flat(pair), "killed, flat", 30.0)
    assert not (pair.state / "kill").exists()
    assert await laws_of(pair.state, exchange) == []


async def _kills_to_the_end(state: Path, exchange: StandingExchange) -> None:
    code, told = await asyncio.to_thread(
        ask, "kill", "--state", str(state), "--why", "a try", "--json"
    )
    assert (code, told["done"]) == (0, True), told
    assert "the gateway stopped everything: cancelled" in told["line"]
    assert "nothing is open" in told["line"]
    truth = await exchange.truth()
    assert not any(truth.changes[base] for base in ("BTC", "ETH"))
    assert not [each for each in truth.orders if each.status == "OPEN"]
    assert (state / "kill").exists()


def _is_killed_and_flat(pair: Apart) -> bool:
    body = pair.status()
    return body is not None and body.phase is Phase.KILLED and not body.positions


async def _rearmed(pair: Apart) -> None:
    said = ("rearm", "--state", str(pair.state), "--why", "all is well", "--json")
    code, told = await asyncio.to_thread(ask, *said)
    assert code == 0, told


async def _gateway_frozen_through_a_stop(pair: Apart) -> None:
    """Freeze both and stop; the trader goes on, and is re-armed before the gateway goes on."""
    await asyncio.to_thread(wait_until, pair.is_trading, "trading")
    trader, gateway = pair.child("trader"), pair.child("gateway")
    try:
        os.kill(gateway, signal.SIGSTOP)
        os.kill(trader, signal.SIGSTOP)
        code, told = await asyncio.to_thread(ask, "kill", "--state", str(pair.state), "--json")
        assert code == 1, told
        os.kill(trader, signal.SIGCONT)
        await asyncio.to_thread(wait_until, lambda: _phase(pair) is Phase.KILLED, "stopped")
        assert (pair.state / "kill").exists()  # for the gateway, until a person re-arms
        await _rearmed(pair)
        assert not (pair.state / "kill").exists()
        silent = Phase.GATEWAY_SILENT
        await asyncio.to_thread(wait_until, lambda: _phase(pair) is silent, "silence", 10.0)
    finally:
        os.kill(trader, signal.SIGCONT)
        os.kill(gateway, signal.SIGCONT)
    await asyncio.to_thread(wait_until, pair.is_trading, "trading again", 20.0)
    words = "from before the last re-arming is not repeated"
    await asyncio.to_thread(wait_until, lambda: words in _said(pair.state), "the old stop", 20.0)
    assert _phase(pair) is Phase.TRADING
    assert pair.child("gateway") == gateway


def _phase(pair: Apart) -> Phase | None:
    body = pair.status()
    return None if body is None else body.phase


def _said(state: Path) -> str:
    return (state / "gateway.log.jsonl").read_text(encoding="utf-8")


async def _ends_with_its_parent(pair: Apart) -> None:
    """Kill the parent once something is held again: both end, the trader first."""
    await asyncio.to_thread(wait_until, pair.holds, "a position")
    trader, gateway = pair.child("trader"), pair.child("gateway")
    pair.process.kill()
    pair.process.wait()
    await asyncio.to_thread(
        wait_until, lambda: not is_alive(trader) and not is_alive(gateway), "the children's end"
    )
    assert not (pair.state / "gateway.sock").exists()


async def _stopped_without_a_trader(
    state: Path, said: list[str], exchange: StandingExchange
) -> None:
    """Start the gateway alone and stop: it closes what the trader had left."""
    alone = Apart(state, "--role", "gateway", *said)
    try:
        await asyncio.to_thread(wait_until, (state / "gateway.sock").exists, "the gateway")
        await _kills_to_the_end(state, exchange)
        assert await asyncio.to_thread(alone.ended) == 0
    finally:
        alone.process.kill()
        alone.process.wait()
