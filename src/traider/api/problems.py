"""Errors as answers: RFC 9457 problem details, one shape for every fault.

    raise NotFoundError("there is no order with this id", where=order_id)

A ``TraiderError`` of any room becomes a problem with its words; what nobody foresaw becomes a 500
that says no more than the id under which the log has the rest.
"""

import http
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException

from traider.api.request_ids import request_id_of
from traider.api.shapes.shape import Shape
from traider.domain.errors import (
    BusError,
    ConfigError,
    DatabaseError,
    DataError,
    KernelError,
    StrategyError,
    TraiderError,
    UsageError,
    VenueError,
)
from traider.runtime.control.client import NoTraderError, SilentTraderError

PROBLEM_TYPE: Final = "application/problem+json"
ABOUT: Final = "urn:traider:problem:"
"""What the type of each problem begins with; the rest is its title in small letters."""
_UNFORESEEN: Final = 500
_TITLES: Final = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Where the names of statuses differ between versions of Python."""


class ProblemError(TraiderError):
    """A fault with a status of its own; its children are what routes raise."""

    status = 400
    kind = ""
    """What its type ends with, where a program must tell it from others of the status."""


class NotSignedInError(ProblemError):
    """Nobody is signed in, or the token is none."""

    status = 401


class NotAllowedError(ProblemError):
    """Whoever asks has no right to this."""

    status = 403


class NotFoundError(ProblemError):
    """There is nothing of that name."""

    status = 404


class ConflictError(ProblemError):
    """What is asked for does not go with how things stand."""

    status = 409


class TooLargeError(ProblemError):
    """A body is larger than is taken."""

    status = 413


class NotUnderstoodError(ProblemError):
    """A value of the request cannot be used."""

    status = 422


class TooManyRequestsError(ProblemError):
    """Too many requests came in too short a time."""

    status = 429

    def __init__(self, what: str, *, after_s: int, where: str = "", fix: str = "") -> None:
        super().__init__(what, where=where, fix=fix)
        self.after_s = after_s
        """Seconds after which another may be made."""


_STATUSES: Final[tuple[tuple[type[TraiderError], int], ...]] = (
    (NoTraderError, 409),
    (SilentTraderError, 504),
    (ConfigError, 422),
    (UsageError, 409),
    (StrategyError, 422),
    (DatabaseError, 503),
    (DataError, 409),
    (VenueError, 502),
    (BusError, 503),
    (KernelError, 500),
)
"""Status of a fault of another room; the first that fits."""


class Fault(Shape):
    """One value of a request that cannot be used."""

    where: Annotated[str, Field(examples=["query.limit"])]
    """Place of the value in the request."""
    detail: Annotated[str, Field(examples=["Input should be less than or equal to 500"])]
    """What is wrong with it."""


class Problem(Shape):
    """What went wrong, as RFC 9457 has it."""

    type: Annotated[str, Field(examples=["urn:traider:problem:not-found"])]
    """Kind of the problem."""
    title: Annotated[str, Field(examples=["Not Found"])]
    """The kind in words."""
    status: Annotated[int, Field(examples=[404])]
    """Status of the answer."""
    detail: Annotated[str, Field(examples=["there is no order with this id"])]
    """What went wrong this time."""
    instance: Annotated[str, Field(examples=["/api/v1/orders/00000000000000ff"])]
    """Path that was asked for."""
    trace_id: Annotated[str, Field(examples=["4f6c2a9d8e1b4c03"])]
    """Id of the request: the log has it too."""
    where: Annotated[str, Field(examples=["00000000000000ff"])] = ""
    """File, key, row or value that the fault was found at."""
    fix: Annotated[str, Field(examples=["see GET /api/v1/orders for those there are"])] = ""
    """What the one who asked can do about it."""
    faults: tuple[Fault, ...] = ()
    """Each value that cannot be used, where a request has several."""


def status_of(fault: TraiderError) -> int:
    """Return the status that ``fault`` is answered with."""
    if isinstance(fault, ProblemError):
        return fault.status
    return next((status for kind, status in _STATUSES if isinstance(fault, kind)), _UNFORESEEN)


def problem_answer(
    request: Request,
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - fields of Problem, checked there
) -> JSONResponse:
    """Return a problem as the answer to ``request``."""
    title = _TITLES.get(status) or http.HTTPStatus(status).phrase
    kind = more.pop("kind", "") or title.lower().replace(" ", "-")
    problem = Problem(
        type=ABOUT + kind,
        title=title,
        status=status,
        detail=detail,
        instance=request.url.path,
        trace_id=request_id_of(request.scope),
        **more,
    )
    return JSONResponse(problem.model_dump(), status, headers, media_type=PROBLEM_TYPE)


def add_problems(application: FastAPI) -> None:
    """Have every fault of ``application`` answered as a problem."""
    application.add_exception_handler(TraiderError, _of_traider)
    application.add_exception_handler(RequestValidationError, _of_request)
    application.add_exception_handler(HTTPException, _of_http)
    application.add_exception_handler(Exception, _of_unforeseen)


async def _of_traider(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, TraiderError)  # noqa: S101 - registered for this class
    headers = None
    if isinstance(fault, TooManyRequestsError):
        headers = {"Retry-After": str(fault.after_s)}
    if isinstance(fault, NotSignedInError):
        headers = {"WWW-Authenticate": "Bearer"}
    status = status_of(fault)
    kind = fault.kind if isinstance(fault, ProblemError) else ""
    return problem_answer(
        request, status, fault.what, headers, kind=kind, where=fault.where, fix=fault.fix
    )


async def _of_request(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, RequestValidationError)  # noqa: S101 - the same
    # What was sent is not told back: it may be a password.
    faults = [
        Fault(where=".".join(str(part) for part in each["loc"]), detail=str(each["msg"]))
        for each in fault.errors()
    ]
    first = f"{faults[0].where}: {faults[0].detail}" if faults else "cannot be understood"
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return problem_answer(request, NotUnderstoodError.status, first + more, faults=faults)


async def _of_http(request: Request, fault: Exception) -> JSONResponse:
    assert isinstance(fault, HTTPException)  # noqa: S101 - the same
    return problem_answer(request, fault.status_code, str(fault.detail), fault.headers)


async def _of_unforeseen(request: Request, fault: Exception) -> JSONResponse:
    del fault  # the log has it: its words may tell what is nobody's business
    detail = "something went wrong that nobody foresaw"
    fix = "look for the trace_id in the log of the API"
    return problem_answer(request, _UNFORESEEN, detail, fix=fix)
