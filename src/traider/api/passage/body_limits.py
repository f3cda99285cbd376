"""The longest body that is taken, and the longest time that it may take.

A body whose length nobody told is counted as it comes.
"""

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from traider.api.passage.answering import refuse
from traider.api.problems import TooLargeError

BODY_S: Final = 30.0
"""Seconds in which a body must be there."""
_TOO_SLOW: Final = 408


class BodyLimit:
    """Refuses bodies of more than ``most`` bytes, and those that do not come."""

    def __init__(self, application: ASGIApp, most: int) -> None:
        self._application = application
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it at the byte that is too many."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdecimal() or int(told) > self._most:
            await refuse(self._too_large(), scope, receive, send)
            return
        taken, is_whole = 0, False
        until_s = asyncio.get_running_loop().time() + BODY_S

        async def counted() -> Message:
            nonlocal taken, is_whole
            if is_whole:
                return await receive()  # tells that somebody has gone, whenever they do
            try:
                async with asyncio.timeout_at(until_s):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(
                    _TOO_SLOW, "the body did not come in time", {"Connection": "close"}
                ) from None
            is_whole = not message.get("more_body", False)
            taken += len(message.get("body", b""))
            if taken > self._most:
                # The library that reads the body lets this kind pass, and turns others into a 400.
                raise HTTPException(TooLargeError.status, self._too_large().what)
            return message

        await self._application(scope, counted, send)

    def _too_large(self) -> TooLargeError:
        return TooLargeError(
            f"a body of more than {self._most:,} bytes is not taken",
            fix="send less, or raise api.body_bytes_max",
        )
