"""POST /kill at a role's address: who may stop everything there, and what does it.

There is none unless a token is set. It is told as ``Authorization: Bearer TOKEN``; another one is
answered a second later. From another machine nothing is taken unless that was allowed.
"""

import asyncio
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from aiohttp import web

from traider.domain.errors import UsageError

BODY_BYTES_MAX = 4_096
_WRONG_S = 1.0


class KillOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of the request."""

    who: str
    why: str
    flatten: bool = True
    """Whether positions are closed."""


@dataclass(frozen=True)
class KillDoor:
    """What a role offers."""

    token: str
    stop: Callable[[KillOrder], str]
    """Stops everything; returns what was done, or raises ``UsageError``."""
    takes_remote: bool = False
    wrong_s: float = _WRONG_S


async def answer_kill(door: KillDoor | None, request: web.Request) -> web.Response:
    """Answer one request."""
    if door is None:
        return _answer(404, "no stop is taken here: set a token for it")
    refusal = _refusal(door, request)
    if refusal is not None:
        await asyncio.sleep(door.wrong_s)
        return refusal
    try:
        order = msgspec.json.decode(await request.read(), type=KillOrder)
        return _answer(202, await asyncio.to_thread(door.stop, order))
    except msgspec.DecodeError as fault:
        return _answer(400, f"no stop: {fault}")
    except UsageError as fault:
        return _answer(503, fault.line())


def _refusal(door: KillDoor, request: web.Request) -> web.Response | None:
    """Return what keeps somebody out; None where nothing does."""
    if not (door.takes_remote or _is_loopback(request.remote)):
        return _answer(403, "stops are taken from this machine alone")
    given = request.headers.get("Authorization", "").encode()
    if not hmac.compare_digest(given, f"Bearer {door.token}".encode()):
        return _answer(401, "the token is another one")
    if (request.content_length or 0) > BODY_BYTES_MAX:
        return _answer(413, "the request is too long")
    return None


def _is_loopback(remote: str | None) -> bool:
    return remote is not None and ipaddress.ip_address(remote).is_loopback


def _answer(status: int, line: str) -> web.Response:
    body = msgspec.json.encode({"line": line})
    return web.Response(body=body, status=status, content_type="application/json")
