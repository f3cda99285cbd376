"""A control socket that serves a desk from a thread of its own, as a trader's process would."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports.log import MemoryLog
from tests.ports.metrics import MemoryMetrics
from traider.runtime.control.desk import TradingDesk
from traider.runtime.control.messages import SOCKET_NAME
from traider.runtime.control.server import ControlServer


@contextmanager
def serving(state: Path, desk: TradingDesk) -> Iterator[MemoryLog]:
    """Serve ``desk`` in the folder until the block ends; yield the server's log."""
    log = MemoryLog()
    loop = asyncio.new_event_loop()
    server = ControlServer(state / SOCKET_NAME, desk, log, MemoryMetrics())
    loop.run_until_complete(server.start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield log
    finally:
        asyncio.run_coroutine_threadsafe(server.close(), loop).result(10.0)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10.0)
        loop.close()
