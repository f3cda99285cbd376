"""The log of requests, and their metrics: who asked for what, what it came to, how long it took.

Neither query nor headers nor bodies are told: they may hold what is nobody's business.
"""

import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from traider.domain.metric_names import (
    API_REQUEST_SECONDS,
    API_REQUESTS_TOTAL,
    API_REQUESTS_UNDER_WAY,
)
from traider.domain.ports import Log, Metrics

ASKER: Final = "traider.asker"
"""Under this key of the scope a route's dependency leaves the name of who asks."""
_UNFORESEEN: Final = 500
_PATH_MAX: Final = 200
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class AccessLog:
    """Writes a line and counts for each request that is answered."""

    def __init__(self, application: ASGIApp, log: Log | None, metrics: Metrics | None) -> None:
        self._application = application
        self._log = log
        self._metrics = metrics
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and tell what came of it."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        status, begun_s = _UNFORESEEN, time.perf_counter()

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._count_under_way(1)
        try:
            await self._application(scope, receive, told)
        finally:
            self._count_under_way(-1)
            self._tell(scope, status, time.perf_counter() - begun_s)

    def _count_under_way(self, change: int) -> None:
        self._under_way += change
        if self._metrics is not None:
            self._metrics.set(API_REQUESTS_UNDER_WAY, float(self._under_way))

    def _tell(self, scope: Scope, status: int, took_s: float) -> None:
        route = _route_of(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        if self._metrics is not None:
            self._metrics.count(API_REQUESTS_TOTAL, method=method, route=route, status=str(status))
            self._metrics.observe(API_REQUEST_SECONDS, took_s, route=route)
        if self._log is None:
            return
        is_quiet = status < 400 and (route in ("dashboard", "none") or "/health/" in route)
        write = self._log.debug if is_quiet else self._log.info
        write(
            "request",
            method=method,
            path=scope["path"][:_PATH_MAX],
            status=status,
            ms=round(took_s * 1e3, 1),
            who=str(scope.get(ASKER, "")),
            address=scope["client"][0] if scope.get("client") else "",
        )


def _route_of(scope: Scope) -> str:
    """Return the pattern that was asked for, so that ids are no labels; ``none`` for no route."""
    pattern = getattr(scope.get("route"), "path", "")
    return str(pattern) if pattern else str(scope.get("traider.page", "none"))
