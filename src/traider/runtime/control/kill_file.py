"""The emergency stop that needs no answer: a file ``kill`` in the state folder.

Whoever stops in an emergency leaves the file before asking the trader, which removes it when the
stop is in its journal and in the gateway's log of orders (``front_desk``), and not before: whoever
ends in between leaves it. A process that is frozen, or not there, finds it when it goes on or
starts; the gateway's own process finds it meanwhile. Any file of that name counts, so
``touch DIR/kill`` does.

A re-arming that was carried out leaves word in a file beside it, ``rearmed``: a gateway that was
frozen meanwhile may hold a stop in hand that was asked for before, and must not repeat it.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError
from traider.journal.segment_files import sync_folder
from traider.runtime.control.commands import Kill, command_bytes, command_of

KILL_NAME: Final = "kill"
REARMED_NAME: Final = "rearmed"
"""When the last re-arming was asked for."""
LOOK_S: Final = 0.1


def leave_kill(state: Path, command: Kill) -> Path:
    """Keep ``command`` in the folder, on the disk.

    Raises:
        UsageError: the folder cannot be written to.
    """
    path = state / KILL_NAME
    unfinished = path.with_name(f"{KILL_NAME}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            file.write(command_bytes(command))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        sync_folder(state)
    except OSError as fault:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise UsageError(
            f"no emergency stop can be left here: {fault.strerror}",
            where=str(state),
            fix="name the trader's state folder",
        ) from fault
    return path


def found_kill(state: Path) -> Kill | None:
    """Return the emergency stop that was left, None without one.

    A file that says nothing readable is one too: it closes positions, as ``Kill`` does by itself.
    """
    try:
        body = (state / KILL_NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError:
        body = b""
    with contextlib.suppress(UsageError):
        command = command_of(body)
        if isinstance(command, Kill):
            return command
    return Kill(who="kill file", why="a file named kill was left in the state folder")


def clear_kill(state: Path) -> None:
    """Remove the file: the stop is in the journal and in the gateway's log."""
    (state / KILL_NAME).unlink(missing_ok=True)


def note_rearmed(state: Path, asked_ns: int) -> None:
    """Leave word of a re-arming that was carried out: a gateway that is frozen finds it.

    Nothing is forced onto the disk: whoever was frozen when the machine lost its power is gone.

    Raises:
        OSError: the folder cannot be written to.
    """
    path = state / REARMED_NAME
    unfinished = path.with_name(f"{REARMED_NAME}.{os.getpid()}")
    unfinished.write_text(f"{asked_ns}\n", encoding="ascii")
    unfinished.replace(path)


def rearmed_ns(state: Path) -> int:
    """Return when the last re-arming was asked for that left word, by ``time.monotonic_ns``.

    0 where there is none, or none that can be read: what was asked to stop is stopped then.
    """
    try:
        return int((state / REARMED_NAME).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def forget_rearmed(state: Path) -> None:
    """Remove that word: a gateway that just starts has no stop before it, and clocks begin anew."""
    (state / REARMED_NAME).unlink(missing_ok=True)


async def watch_kill(state: Path, told: Callable[[Kill], None], look_s: float = LOOK_S) -> None:
    """Look for the file until cancelled, and tell each one that comes, once; it stays there.

    Args:
        state: the folder.
        told: does what is asked, before it returns.
        look_s: seconds between two looks.
    """
    last = 0
    while True:
        try:
            now = (state / KILL_NAME).stat().st_mtime_ns
        except OSError:
            now = 0
        if now not in (0, last):
            command = found_kill(state)
            if command is not None:
                told(command)
        last = now
        await asyncio.sleep(look_s)
