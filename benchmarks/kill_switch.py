"""How long the kill switch takes until a hundred resting orders are cancelled at the exchange.

A trader rests a hundred orders on the local exchange, which allows as many requests a second as
the venue does (30, after a burst), and keeps to them itself. Then KILL is told, as a person tells
it. The way is that of every kill: journal, kernel, gateway, log of orders on the disk, one request
to cancel up to a hundred orders. The time ends when the exchange has carried out the last cancel,
by its own stamp on the monotonic clock that both processes share. Singly the same hundred are
cancelled by a request each, as the venue's limit lets them pass. Last the
trader is frozen: the gateway, a process of its own, finds the kill file (it looks ten times a
second), logs the stop and cancels.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.live.address import PRODUCT
from benchmarks.live.frozen_trader import frozen_stop
from benchmarks.live.live_trader import LiveTerms, LiveTrader, live_trader
from benchmarks.live.orders import limit_order
from benchmarks.live.stamped_exchange import StampedTerms, Stamps, stamped_exchange
from benchmarks.tables import print_table
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.orders import TimeInForce
from traider.runtime.live_feed import keep

GOAL_MS: Final = 500.0
ORDERS: Final = 100
_QUIET_S: Final = 1.5
"""So that the limits are whole again when the switch is thrown."""
_PATIENCE_S: Final = 60.0
_LOOK_S: Final = 0.01


@dataclass(frozen=True)
class _Run:
    started_ns: int
    told_ns: int
    """When the trader's call returned."""


def measure(orders: int = ORDERS) -> None:
    """Print both ways."""
    rows = []
    for name, singly in (("KILL: one request for all", False), ("a request an order", True)):
        run, stamps = _measured(orders, singly=singly)
        done = [at_ns for count, at_ns in stamps.cancelled if at_ns > run.started_ns]
        cancelled = sum(count for count, at_ns in stamps.cancelled if at_ns > run.started_ns)
        if cancelled < orders:
            raise SystemExit(f"{cancelled} of {orders} orders were cancelled")
        rows.append(
            (
                name,
                f"{len(done)}",
                f"{(run.told_ns - run.started_ns) / 1e6:.1f}",
                f"{(max(done) - run.started_ns) / 1e6:.1f}",
            )
        )
    rows.append(_frozen(orders))
    print_table(
        f"Kill switch: {orders} resting orders cancelled at the exchange under its limits "
        f"(goal {GOAL_MS:g} ms)",
        ("way", "requests", "trader's own part ms", "until the last is cancelled ms"),
        rows,
    )


def _frozen(orders: int) -> tuple[str, str, str, str]:
    """Return the row of a trader that is frozen."""
    run = frozen_stop(orders)
    done = [(count, at_ns) for count, at_ns in run.stamps.cancelled if at_ns > run.started_ns]
    if sum(count for count, _ in done) < orders:
        raise SystemExit(f"{sum(count for count, _ in done)} of {orders} orders were cancelled")
    last_ms = (max(at_ns for _, at_ns in done) - run.started_ns) / 1e6
    return ("trader frozen: the gateway's process", f"{len(done)}", "–", f"{last_ms:.1f}")


def _measured(orders: int, *, singly: bool) -> tuple[_Run, Stamps]:
    terms = StampedTerms(has_limits=True)
    with tempfile.TemporaryDirectory() as folder, stamped_exchange(terms) as exchange:
        live_terms = LiveTerms(exchange.address, Path(folder), (PRODUCT,), has_limits=True)
        run = asyncio.run(_run(live_terms, orders, singly=singly))
    return run, exchange.stamps()


async def _run(terms: LiveTerms, orders: int, *, singly: bool) -> _Run:
    async with live_trader(terms) as live:
        keeping = asyncio.create_task(keep(live.feed, live.trader))
        try:
            await _rest(live, orders)
            await asyncio.sleep(_QUIET_S)
            started_ns = time.monotonic_ns()
            if singly:
                await _cancel_singly(live)
                told_ns = started_ns
            else:
                live.trader.tell(_kill())
                told_ns = time.monotonic_ns()
            await _until(live, 0)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        return _Run(started_ns, told_ns)


async def _rest(live: LiveTrader, orders: int) -> None:
    """Rest orders below the market, no faster than the venue allows."""
    await live.priced()
    for number in range(orders):
        live.trader.tell(limit_order(live, TimeInForce.GTC, below=number))
    await _until(live, orders)


async def _until(live: LiveTrader, orders: int) -> None:
    """Wait until so many orders live, each acknowledged."""
    async with asyncio.timeout(_PATIENCE_S):
        while True:
            living = live.gateway.lives.living()
            if len(living) == orders and all(life.is_acknowledged for life in living):
                return
            await asyncio.sleep(_LOOK_S)


async def _cancel_singly(live: LiveTrader) -> None:
    """Ask for the end of each order by a request of its own: one a turn of the loop."""
    for life in live.gateway.lives.living():
        await asyncio.sleep(0)
        live.executor.cancel([life.order_id])
        await asyncio.sleep(0)


def _kill() -> EventArray:
    event = empty_events(1)
    event["kind"], event["version"] = Kind.KILL, 1
    event["w2"] = 1
    return event


if __name__ == "__main__":
    measure()
