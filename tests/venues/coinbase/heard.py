"""An owner of a connection that keeps what it hears."""

import asyncio
from collections.abc import Callable


class Heard:
    """Keep messages, and wait until they say something."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.ends: list[str] = []
        self._changed = asyncio.Event()

    def received(self, raw: bytes) -> None:
        self.messages.append(raw)
        self._changed.set()

    def closed(self, why: str) -> None:
        self.ends.append(why)
        self._changed.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return once ``is_so``, which is asked after each message."""
        async with asyncio.timeout(10.0):
            while not is_so():
                self._changed.clear()
                await self._changed.wait()
