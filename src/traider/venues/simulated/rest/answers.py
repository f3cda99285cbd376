"""Answers over HTTP: JSON bodies and the venue's errors."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from aiohttp import web

_encode: Final = msgspec.json.Encoder().encode
_CODES: Final = {"INVALID_ARGUMENT": 3, "NOT_FOUND": 5, "PERMISSION_DENIED": 7}


def answer(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return ``body`` as JSON."""
    return web.Response(
        body=_encode(body), status=status, content_type="application/json", headers=headers
    )


def refuse(status: int, error: str, message: str) -> web.Response:
    """Return an error in the venue's shape."""
    body: dict[str, Any] = {"error": error, "error_details": message, "message": message}
    if error in _CODES:
        body["code"] = _CODES[error]
    return answer(body, status)


def bad_argument(message: str) -> web.Response:
    """Return that a parameter cannot be used."""
    return refuse(400, "INVALID_ARGUMENT", message)


def not_found(what: str) -> web.Response:
    """Return that there is no such thing."""
    return refuse(404, "NOT_FOUND", f"{what} not found")


def unauthorized() -> web.Response:
    """Return that a token is missing or wrong: plain text, as the venue answers."""
    return web.Response(text="Unauthorized\n", status=401)


def too_many(headers: Mapping[str, str]) -> web.Response:
    """Return that the rate limit is exceeded."""
    body = {"errors": [{"id": "rate_limit_exceeded", "message": "Too many requests"}]}
    return answer(body, 429, headers)


def down(status: int) -> web.Response:
    """Return what a proxy answers when no one is behind it: HTML."""
    text = f"<html><head><title>{status}</title></head><body>Service Unavailable</body></html>"
    return web.Response(text=text, status=status, content_type="text/html")


async def json_body(request: web.Request) -> dict[str, Any] | None:
    """Return the JSON object of a request; None when it has none."""
    try:
        body = msgspec.json.decode(await request.read())
    except msgspec.DecodeError:
        return None
    return body if isinstance(body, dict) else None
