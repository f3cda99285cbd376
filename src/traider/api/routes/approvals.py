"""Dangerous requests that wait for a second person: see, approve, refuse, take the answer."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from traider.api.access import AnswersNow, approval_shape
from traider.api.asking import Asker, HouseNow, needs
from traider.api.openapi import problems
from traider.api.problems import NotAllowedError, NotFoundError
from traider.api.rights import Right
from traider.api.routes.asked import NumberInPath
from traider.api.routes.auth import number_of
from traider.api.security.approvals import Approval
from traider.api.security.house import House
from traider.api.security.letting_through import let_through
from traider.api.shapes.people import Approvals, ApprovalShape

router = APIRouter(prefix="/approvals", tags=["approvals"])

Reader = Annotated[Asker, Depends(needs(Right.READ))]
Second = Annotated[Asker, Depends(needs(Right.APPROVE))]


@router.get("", summary="List dangerous requests", responses=problems(401, 403, 422))
def list_approvals(
    asker: Reader,
    house: HouseNow,
    waiting: Annotated[  # noqa: FBT002 - a query parameter
        bool, Query(description="Only those that wait.")
    ] = False,
) -> Approvals:
    """Return the newest requests that waited for a second person, or still do."""
    del asker
    kept = house.approvals.list(only_waiting=waiting)
    return Approvals(items=[approval_shape(approval) for approval in kept])


@router.get("/{approval_id}", summary="One dangerous request", responses=problems(401, 403, 404))
def get_approval(approval_id: NumberInPath, asker: Reader, house: HouseNow) -> ApprovalShape:
    """Return how a request stands."""
    del asker
    return approval_shape(_existing(house, approval_id))


@router.post(
    "/{approval_id}/approve",
    summary="Let a dangerous request through",
    responses=problems(401, 403, 404, 409),
)
async def approve(
    approval_id: NumberInPath,
    asker: Second,
    request: Request,
    house: HouseNow,
    answers: AnswersNow,
) -> ApprovalShape:
    """Do what somebody else asked for, as they asked it; needs its right and a fresh code.

    ``answer_status`` tells how it went. The answer itself is for the one who asked.
    """
    approval = await run_in_threadpool(_approved, house, asker, approval_id)
    answer = await let_through(request.app, approval, request)
    answers.keep(approval.id, answer)
    return await run_in_threadpool(_answered, house, asker, approval, answer.status)


@router.post(
    "/{approval_id}/refuse",
    summary="Refuse a dangerous request, or take one's own back",
    responses=problems(401, 403, 404, 409),
)
def refuse(approval_id: NumberInPath, asker: Second, house: HouseNow) -> ApprovalShape:
    """Let a request wait no more."""
    approval = _existing(house, approval_id)
    _check_right(asker, approval)
    refused = house.approvals.decide(approval.id, asker.user_id, is_approved=False)
    house.tell(asker.name, "refusal-of-approval", f"approval:{approval.id}", what=approval.what)
    return approval_shape(refused)


@router.get(
    "/{approval_id}/answer",
    summary="What my dangerous request was answered",
    responses=problems(401, 403, 404),
    response_class=Response,
)
def take_answer(
    approval_id: NumberInPath, asker: Reader, house: HouseNow, answers: AnswersNow
) -> Response:
    """Return the answer of a request that was let through, to the one who asked, once."""
    approval = _existing(house, approval_id)
    if approval.asked_by_id != asker.user_id or asker.is_token:
        raise NotAllowedError("the answer is for the one who asked", where=approval_id)
    answer = answers.take(approval.id)
    if answer is None:
        raise NotFoundError("there is no answer, or it was taken", where=approval_id)
    return Response(answer.body, media_type=answer.media_type)


def _existing(house: House, approval_id: str) -> Approval:
    number = number_of(approval_id)
    if number is None:
        raise NotFoundError("there is no such request", where=approval_id)
    return house.approvals.get(number)


def _check_right(asker: Asker, approval: Approval) -> None:
    if not asker.may(Right(approval.right)):
        raise NotAllowedError(
            f"{asker.name} has no right to {approval.right}", where=str(approval.id)
        )


def _approved(house: House, asker: Asker, approval_id: str) -> Approval:
    approval = _existing(house, approval_id)
    _check_right(asker, approval)
    asker.demand_fresh("approving a dangerous request")
    approved = house.approvals.decide(approval.id, asker.user_id, is_approved=True)
    # Told before it is done: what the audit cannot take does not happen.
    house.tell(
        asker.name,
        "approval",
        f"approval:{approval.id}",
        what=approval.what,
        asked_by=approval.asked_by,
    )
    return approved


def _answered(house: House, asker: Asker, approval: Approval, status: int) -> ApprovalShape:
    house.approvals.answered(approval.id, status)
    house.tell(asker.name, "approval-done", f"approval:{approval.id}", status=status)
    return approval_shape(house.approvals.get(approval.id))
