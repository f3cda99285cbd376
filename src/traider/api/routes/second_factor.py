"""Enroll a second factor, take it away, make other recovery codes."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from traider.api.access import ProverNow
from traider.api.asking import Asker, HouseNow, needs
from traider.api.openapi import problems
from traider.api.problems import ConflictError, NotUnderstoodError
from traider.api.rights import Right
from traider.api.routes.auth import session_of
from traider.api.security.codes import (
    factor_of,
    new_recovery_codes,
    new_secret_of_factor,
    recovery_digest,
    step_of_code,
)
from traider.api.security.cookies import give_cookie
from traider.api.security.house import House
from traider.api.security.terms import MINUTE_NS
from traider.api.shapes.people import (
    FactorConfirmation,
    NewFactorShape,
    PasswordAgain,
    RecoveryCodes,
)

router = APIRouter(prefix="/auth/mfa", tags=["auth"])

Me = Annotated[Asker, Depends(needs(Right.OWN))]
ENROLLMENT_NS: Final = 10 * MINUTE_NS
"""For how long a second factor that was begun can be confirmed."""


@router.post("", summary="Begin to enroll a second factor", responses=problems(401, 403, 409, 422))
def begin_factor(
    again: PasswordAgain, asker: Me, request: Request, house: HouseNow, prover: ProverNow
) -> NewFactorShape:
    """Return a new secret as a picture and as text; nothing is kept before it is confirmed."""
    session = session_of(asker)
    if session.has_code:
        raise ConflictError("a second factor is enrolled already", fix="take it away first")
    prover.prove(asker.user_id, asker.address, password=again.password)
    factor = factor_of(new_secret_of_factor(), asker.name, request.url.hostname or "traider")
    sealed = house.sealer.seal(f"{asker.user_id}:{factor.secret}", house.now_ns())
    return NewFactorShape(
        secret=factor.secret, address=factor.address, picture=factor.picture, enrollment=sealed
    )


@router.post("/confirm", summary="Confirm a second factor", responses=problems(401, 403, 409, 422))
def confirm_factor(
    confirmation: FactorConfirmation,
    asker: Me,
    request: Request,
    response: Response,
    house: HouseNow,
) -> RecoveryCodes:
    """Ask for codes from now on, if the first one is right; return recovery codes, once.

    Every other session of the account is over, and this one gets another secret.
    """
    session = session_of(asker)
    if session.has_code:
        raise ConflictError("a second factor is enrolled already", fix="take it away first")
    secret = _secret_of(house, confirmation.enrollment, asker.user_id)
    step = step_of_code(secret, confirmation.code, house.now_ns())
    if step is None:
        raise NotUnderstoodError(
            "the code is wrong", where="body.code", fix="check the clock of the telephone"
        )
    codes = new_recovery_codes()
    house.users.set_code(
        asker.user_id,
        house.sealer.seal(secret, house.now_ns()),
        step,
        [recovery_digest(code, house.light) for code in codes],
    )
    ended = house.sessions.end_all(asker.user_id, but=session.id)
    house.tell(asker.name, "second-factor-enrolled", f"user:{asker.name}", sessions_ended=ended)
    give_cookie(request, response, house.sessions.renew(session.id, "code"))
    return RecoveryCodes(codes=codes)


@router.delete(
    "", status_code=204, summary="Take the second factor away", responses=problems(401, 403, 409)
)
def remove_factor(asker: Me, house: HouseNow) -> None:
    """Ask for no codes any more; needs a fresh one."""
    session = session_of(asker)
    if not session.has_code:
        raise ConflictError("no second factor is enrolled")
    asker.demand_fresh("taking the second factor away")
    house.users.set_code(asker.user_id, None, 0, [])
    house.sessions.end_all(asker.user_id, but=session.id)
    house.tell(asker.name, "second-factor-removed", f"user:{asker.name}")


@router.post(
    "/recovery-codes", summary="Make other recovery codes", responses=problems(401, 403, 409)
)
def other_recovery_codes(asker: Me, house: HouseNow) -> RecoveryCodes:
    """Return new recovery codes, once; those before are good for nothing. Needs a fresh code."""
    if not session_of(asker).has_code:
        raise ConflictError("no second factor is enrolled", fix="enroll one first")
    asker.demand_fresh("making other recovery codes")
    codes = new_recovery_codes()
    house.users.set_recovery(asker.user_id, [recovery_digest(code, house.light) for code in codes])
    house.tell(asker.name, "recovery-codes-made", f"user:{asker.name}")
    return RecoveryCodes(codes=codes)


def _secret_of(house: House, enrollment: str, user_id: int) -> str:
    """Return the secret that an enrollment holds.

    Raises:
        NotUnderstoodError: it is none, another person's, or too old.
    """
    plain = house.sealer.open_young(enrollment, ENROLLMENT_NS, house.now_ns()) or ""
    owner, _, secret = plain.partition(":")
    if owner != str(user_id):
        raise NotUnderstoodError(
            "the enrollment is none, or too old", where="body.enrollment", fix="begin again"
        )
    return secret
