"""The real server keeps to its document, whatever is asked.

No fault of the server, no status, kind, header or shape of an answer that is not in the document.

Requests are made up by schemathesis from the document, good ones and bad ones, and sent as an admin
to a server over a run whose trader has ended: what would be asked of that is refused.
"""

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.people import enter
from tests.api.served import Caller, serving
from traider.api.application import create_application
from traider.api.rights import Role
from traider.api.terms import ApiTerms
from traider.runtime.config import Config, load_config

pytestmark = [pytest.mark.slow, pytest.mark.uncounted]

EXAMPLES: Final = {schemathesis.GenerationMode.POSITIVE: 3, schemathesis.GenerationMode.NEGATIVE: 2}
"""Requests of an operation, by what they are."""
LEFT_OUT: Final = (
    ("POST|PUT|PATCH|DELETE", "/auth/.*", "ends the session that asks, or changes its proof"),
    ("POST|PUT|PATCH|DELETE", "/users.*", "may end the session that asks"),
    ("POST|PUT|PATCH|DELETE", "/tokens.*", "the table of roles tries them"),
)
"""Methods and paths that are not tried, and why."""
PATIENCE_S: Final = 120.0
"""What is computed anew of a run may take a while the first time."""
CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def document() -> dict[str, Any]:
    return create_application(ApiTerms(Path("none"), Config())).openapi()


def operations() -> list[str]:
    """Return method and path of every operation that is tried."""
    return [
        f"{method.upper()} {path}"
        for path, found in document()["paths"].items()
        for method in found
        if not any(
            re.fullmatch(methods, method.upper()) and re.fullmatch(f"/api/v1{paths}", path)
            for methods, paths, _ in LEFT_OUT
        )
    ]


@dataclass(frozen=True)
class Door:
    """A server, and who is signed in there."""

    url: str
    schema: Any
    session: requests.Session


@pytest.fixture(scope="module")
def door(written_state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Serve a copy of the written run without limits on rates; sign an admin in."""
    state = shutil.copytree(written_state, tmp_path_factory.mktemp("door") / "run")
    config = load_config(
        overrides=(
            f"database.url=sqlite:///{state.parent / 'jobs.db'}", "jobs.keeps_workers=false",
            "api.requests_per_second=100000", "api.requests_at_once=1000000",
            "api.address_requests_per_second=1000000", "api.address_requests_at_once=1000000",
        )
    )  # fmt: skip
    with serving(state, config) as url, Caller(url) as caller, requests.Session() as session:
        enter(caller, state, Role.ADMIN)
        session.headers.update(caller.headers)
        session.cookies.update(caller.cookies)
        yield Door(url, schemathesis.openapi.from_dict(document()), session)


@pytest.mark.parametrize("operation", operations())
def test_what_is_answered_is_what_the_document_says(door: Door, operation: str) -> None:
    method, path = operation.split()
    answered: list[int] = []
    for mode, most in EXAMPLES.items():
        strategy = door.schema[path][method].as_strategy(generation_mode=mode)

        @settings(
            max_examples=most, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=strategy)
        def ask(case: schemathesis.Case[Any]) -> None:
            answer = case.call_and_validate(
                base_url=door.url, session=door.session, checks=CHECKS, timeout=PATIENCE_S
            )
            answered.append(answer.status_code)

        # Of an operation without a parameter there is no bad request.
        with contextlib.suppress(Unsatisfiable):
            ask()
    assert answered


def test_what_is_left_out_is_there() -> None:
    paths = [
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, found in document()["paths"].items()
        for method in found
    ]
    for methods, wanted, _ in LEFT_OUT:
        assert any(re.fullmatch(f"(?:{methods}) {wanted}", each) for each in paths), wanted
