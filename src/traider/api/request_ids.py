"""An id for each request: in the answer's header, in its problem, and in the log."""

import re
import secrets
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "X-Request-ID"
_KEY: Final = "traider.request_id"
_TAKEN: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
"""An id that a proxy before us gave is kept if it looks like this; another is no id."""


class RequestIds:
    """Gives each request an id."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with an id, and tell it in the answer."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(HEADER, "")
        request_id = given if _TAKEN.fullmatch(given) else secrets.token_hex(8)
        scope[_KEY] = request_id

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self._app(scope, receive, told)


def request_id_of(scope: Scope) -> str:
    """Return the id of a request; empty where none was given."""
    return str(scope.get(_KEY, ""))
