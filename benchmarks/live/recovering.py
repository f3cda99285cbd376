"""A trader that is killed: it trades until then, and says how far its start has come.

``python -m benchmarks.live.recovering FOLDER ADDRESS`` writes a line a stage to standard
output, a name and a time of the monotonic clock, and goes on until it is killed. Each start rests
some orders and keeps one snapshot, as a run does each minute.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

from benchmarks.live.address import PRODUCT, Address
from benchmarks.live.live_trader import LiveTerms, LiveTrader, live_trader
from benchmarks.live.orders import limit_order
from traider.domain.orders import TimeInForce
from traider.runtime.live_feed import keep
from traider.runtime.trading.snapshots import SnapshotWriter, take_state

RESTING: Final = 20
SNAPSHOT_S: Final = 4.0


def _say(stage: str) -> None:
    sys.stdout.write(f"{stage}\t{time.monotonic_ns()}\n")
    sys.stdout.flush()


async def _trade(folder: Path, address: Address) -> None:
    async with live_trader(LiveTerms(address, folder, (PRODUCT,), told=_say)) as live:
        _say("decisions on")
        keeping = asyncio.create_task(keep(live.feed, live.trader))
        await _rest(live)
        await asyncio.sleep(SNAPSHOT_S)
        writer = SnapshotWriter(folder / "journal", _say)
        writer.write(take_state(live.trader))
        writer.close()
        _say("snapshot kept")
        await keeping


async def _rest(live: LiveTrader) -> None:
    await live.priced()
    for number in range(RESTING):
        live.trader.tell(limit_order(live, TimeInForce.GTC, below=number))


if __name__ == "__main__":
    _say("interpreter and imports")
    asyncio.run(_trade(Path(sys.argv[1]), msgspec.json.decode(sys.argv[2], type=Address)))
