"""The emergency stop as whoever asks for it sees it: left in the folder, asked for, and watched.

    command = kill_command("ana", "wrong prices", flatten=True)
    path = leave_kill(state, command)              # from here on the stop holds, whatever dies
    done = carry_out(state, command, path, told)   # asks the trader, else the gateway; looks on

A trader that answers does it, and removes the file when the gateway has it too: no stop is done
before that. Where the trader is frozen, not there or ends meanwhile, the gateway does it, if that
is a process of its own; else the stop waits in the folder for whichever process of the run goes on
or starts. ``told`` hears each time that something is gone.
"""

import time
import uuid
from pathlib import Path
from typing import Final

from traider.domain.errors import DataError, TraiderError, UsageError
from traider.runtime.control.client import ControlClient, SilentTraderError
from traider.runtime.control.commands import Kill
from traider.runtime.control.kill_file import found_kill
from traider.runtime.control.stop_watch import StopPhase, StopSeen, StopTerms, StopWatch, Told
from traider.runtime.control.stopping_gateway import stop_by_gateway
from traider.runtime.status_body import StatusBody
from traider.runtime.status_file import read_status

_WAITING_LOOK_S: Final = 0.25


def kill_command(who: str, why: str, *, flatten: bool, stop_id: str = "") -> Kill:
    """Return an emergency stop that is asked for now."""
    return Kill(
        who=who, why=why, flatten=flatten,
        asked_ns=time.monotonic_ns(), id=stop_id or uuid.uuid4().hex,
    )  # fmt: skip


def carry_out(
    state: Path, command: Kill, left: Path, told: Told, terms: StopTerms | None = None
) -> StopSeen:
    """Have a stop that lies in the folder carried out, and look on until all is gone.

    Args:
        state: the folder.
        command: the stop.
        left: file that it lies in.
        told: hears how it stands whenever that changes.
        terms: patience.
    """
    watch = StopWatch(command, told, terms or StopTerms())
    taken = False
    try:
        with ControlClient(state, watch.terms.answer_s) as trader:
            before, line = trader.look_and_send(command)
            taken = True
            watch.begin(before, line)
            return _followed(trader, watch, line, left)
    except (UsageError, SilentTraderError) as fault:
        waits = _lies(left, command)
        words = _waits(fault, left if waits or not taken else None, is_taken=taken)
        last = None if taken else _last_said(state)
        if last is not None:
            watch.expect(last)
    if stop_by_gateway(state, watch):
        return watch.ended(watch.seen.phase, f"{watch.seen.line}; {words}")
    return watch.ended(StopPhase.OPEN if taken and not waits else StopPhase.WAITING, words)


def follow_waiting(
    state: Path, command: Kill, left: Path, told: Told, seen: StopSeen, terms: StopTerms
) -> StopSeen:
    """Look on after a stop that waits in the folder: until it was taken, and all is gone.

    Args:
        state: the folder.
        command: the stop.
        left: file that it lies in; it goes when the stop was carried out.
        told: hears how it stands whenever that changes.
        seen: how it stood when somebody looked last.
        terms: patience, once it was taken.
    """
    watch = StopWatch(command, told, terms)
    watch.resume(seen)
    while _lies(left, command):
        time.sleep(_WAITING_LOOK_S)
    try:
        with ControlClient(state, terms.answer_s) as trader:
            watch.change(phase=StopPhase.STOPPING, by="trader", answered_ns=watch.now_ns)
            return _followed(trader, watch, "the trader took the emergency stop that waited", left)
    except (UsageError, SilentTraderError) as fault:
        words = f"the emergency stop waits no more, and how it went is not known: {fault.what}"
        return watch.ended(StopPhase.OPEN, words)


def _last_said(state: Path) -> StatusBody | None:
    """Return what the trader said last of itself, where that can be read."""
    try:
        return read_status(state)
    except DataError:
        return None


def _followed(trader: ControlClient, watch: StopWatch, line: str, left: Path) -> StopSeen:
    """Look on while the trader carries it out, until the gateway has it and all is gone."""
    end_s = time.monotonic() + watch.terms.flat_s
    while True:
        status = trader.status()
        orders, held = watch.look(status)
        waits = _lies(left, watch.command)
        if not orders and not held and not waits:
            return watch.ended(StopPhase.DONE, f"{line}; {_end_state(status)}")
        if time.monotonic() >= end_s:
            if waits:
                line = f"{line}; the gateway has not confirmed it: it waits in {left}"
            if not orders and not held:
                return watch.ended(StopPhase.OPEN, f"{line}; {_end_state(status)}")
            positions = f"positions in {', '.join(held)}" if held else "no position"
            words = f"still open: {orders} orders, {positions}; watch it with traider status"
            return watch.ended(StopPhase.OPEN, f"{line}; {words}")
        time.sleep(watch.terms.look_s)


def _end_state(status: StatusBody) -> str:
    """Return what is left, when all that was to go is gone."""
    held = [each.name for each in status.positions]
    if not held:
        return "no order and no position is left"
    guarded = {each.name for each in status.orders}
    bare = [name for name in held if name not in guarded]
    lack = f"; no order guards {', '.join(bare)}" if bare else ""
    return f"kept: {', '.join(held)}, with {len(status.orders)} orders that guard them{lack}"


def _lies(left: Path, command: Kill) -> bool:
    """Whether the stop lies in the folder still: the gateway has not confirmed it."""
    found = found_kill(left.parent)
    return found is not None and found.id == command.id


def _waits(fault: TraiderError, left: Path | None, *, is_taken: bool) -> str:
    words = fault.what
    if is_taken:
        words = f"the trader took the emergency stop, and then: {words}"
    return words if left is None else f"{words}: the emergency stop waits in {left}"
