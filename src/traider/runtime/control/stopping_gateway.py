"""The emergency stop of a run whose trader does not answer, done by the gateway's own process."""

import asyncio
import time
from pathlib import Path

from traider.domain.errors import UsageError
from traider.gateway.client import command as ask
from traider.gateway.client import look
from traider.gateway.frames import Exposed
from traider.gateway.frames import Kill as KillFrame
from traider.runtime.control.socket_files import short_address
from traider.runtime.control.stop_watch import StopPhase, StopWatch
from traider.runtime.state_folder import RunPaths


def stop_by_gateway(state: Path, watch: StopWatch) -> bool:
    """Have the gateway of a folder do the stop, and look on; False where no gateway answers."""
    path = RunPaths(state).gateway_socket
    if not path.exists():
        return False
    try:
        with short_address(path) as address:
            found = asyncio.run(_stop(Path(address), watch))
    except (UsageError, OSError):
        return False
    held = found.held if watch.command.flatten else ()
    line = f"the gateway stopped everything: {_done(found)}"
    if found.orders or held:
        open_now = f"{found.orders} orders, positions in {', '.join(held) or 'nothing'}"
        watch.ended(StopPhase.OPEN, f"{line}; still open: {open_now}")
    else:
        nothing = "nothing" if watch.command.flatten else "no order"
        watch.ended(StopPhase.DONE, f"{line}; {nothing} is open")
    return True


async def _stop(path: Path, watch: StopWatch) -> Exposed:
    command, terms = watch.command, watch.terms
    keeps = not command.flatten
    asked = KillFrame(command.who, command.why, keeps, command.asked_ns, command.id)
    await ask(path, asked, terms.answer_s)
    watch.change(phase=StopPhase.STOPPING, by="gateway", answered_ns=watch.now_ns)
    end_s = time.monotonic() + terms.gateway_flat_s
    while True:
        found = await look(path, terms.answer_s)
        # What lived when everything was stopped is what is open of it and what is over since.
        orders = max(watch.seen.orders, found.orders + found.cancelled)
        positions = () if keeps else (*found.closed, *found.held)
        watch.change(orders=orders, positions=positions)
        watch.tell(orders - found.orders, found.held)
        if not found.orders and (keeps or not found.held):
            return found
        if time.monotonic() >= end_s:
            return found
        await asyncio.sleep(terms.look_s)


def _done(found: Exposed) -> str:
    closed = f"closed {', '.join(found.closed)}" if found.closed else "closed no position"
    return f"cancelled {found.cancelled} orders, {closed}"
