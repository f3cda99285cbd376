"""Every route of the application, with what it says it needs; and what the house wants it to need.

A new route fits one of the rows of ``WANTED``, the first that matches its method and path; or it
needs a row of its own, which somebody reads.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from traider.api.asking import Needs, anybody
from traider.api.rights import Right

PREFIX: Final = "/api/v1"
EVERYBODY: Final = frozenset(
    f"{PREFIX}/{path}" for path in ("health/live", "health/ready", "auth/login")
)
"""Paths of the API that need no right."""

WANTED: Final[tuple[tuple[str, str, frozenset[Right]], ...]] = (
    ("GET", "/rights", frozenset({Right.OWN})),
    (".*", "/auth/.*", frozenset({Right.OWN})),
    (".*", "/tokens.*", frozenset({Right.OWN})),
    (".*", "/users.*", frozenset({Right.PEOPLE})),
    ("POST", "/approvals/.*", frozenset({Right.APPROVE})),
    (".*", "/(audit|compliance)/.*", frozenset({Right.AUDIT})),
    ("POST", "/control/(pause|emergency-stop)", frozenset({Right.STOP})),
    (".*", "/control/orders/.*/cancel", frozenset({Right.STOP})),
    ("POST", "/control/orders.*", frozenset({Right.TRADE})),
    ("POST", "/control/rearm", frozenset({Right.REARM})),
    ("POST|PUT|PATCH", "/control/mode", frozenset({Right.MODE})),
    ("POST|PUT|PATCH", "/control/(limits|breakers).*", frozenset({Right.RISK})),
    ("POST|PUT|PATCH", "/control/(weights|thresholds).*", frozenset({Right.STRATEGY})),
    ("POST", "/risk/stress", frozenset({Right.JOBS})),
    ("POST|DELETE", "/(backtest|backfill|jobs|parity).*", frozenset({Right.JOBS})),
    ("POST", "/settings/preview", frozenset({Right.READ})),
    ("POST|PUT|PATCH|DELETE", "/(settings|notifications).*", frozenset({Right.SETTINGS})),
    ("GET", ".*", frozenset({Right.READ})),
)
"""Method, path behind the prefix, and the rights one of which the route must need."""


@dataclass(frozen=True)
class FoundRoute:
    """A route as the application has it."""

    method: str
    path: str
    needs: Needs | None
    """None where no right is needed."""

    @property
    def at(self) -> str:
        """A path that leads there, with a word for each part that is open."""
        return re.sub(r"\{[^}]*\}", "1", self.path)

    def __str__(self) -> str:
        """Name it, as tests print it."""
        return f"{self.method} {self.path}"


def every_route(application: FastAPI) -> tuple[FoundRoute, ...]:
    """Return every route of the API that a client can ask, by method."""
    found: list[FoundRoute] = []
    for context in iter_route_contexts(application.routes):
        path = str(context.path or "")
        if not isinstance(context.original_route, APIRoute) or not path.startswith(PREFIX):
            continue
        dependant: Dependant = context.dependant
        asked = [each for each in _calls(dependant) if isinstance(each, Needs)]
        assert len(asked) <= 1, f"{path} needs several rights"
        needs = asked[0] if asked else None
        found += [FoundRoute(method, path, needs) for method in sorted(context.methods or ())]
    return tuple(found)


def wanted_rights(route: FoundRoute) -> frozenset[Right]:
    """Return the rights one of which a route must need; none for those that are for everybody."""
    if route.path in EVERYBODY:
        return frozenset()
    behind = route.path.removeprefix(PREFIX)
    return next(
        (
            rights
            for methods, path, rights in WANTED
            if re.fullmatch(methods, route.method) and re.fullmatch(path, behind)
        ),
        frozenset(),
    )


def _calls(dependant: Dependant) -> Iterator[object]:
    for each in dependant.dependencies:
        if each.call is not anybody:
            yield each.call
            yield from _calls(each)
