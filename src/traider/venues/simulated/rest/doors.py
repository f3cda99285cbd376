"""The doors before every REST request: rate limit, then token, then permission.

Public paths need no token. What passes has its account in ``request[PORTFOLIO]``.
"""

from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.portfolios import Portfolio
from traider.venues.simulated.rate_limits import RateLimit
from traider.venues.simulated.rest.answers import refuse, too_many, unauthorized
from traider.venues.simulated.tokens import ApiKey

BASE: Final = "/api/v3/brokerage"
PORTFOLIO: Final = web.RequestKey("portfolio", Portfolio)
KEY: Final = web.RequestKey("key", ApiKey)
_PUBLIC: Final = (f"{BASE}/time", f"{BASE}/market/", "/v2/")
_UNGUARDED: Final = ("/admin/", "/ws")


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
        public = request.path.startswith(_PUBLIC)
        exchange = self._exchange
        if not public:
            key = self._key_of(request)
            if key is None:
                return unauthorized()
            request[KEY] = key
            request[PORTFOLIO] = exchange.desk.portfolios[key.portfolio_id]
            if request.method == "POST" and "trade" not in key.permissions:
                return refuse(403, "PERMISSION_DENIED", "Missing required scopes")
        limit = exchange.doors.public if public else exchange.doors.private
        caller = str(request.remote) if public else request[PORTFOLIO].portfolio_id
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
