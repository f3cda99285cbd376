"""A process that serves a desk in a folder, as a trader does: it says each command it is given."""

import asyncio
import signal
import sys
from pathlib import Path

from tests.ports.log import MemoryLog
from tests.ports.metrics import MemoryMetrics
from tests.runtime.control.desk import KeepingDesk
from traider.runtime.control.commands import ControlCommand
from traider.runtime.control.front_desk import FrontDesk
from traider.runtime.control.kill_file import watch_kill
from traider.runtime.control.messages import SOCKET_NAME
from traider.runtime.control.server import ControlServer


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class SayingDesk(KeepingDesk):
    """Say each command."""

    def command(self, command: ControlCommand) -> str:
        _say(type(command).__name__)
        return super().command(command)


async def _serve(state: Path) -> None:
    front = FrontDesk(SayingDesk(), state)
    server = ControlServer(state / SOCKET_NAME, front, MemoryLog(), MemoryMetrics())
    await server.start()
    watching = asyncio.create_task(watch_kill(state, lambda kill: _do(front, kill)))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, watching.cancel)
    _say("ready")
    await asyncio.wait({watching})
    await server.close()


def _do(front: FrontDesk, kill: ControlCommand) -> None:
    front.command(kill)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1])))
