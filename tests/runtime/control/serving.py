"""A control socket that serves a desk from a thread of its own, as a trader's process would."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ports.log import MemoryLog
from tests.ports.metrics import MemoryMetrics
from traider.runtime.control.commands import ControlCommand, Reload
from traider.runtime.control.desk import TradingDesk
from traider.runtime.control.front_desk import FrontDesk
from traider.runtime.control.messages import SOCKET_NAME
from traider.runtime.control.server import ControlServer


class ReloadingDesk(FrontDesk):
    """Keeps the kill file in order as before every trader, and passes on what reads settings."""

    def command(self, command: ControlCommand) -> str:
        return (
            self._desk.command(command) if isinstance(command, Reload) else super().command(command)
        )


@contextmanager
def serving(state: Path, desk: TradingDesk) -> Iterator[MemoryLog]:
    """Serve ``desk`` in the folder until the block ends; yield the server's log.

    A front desk stands before it.
    """
    log = MemoryLog()
    front = desk if isinstance(desk, FrontDesk) else ReloadingDesk(desk, state)
    loop = asyncio.new_event_loop()
    server = ControlServer(state / SOCKET_NAME, front, log, MemoryMetrics())
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
