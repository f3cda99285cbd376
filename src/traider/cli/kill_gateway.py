"""The emergency stop of a run whose trader does not answer, done by the gateway's own process."""

import asyncio
import time
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError
from traider.gateway.client import command as ask
from traider.gateway.client import look
from traider.gateway.frames import Exposed
from traider.gateway.frames import Kill as KillFrame
from traider.runtime.control.commands import Kill
from traider.runtime.control.socket_files import short_address
from traider.runtime.state_folder import RunPaths

FLAT_S: Final = 15.0
"""How long orders and positions may take to be gone before the answer says that they are not."""
_ANSWER_S: Final = 2.0
_LOOK_S: Final = 0.1


def kill_by_gateway(state: Path, command: Kill) -> tuple[str, bool] | None:
    """Have the gateway of a folder do the stop; return a line and whether all is gone.

    None where no gateway answers.
    """
    path = RunPaths(state).gateway_socket
    if not path.exists():
        return None
    try:
        with short_address(path) as address:
            found = asyncio.run(_stop(Path(address), command))
    except (UsageError, OSError):
        return None
    held = found.held if command.flatten else ()
    line = f"the gateway stopped everything: {_done(found)}"
    if found.orders or held:
        open_now = f"{found.orders} orders, positions in {', '.join(held) or 'nothing'}"
        return f"{line}; still open: {open_now}", False
    return f"{line}; nothing is open" if command.flatten else f"{line}; no order is open", True


async def _stop(path: Path, command: Kill) -> Exposed:
    keeps = not command.flatten
    asked = KillFrame(command.who, command.why, keeps, command.asked_ns, command.id)
    await ask(path, asked, _ANSWER_S)
    end = time.monotonic() + FLAT_S
    while True:
        found = await look(path, _ANSWER_S)
        is_gone = not found.orders and not (command.flatten and found.held)
        if is_gone or time.monotonic() >= end:
            return found
        await asyncio.sleep(_LOOK_S)


def _done(found: Exposed) -> str:
    closed = f"closed {', '.join(found.closed)}" if found.closed else "closed no position"
    return f"cancelled {found.cancelled} orders, {closed}"
