"""The parts of the passage in their order."""

from typing import Final

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from traider.api.passage.access_log import AccessLog
from traider.api.passage.body_limits import BodyLimit
from traider.api.passage.hosts import HostNames
from traider.api.passage.rates import RateLimits
from traider.api.passage.response_headers import ResponseHeaders
from traider.api.request_ids import HEADER, RequestIds
from traider.api.terms import ApiTerms

_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
_HEADERS: Final = ("Authorization", "Content-Type", "Idempotency-Key", "X-CSRF-Token", HEADER)
_SHOWN: Final = (HEADER, "Retry-After", "ETag", "Content-Disposition")
_PREFLIGHT_S: Final = 600


def through_passage(application: ASGIApp, terms: ApiTerms) -> ASGIApp:
    """Return ``application`` behind everything that requests pass through."""
    api = terms.config.api
    way: ASGIApp = BodyLimit(application, api.body_bytes_max)
    way = RateLimits(way, api, terms.metrics)
    if api.allowed_origins:
        way = CORSMiddleware(
            way,
            allow_origins=api.allowed_origins,
            allow_methods=_METHODS,
            allow_headers=_HEADERS,
            allow_credentials=True,
            expose_headers=_SHOWN,
            max_age=_PREFLIGHT_S,
        )
    way = HostNames(way, api)
    way = ResponseHeaders(way)
    way = AccessLog(way, terms.log, terms.metrics)
    return RequestIds(way)
