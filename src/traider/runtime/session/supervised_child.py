"""A session in a process that a supervisor started: it says how it is, and ends with it."""

import asyncio
from typing import Final, Protocol

from traider.runtime.status_body import AT_WORK, StatusBody
from traider.runtime.supervision.notices import Notices

_BEAT_S: Final = 1.0


class Told(Protocol):
    """A run, as far as its supervisor is concerned."""

    def status(self) -> StatusBody | None:
        """Return how it stands; None before there is anything to tell."""

    def stop(self, why: str) -> None:
        """Ask for the end, in order."""


async def tell_supervisor(session: Told, notices: Notices) -> None:
    """Beat until cancelled; say once that it trades. Without a supervisor nothing is said."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        loop.call_soon_threadsafe(session.stop, "the supervisor is gone")

    notices.watch_supervisor(end)
    was_ready = False
    while notices.is_supervised:
        body = None if was_ready else session.status()
        if body is not None and body.phase in AT_WORK:
            was_ready = True
            notices.ready()
        notices.beat()
        await asyncio.sleep(_BEAT_S)
