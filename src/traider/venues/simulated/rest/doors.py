"""The doors before every REST request: faults, rate limit, token, permission.

Public paths need no token. ``portfolio_of`` tells the account of what passed.
"""

import asyncio
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.faults.rules import REQUEST_FAULTS, FaultKind, FaultRule
from traider.venues.simulated.portfolios import Portfolio
from traider.venues.simulated.rate_limits import RateLimit
from traider.venues.simulated.rest.answers import down, refuse, too_many, unauthorized
from traider.venues.simulated.tokens import ApiKey

BASE: Final = "/api/v3/brokerage"
_PORTFOLIO: Final = web.RequestKey("portfolio", Portfolio)
_KEY: Final = web.RequestKey("key", ApiKey)
_PUBLIC: Final = (f"{BASE}/time", f"{BASE}/market/", "/v2/currencies", "/v2/exchange-rates")
_UNGUARDED: Final = ("/admin/", "/ws")


def portfolio_of(request: web.Request) -> Portfolio:
    """Return the account of a request that the doors let in."""
    return request[_PORTFOLIO]


def key_of(request: web.Request) -> ApiKey:
    """Return the key that a request was signed with."""
    return request[_KEY]


def is_guarded(path: str) -> bool:
    """Whether ``path`` belongs to the venue: the admin endpoint and sockets do not."""
    return path != "/" and not path.startswith(_UNGUARDED)


class Doors:
    """The doors of one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def middleware(self) -> Middleware:
        """Return the doors as the web server wants them."""

        @web.middleware
        async def doors(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not is_guarded(request.path):
                return await handler(request)
            return await self._guarded(request, handler)

        return doors

    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        exchange = self._exchange
        path = request.path.removeprefix(BASE)
        if exchange.conditions.in_maintenance:
            return down(503)
        rule = exchange.faults.for_request(REQUEST_FAULTS, request.method, path)
        if rule is None:
            return await self._checked(request, handler)
        return await self._struck(request, handler, rule)

    async def _struck(
        self, request: web.Request, handler: Handler, rule: FaultRule
    ) -> web.StreamResponse:
        """Answer a request that a fault strikes."""
        match rule.kind:
            case FaultKind.RATE_LIMITED:
                return too_many({"retry-after": "1"})
            case FaultKind.SERVER_ERROR:
                return down(rule.status or 503)
            case FaultKind.EXPIRED_TOKEN:
                return unauthorized()
            case FaultKind.SLOW:
                await asyncio.sleep(self._exchange.clock.wall_seconds(rule.delay_ms))
                return await self._checked(request, handler)
            case _:
                return await self._lost(request, handler, rule)

    async def _lost(
        self, request: web.Request, handler: Handler, rule: FaultRule
    ) -> web.StreamResponse:
        """Carry a request out, and let its answer be lost."""
        await self._checked(request, handler)
        if rule.status:
            return down(rule.status)
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)

    async def _checked(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request in by rate limit, token and permission."""
        exchange = self._exchange
        public = request.path.startswith(_PUBLIC)
        if not public:
            key = self._key_of(request)
            if key is None:
                return unauthorized()
            request[_KEY] = key
            request[_PORTFOLIO] = exchange.desk.portfolios[key.portfolio_id]
            if request.method == "POST" and "trade" not in key.permissions:
                return refuse(403, "PERMISSION_DENIED", "Missing required scopes")
        limit = exchange.doors.public if public else exchange.doors.private
        caller = str(request.remote) if public else portfolio_of(request).portfolio_id
        allowed, left = limit.take(caller)
        headers = _limit_headers(limit, left)
        if not allowed:
            return too_many(headers)
        response = await handler(request)
        if not response.prepared:
            response.headers.update(headers)
        return response

    def _key_of(self, request: web.Request) -> ApiKey | None:
        """Return the key a request was signed with."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            return None
        uri = (request.method, request.host, request.rel_url.raw_path)
        found = self._exchange.verifier.verify(token, self._exchange.token_time_s(), uri=uri)
        return found if isinstance(found, ApiKey) else None


def _limit_headers(limit: RateLimit, left: int) -> dict[str, str]:
    if not limit.per_second:
        return {}
    return {
        "x-ratelimit-limit": f"{limit.per_second:g}",
        "x-ratelimit-remaining": str(left),
        "x-ratelimit-reset": "1",
    }
