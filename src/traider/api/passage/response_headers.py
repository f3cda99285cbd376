"""Headers that tell a browser what not to do with an answer.

An answer may bring a policy of its own, as pages do; any other may load nothing at all.
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = "Content-Security-Policy"
NOTHING: Final = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_YEAR_S: Final = 31_536_000
_STRICT: Final = f"max-age={_YEAR_S}"
"""HSTS: from then on the browser asks this host through TLS only."""


class ResponseHeaders:
    """Adds them to each answer."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and add to its answer."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        is_safe, is_api = scope["scheme"] == "https", scope["path"].startswith("/api/")

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers[name] = value
                headers.setdefault(POLICY, NOTHING)
                if is_api:
                    headers.setdefault("Cache-Control", "no-store")
                if is_safe:
                    headers["Strict-Transport-Security"] = _STRICT
            await send(message)

        await self._application(scope, receive, told)
