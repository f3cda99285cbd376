"""How those who stand by are: a small file each in the state folder, written once a second.

A standby serves no socket: the leader does, and what is asked of the run is asked there. Its file
is removed when it ends or leads; one that was killed leaves it behind, and it is passed over then.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from traider.domain.errors import TraiderError
from traider.runtime.status_body import StandbyBody

if TYPE_CHECKING:  # whoever asks for a status need not load the kernel
    from traider.runtime.leadership.standby import Standby
    from traider.runtime.trading.recovery import Follower

_NAME: Final = "standby.{}.json"
_EVERY_S: Final = 1.0
_NS_PER_S: Final = 1_000_000_000


class StandbyFile:
    """The file of this process.

    Args:
        folder: the state folder.
        tell: told in words how far behind it is.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self._path = folder / _NAME.format(os.getpid())
        self._tell = tell
        self._since_ns = time.time_ns()
        self._standby: Standby[Follower] | None = None
        """None until its kernel is warm."""

    def watch(self, standby: "Standby[Follower]") -> None:
        """Tell of a standby whose kernel is warm."""
        self._standby = standby

    async def run(self) -> None:
        """Write until cancelled, then remove the file."""
        try:
            while True:
                await asyncio.to_thread(self._write)
                await asyncio.sleep(_EVERY_S)
        finally:
            self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        body = self._body()
        self._tell(said(body))
        part = self._path.with_suffix(".part")
        with contextlib.suppress(OSError):  # a full disk keeps nobody from standing by
            part.write_bytes(msgspec.json.encode(body))
            part.replace(self._path)

    def _body(self) -> StandbyBody:
        events, seconds, is_ready = 0, 0.0, False
        if self._standby is not None:
            with contextlib.suppress(TraiderError):  # no journal yet, or half a block at its end
                lag = self._standby.lag()
                events, seconds, is_ready = lag.events, lag.seconds, True
        return StandbyBody(os.getpid(), is_ready, events, seconds, self._since_ns, time.time_ns())


def said(body: StandbyBody) -> str:
    """Return how far behind a standby is, in words."""
    if not body.is_ready:
        return "not ready: its kernel is not warm yet"
    if not body.lag_events:
        return "ready, nothing behind"
    return f"ready, {body.lag_events:,} events ({body.lag_s:.1f} s) behind"


def read_standbys(folder: Path) -> tuple[StandbyBody, ...]:
    """Return those who stand by in ``folder``, by process; what cannot be read is passed over."""
    found = []
    for path in folder.glob(_NAME.format("*")):
        with contextlib.suppress(OSError, msgspec.DecodeError):
            body = msgspec.json.decode(path.read_bytes(), type=StandbyBody)
            if time.time_ns() - body.said_ns < _NS_PER_S * 5 or is_there(body.pid):
                found.append(body)
    return tuple(sorted(found, key=lambda each: each.pid))


def is_there(pid: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
