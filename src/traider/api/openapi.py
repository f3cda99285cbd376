"""The OpenAPI document: what the routes say, with every error in the one shape of problems.

A route declares the errors it may answer beside those of every route:

    @router.get("/orders/{order_id}", responses=problems(404))
"""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from traider.api.examples import add_examples
from traider.api.problems import PROBLEM_TYPE, Problem
from traider.api.shapes.people import ApprovalShape

_OF_EVERY_ROUTE: Final = (429, 500)
_WORDS: Final = {
    400: "The body cannot be read.",
    401: "Nobody is signed in, or the token is none.",
    403: "Whoever asks has no right to this, or must give a fresh code.",
    404: "There is nothing of that name.",
    408: "The body did not come in time.",
    409: "It does not go with how things stand.",
    413: "The body is larger than is taken.",
    422: "A value of the request cannot be used.",
    429: "Too many requests; ``Retry-After`` says how many seconds to wait.",
    500: "Something went wrong that nobody foresaw; the log has the ``trace_id``.",
    502: "A venue cannot be reached, or did not answer.",
    503: "A database or another server that is needed cannot be reached.",
    504: "The trader does not answer.",
}
_WAITS: Final = "It waits for a second person, and was not done yet: the approval is told."
_DESCRIPTION: Final = """
The front door of a Traider run, for programs and for browsers: it reads the state folder of the
run and asks the trader at its control socket.

- Money, prices and sizes are decimal text; times are nanoseconds UTC under names ending in `_ns`.
- Errors are problem details (RFC 9457) with `fix`, what the one who asked can do, and `trace_id`.
- Lists come in pages: give back `next_cursor` as `cursor`.
"""
_TAGS: Final = (
    ("health", "Whether the API lives, and whether it can answer."),
    ("status", "How the trader stands."),
    ("auth", "Log in and out, prove to be there, the second factor."),
    ("users", "People and what they may do."),
    ("tokens", "Tokens of programs."),
    ("approvals", "Dangerous requests that wait for a second person."),
    ("control", "Stop, pause, trade again; orders by hand; limits, weights, thresholds."),
    ("market", "Instruments, candles, books, trades, and how good the data are."),
    ("features", "What the strategy computes, and what each feature means."),
    ("signals", "What each alpha says, and what would have to change to trade."),
    ("orders", "What was wanted, what became of it, and why."),
    ("fills", "What traded."),
    ("positions", "What is held."),
    ("portfolio", "What the account is worth, what it made, and where that came from."),
    ("audit", "Who did what, when and why; and the proof that nothing of it was changed."),
    ("compliance", "Reports for authorities, as JSON or CSV."),
    ("system", "Parts, latencies, rates, resources, log, parity, versions."),
    ("notifications", "The ways that alerts go to people."),
    ("risk", "Limits, value at risk, exposure, correlation, breakers, stress."),
    ("backtest", "Run back-tests, read and compare them; prove the run."),
    ("backfill", "Download history; what the lake holds of each day."),
    ("jobs", "Long work of every kind."),
    ("settings", "What is set, who changed it, and what a change would do."),
)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the error answers ``statuses`` as a route declares them."""
    return {status: {"description": _WORDS[status]} for status in statuses}


def may_wait(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of a dangerous route: the errors ``statuses``, and 202 of one that waits.

    Where ``api.two_person`` is set such a request is kept until a second person decides.
    """
    waits = {"model": ApprovalShape, "description": _WAITS}
    return {202: waits, **problems(*statuses)}


def describe(application: FastAPI) -> None:
    """Have ``application`` tell its document with errors as they really are."""

    def document() -> dict[str, Any]:
        if application.openapi_schema is None:
            application.openapi_schema = _document(application)
        return application.openapi_schema

    # The way that the library's makers name for a document of one's own.
    application.openapi = document  # type: ignore[method-assign]


def _document(application: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=application.title,
        version=application.version,
        description=_DESCRIPTION.strip(),
        routes=application.routes,
        tags=[{"name": name, "description": words} for name, words in _TAGS],
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for operations in document.get("paths", {}).values():
        for operation in operations.values():
            _tell_errors(operation)
    add_examples(document)
    return document


def _of_kind(operation: dict[str, Any]) -> tuple[int, ...]:
    """Return the errors that an operation may answer for what it is, whatever it does."""
    known: tuple[int, ...] = _OF_EVERY_ROUTE
    if operation.get("security"):
        known += (401, 403)
    if "requestBody" in operation:
        known += (400, 408, 413, 422)
    if operation.get("parameters"):
        known += (422,)
    return known


def _tell_errors(operation: dict[str, Any]) -> None:
    """Name every error of an operation, each in the shape of problems."""
    responses = operation["responses"]
    for status in _of_kind(operation):
        responses.setdefault(str(status), {"description": _WORDS[status]})
    for code, answer in responses.items():
        if int(code) < 400:
            continue
        is_validation = answer.get("description") == "Validation Error"
        if "content" in answer and not is_validation:
            continue  # a shape of its own, such as that of health
        if is_validation:
            answer["description"] = _WORDS[422]
        answer["content"] = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
