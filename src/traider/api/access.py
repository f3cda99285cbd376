"""Put people and rights into the application: the house, who proves, and requests that wait."""

from typing import Annotated

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

from traider.api.facts import Facts
from traider.api.rights import Right
from traider.api.security.approvals import Approval
from traider.api.security.house import House, HousePlace
from traider.api.security.letting_through import Answers
from traider.api.security.proving import Prover
from traider.api.security.refusals import WaitsForApprovalError
from traider.api.security.terms import HOUR_NS, MINUTE_NS, AccessTerms
from traider.api.shapes.people import ApprovalShape
from traider.api.terms import ApiTerms
from traider.domain.errors import TraiderError, UsageError
from traider.runtime.status_body import Mode


def house_of_run(terms: ApiTerms, facts: Facts) -> House:
    """Return the house of the run that is shown; nothing is opened yet."""
    api = terms.config.api
    return House(
        HousePlace(terms.state, terms.config.database.url.get_secret_value()),
        AccessTerms(
            session_idle_ns=api.session_idle_minutes * MINUTE_NS,
            session_ns=api.session_hours * HOUR_NS,
            needs_two_people=api.two_person,
            origins=api.allowed_origins,
        ),
        lambda: is_live(facts),
    )


def is_live(facts: Facts) -> bool:
    """Whether the run trades real money; what cannot be read is taken for live."""
    try:
        return facts.status().body.mode is Mode.LIVE
    except UsageError:
        return False  # there is no run yet
    except TraiderError:
        return True


def add_access(application: FastAPI, house: House) -> None:
    """Have ``application`` ask ``house`` who may come in; nothing is opened yet."""
    application.state.house = house
    application.state.prover = Prover(house)
    application.state.answers = Answers()
    application.add_exception_handler(WaitsForApprovalError, _of_waiting)


def prover_of(request: Request) -> Prover:
    """Return what checks passwords and codes for the application that ``request`` came to."""
    prover = request.app.state.prover
    assert isinstance(prover, Prover)  # noqa: S101 - add_access put it there
    return prover


ProverNow = Annotated[Prover, Depends(prover_of)]
"""What checks passwords and codes, for a route."""


def answers_of(request: Request) -> Answers:
    """Return the answers that wait to be taken from the application that ``request`` came to."""
    answers = request.app.state.answers
    assert isinstance(answers, Answers)  # noqa: S101 - the same
    return answers


AnswersNow = Annotated[Answers, Depends(answers_of)]
"""Answers of approved requests, for a route."""


def approval_shape(approval: Approval) -> ApprovalShape:
    """Return how an approval is told."""
    return ApprovalShape(
        id=str(approval.id),
        right=Right(approval.right),
        what=approval.what,
        method=approval.request.method,
        path=approval.request.path,
        body=approval.request.body,
        asked_by=approval.asked_by,
        asked_ns=approval.asked_ns,
        until_ns=approval.until_ns,
        state=approval.state,
        decided_by=approval.decided_by,
        decided_ns=approval.decided_ns,
        answer_status=approval.answer_status,
    )


async def _of_waiting(request: Request, fault: Exception) -> JSONResponse:
    del request
    assert isinstance(fault, WaitsForApprovalError)  # noqa: S101 - registered for this class
    return JSONResponse(approval_shape(fault.approval).model_dump(mode="json"), 202)
