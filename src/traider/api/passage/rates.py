"""How often one asker, and one address, may ask.

An asker is known by the cookie or the token that came, whether it is good or not: a digest of it
names the bucket. Whoever makes tokens up has the address's bucket against them. Files of the
dashboard are not counted.
"""

import hashlib
import time
from http.cookies import CookieError, SimpleCookie
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from traider.api.addresses import one_asker
from traider.api.passage.answering import refuse
from traider.api.passage.buckets import Buckets, whole_seconds
from traider.api.problems import TooManyRequestsError
from traider.domain.metric_names import API_REFUSED_TOTAL
from traider.domain.ports import Metrics
from traider.runtime.config_api import ApiConfig

_COUNTED: Final = ("/api/", "/openapi.json")
_SESSIONS: Final = ("traider_session", "__Host-traider_session")
_DIGEST_BYTES: Final = 16


class RateLimits:
    """Refuses requests that come too fast, with the seconds to wait."""

    def __init__(self, application: ASGIApp, api: ApiConfig, metrics: Metrics | None) -> None:
        self._application = application
        self._metrics = metrics
        self._askers = Buckets(api.requests_per_second, api.requests_at_once)
        self._addresses = Buckets(api.address_requests_per_second, api.address_requests_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket") or not scope["path"].startswith(_COUNTED):
            await self._application(scope, receive, send)
            return
        wait_s, whose = self._wait(scope)
        if not wait_s:
            await self._application(scope, receive, send)
            return
        if self._metrics is not None:
            self._metrics.count(API_REFUSED_TOTAL, why=whose)
        fault = TooManyRequestsError(
            f"too many requests of this {whose}",
            after_s=whole_seconds(wait_s),
            fix=f"wait {whole_seconds(wait_s)} s; limits are in [api]",
        )
        await refuse(fault, scope, receive, send)

    def _wait(self, scope: Scope) -> tuple[float, str]:
        """Return how long to wait, 0 for not at all, and whose limit says so."""
        now_s = time.monotonic()
        address = one_asker(scope["client"][0]) if scope.get("client") else ""
        wait_s = self._addresses.take(address, now_s)
        if wait_s:
            return wait_s, "address"
        secret = _secret_of(Headers(scope=scope))
        if not secret:
            return 0.0, ""
        key = hashlib.blake2b(secret.encode(), digest_size=_DIGEST_BYTES).hexdigest()
        return self._askers.take(key, now_s), "asker"


def _secret_of(headers: Headers) -> str:
    """Return what an asker is known by; empty for nobody."""
    authorization = headers.get("authorization", "")
    if authorization:
        return authorization
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return ""
    return next((cookies[name].value for name in _SESSIONS if name in cookies), "")
