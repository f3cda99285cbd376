"""Every route, asked as every role, with a token, and as nobody: exactly the table lets in.

What a route does is left out: requests go over a real connection through the real door, and what is
behind it is answered with 299.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import Response

from tests.api.every_route import EVERYBODY, FoundRoute, every_route, wanted_rights
from tests.api.people import enter, token_of
from tests.api.served import Caller, serving
from traider.api.application import create_application
from traider.api.rights import RIGHTS_OF, Right, Role
from traider.api.terms import ApiTerms
from traider.runtime.config import load_config

LET_IN = 299
ROUTES = every_route(create_application(ApiTerms(Path("nowhere"), load_config())))
GUARDED = tuple(route for route in ROUTES if route.needs is not None)


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """Serve an empty state folder, with nothing behind the door."""

    async def nothing(**values: Any) -> Response:
        del values
        return Response(status_code=LET_IN)

    monkeypatch.setattr("fastapi.routing.run_endpoint_function", nothing)
    with serving(tmp_path) as url:
        yield url, tmp_path


def outcome(caller: Caller, route: FoundRoute) -> str:
    """Return ``in``, ``unknown`` or ``refused``."""
    body: object = None if route.method == "GET" else {}
    answer = caller.ask(route.method, route.at, body)
    if answer.status in (401, 403):
        return "unknown" if answer.status == 401 else "refused"
    # Behind the right come the values of the request, which are not given here.
    assert answer.status in (LET_IN, 422), (route, answer)
    return "in"


def test_every_route_needs_a_right_or_is_for_everybody() -> None:
    wrong = [
        f"{route} needs {route.needs.right if route.needs else 'nothing'}"
        for route in ROUTES
        if not (
            route.path in EVERYBODY
            if route.needs is None
            else route.needs.right in wanted_rights(route)
        )
    ]
    assert wrong == []
    assert len(GUARDED) >= 20


@pytest.mark.parametrize("role", Role)
def test_each_role_is_let_in_where_the_table_says(door: tuple[str, Path], role: Role) -> None:
    url, state = door
    with Caller(url) as caller:
        enter(caller, state, role)
        got = {str(route): outcome(caller, route) for route in GUARDED}
    wanted = {
        str(route): "in" if route.needs and route.needs.right in RIGHTS_OF[role] else "refused"
        for route in GUARDED
    }
    assert got == wanted


def test_nobody_is_let_in_nowhere(door: tuple[str, Path]) -> None:
    url, _ = door
    with Caller(url) as caller:
        assert {outcome(caller, route) for route in GUARDED} == {"unknown"}
        caller.cookies["traider_session"] = "made up"
        assert {outcome(caller, route) for route in GUARDED} == {"unknown"}
    with Caller(url, {"Authorization": "Bearer trd_made-up"}) as caller:
        assert {outcome(caller, route) for route in GUARDED} == {"unknown"}


def test_a_token_is_let_in_for_its_scopes_alone_and_never_where_it_is_dangerous(
    door: tuple[str, Path],
) -> None:
    url, state = door
    scopes = frozenset({Right.READ, Right.STOP, Right.REARM})
    with Caller(url, {"Authorization": f"Bearer {token_of(state, Role.ADMIN, scopes)}"}) as caller:
        got = {str(route): outcome(caller, route) for route in GUARDED}
    wanted = {
        str(route): "in"
        if route.needs and route.needs.right in scopes and not route.needs.fresh_code
        else "refused"
        for route in GUARDED
    }
    assert got == wanted


def test_a_session_that_proves_nothing_changes_nothing(door: tuple[str, Path]) -> None:
    # Without the word of its session, as a page of another site would send it.
    url, state = door
    with Caller(url) as caller:
        enter(caller, state, Role.ADMIN)
        del caller.headers["X-CSRF-Token"]
        got = {str(route): outcome(caller, route) for route in GUARDED}
    wanted = {str(route): "in" if route.method == "GET" else "refused" for route in GUARDED}
    assert got == wanted
