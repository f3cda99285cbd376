"""A process that leads and orders, over a gateway in another process, until it may not any more.

    python -m tests.runtime.leadership.ordering FOLDER SOCKET led|blind

``led`` looks before each order whether it leads; ``blind`` never does, as if each of its orders
were one that froze behind that look. Lines say ``leads EPOCH``, then how it ended: ``lost`` or
``fenced``.
"""

import asyncio
import sys
import time
from pathlib import Path

from tests.gateway.orders import APPROVED, intent, packed
from tests.ports.event_sink import MemoryEvents
from tests.ports.log import MemoryLog
from tests.runtime.leadership.leading import say
from traider.domain.events import empty_events
from traider.gateway.client import FencedError, GatewayClient
from traider.gateway.port import TradingGateway
from traider.runtime.leadership.file_lease import FileLease
from traider.runtime.leadership.leadership import Leadership
from traider.runtime.leadership.lease import LeaseLostError, LeaseTerms
from traider.runtime.leadership.led_gateway import LedGateway

PACE_S = 0.01
TERMS = LeaseTerms(0.5)


def led(folder: Path) -> Leadership:
    """Wait for the lease."""
    lease = FileLease(folder, TERMS)
    while (term := lease.take()) is None:
        time.sleep(PACE_S)
    leadership = Leadership(lease, term, MemoryLog(), lambda _: None)
    leadership.start()
    return leadership


async def main(folder: str, path: str, how: str) -> None:
    say("waits")
    leadership = led(Path(folder))
    client = GatewayClient(Path(path), MemoryEvents(), MemoryLog())
    hearing = asyncio.create_task(client.run())
    gateway: TradingGateway = LedGateway(client, leadership) if how == "led" else client
    sequence = 0
    try:
        await gateway.start(leadership.epoch, 0, empty_events(0))
        say("leads", leadership.epoch)
        while True:
            sequence += 1
            gateway.submit(intent(packed(sequence, epoch=leadership.epoch)), [APPROVED])
            await asyncio.sleep(PACE_S)
    except LeaseLostError:
        say("lost")
    except FencedError:
        say("fenced")
    hearing.cancel()
    leadership.end()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
