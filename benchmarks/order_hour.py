"""Thousands of orders, as hours may bring them, and whether memory stays where it is.

One trader on the local exchange gives orders one after the other: each is journaled, asked the
gate for, kept in the log on the disk, sent, accepted, ended, and heard of. The exchange's time runs
sixty times as fast as the machine's, so that the limits of the gate see them spread over hours.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.live.address import PRODUCT
from benchmarks.live.live_trader import LiveTerms, LiveTrader, live_trader
from benchmarks.live.orders import limit_order
from benchmarks.live.stamped_exchange import StampedTerms, stamped_exchange
from benchmarks.process_memory import ProcessMemory
from benchmarks.tables import print_table
from traider.domain.orders import TimeInForce
from traider.runtime.live_feed import keep

ORDERS: Final = 10_000
SPEED: Final = 60.0
_SHARES: Final = (0.1, 0.5, 1.0)
_MESSAGES_A_SECOND: Final = 0.5
"""Of the exchange's time, as in an hour that is quiet: orders are what is measured."""
_PATIENCE_S: Final = 30.0


@dataclass(frozen=True)
class _Sample:
    orders: int
    seconds: float
    memory: ProcessMemory


def measure(orders: int = ORDERS, folder: Path | None = None) -> None:
    """Print memory on the way; ``folder`` is where the run keeps what it knows."""
    terms = StampedTerms(actions_per_second=_MESSAGES_A_SECOND, speed=SPEED)
    with tempfile.TemporaryDirectory(dir=folder) as kept, stamped_exchange(terms) as exchange:
        samples = asyncio.run(
            _run(LiveTerms(exchange.address, Path(kept), (PRODUCT,), SPEED), orders)
        )
    first = samples[0].memory.own
    print_table(
        f"{orders:,} orders of one trader, one after the other",
        ("orders", "seconds", "orders/s", "own MiB", "more than at the first MiB", "of files MiB"),
        [
            (
                f"{each.orders:,}",
                f"{each.seconds:.1f}",
                f"{each.orders / each.seconds:.0f}",
                f"{each.memory.own:.1f}",
                f"{each.memory.own - first:+.1f}",
                f"{each.memory.files:.1f}",
            )
            for each in samples
        ],
    )


async def _run(terms: LiveTerms, orders: int) -> list[_Sample]:
    places = {max(1, round(orders * share)) for share in _SHARES}
    samples = []
    async with live_trader(terms) as live:
        keeping = asyncio.create_task(keep(live.feed, live.trader))
        try:
            await live.priced()
            began = time.monotonic()
            for number in range(1, orders + 1):
                live.trader.tell(limit_order(live, TimeInForce.IOC))
                await _over(live)
                live.way.forget()
                if number in places:
                    samples.append(_Sample(number, time.monotonic() - began, ProcessMemory.of()))
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        if live.trader.standing.orders_sent < orders:
            raise SystemExit(f"{live.trader.standing.orders_sent} of {orders} orders were sent")
    return samples


async def _over(live: LiveTrader) -> None:
    """Return when no order lives."""
    async with asyncio.timeout(_PATIENCE_S):
        while live.gateway.lives.living():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.0005)


if __name__ == "__main__":
    measure()
