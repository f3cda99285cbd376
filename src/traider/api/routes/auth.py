"""Log in and out, prove to be there, change the password, see and end sessions."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from traider.api.access import ProverNow
from traider.api.asking import Asker, HouseNow, anybody, asker_of_session, needs
from traider.api.openapi import problems
from traider.api.problems import NotAllowedError, NotFoundError, NotUnderstoodError
from traider.api.rights import Right
from traider.api.routes.asked import NumberInPath
from traider.api.security.cookies import (
    give_cookie,
    is_encrypted,
    session_secret,
    take_cookie,
)
from traider.api.security.digests import csrf_of
from traider.api.security.house import House
from traider.api.security.origins import check_origin
from traider.api.security.passwords import check_password
from traider.api.security.refusals import SecondFactorNeededError
from traider.api.security.sessions import KeptSession
from traider.api.shapes.people import (
    Ended,
    Login,
    MyRights,
    PasswordChange,
    Proof,
    Sessions,
    SessionShape,
)

router = APIRouter(prefix="/auth", tags=["auth"])

Me = Annotated[Asker, Depends(needs(Right.OWN))]
Newcomer = Annotated[Asker, Depends(needs(Right.OWN, before_password=True))]
"""Whoever is known, also before their password is their own."""
ASKED: Final = problems(401, 403)
PROVED: Final = problems(401, 403, 422)


@router.post(
    "/login",
    summary="Log in",
    dependencies=[Depends(anybody)],
    responses=problems(401, 403, 422),
)
def log_in(
    login: Login, request: Request, response: Response, house: HouseNow, prover: ProverNow
) -> MyRights:
    """Begin a session, in a cookie that scripts cannot read; one that was there before is over.

    A name, a password and a code that do not fit are told alike. After several of them the name is
    locked for a while, each time for longer.
    """
    check_origin(request.headers, house.origins, encrypted=is_encrypted(request))
    address = request.client.host if request.client else ""
    user, way = prover.login(login.name, login.password, login.code, address)
    before = house.sessions.find(session_secret(request))
    if before is not None:
        house.sessions.end(before.id, before.user_id)
    agent = request.headers.get("user-agent", "")
    secret = house.sessions.begin(user.id, address, agent, way)
    give_cookie(request, response, secret)
    return _of_secret(house, secret)


@router.post("/logout", status_code=204, summary="Log out", responses=ASKED)
def log_out(asker: Newcomer, request: Request, response: Response, house: HouseNow) -> None:
    """End the session that asks."""
    session = session_of(asker)
    house.sessions.end(session.id, asker.user_id)
    house.tell(asker.name, "logout", f"user:{asker.name}", address=asker.address)
    take_cookie(request, response)


@router.get("/session", summary="Who asks, and what they may do", responses=ASKED)
def my_session(asker: Newcomer, request: Request, house: HouseNow) -> MyRights:
    """Tell a page who is logged in, what to show them, and the word for ``X-CSRF-Token``."""
    return _my_rights(house, asker, session_secret(request))


@router.post("/code", summary="Prove to be there", responses=PROVED)
def prove(
    proof: Proof,
    asker: Me,
    request: Request,
    response: Response,
    house: HouseNow,
    prover: ProverNow,
) -> MyRights:
    """Give a code of the second factor, so that dangerous requests are let through for 5 minutes.

    Where no second factor is enrolled, the password does on paper; with real money nothing does.
    The session gets another secret.
    """
    session = session_of(asker)
    if not session.has_code and house.is_live():
        raise SecondFactorNeededError("this")
    if session.has_code:
        prover.prove(asker.user_id, asker.address, code=proof.code)
    else:
        prover.prove(asker.user_id, asker.address, password=proof.password)
    way = "code" if session.has_code else "password"
    house.tell(asker.name, "proof", f"user:{asker.name}", address=asker.address, factor=way)
    secret = house.sessions.renew(session.id, way)
    give_cookie(request, response, secret)
    return _of_secret(house, secret)


@router.post("/password", summary="Change the password", responses=PROVED)
def change_password(
    change: PasswordChange,
    asker: Newcomer,
    request: Request,
    response: Response,
    house: HouseNow,
    prover: ProverNow,
) -> MyRights:
    """Take another password; every other session of the account is over."""
    session = session_of(asker)
    prover.prove(asker.user_id, asker.address, password=change.old_password)
    check_password(change.new_password, asker.name)
    if change.new_password == change.old_password:
        raise NotUnderstoodError(
            "the password is the one that was there",
            where="body.new_password",
            fix="choose another",
        )
    digest = house.passwords.digest(change.new_password)
    house.users.set_password(asker.user_id, digest, must_change=False)
    ended = house.sessions.end_all(asker.user_id, but=session.id)
    house.tell(asker.name, "password-changed", f"user:{asker.name}", sessions_ended=ended)
    secret = house.sessions.renew(session.id)
    give_cookie(request, response, secret)
    return _of_secret(house, secret)


@router.get("/sessions", summary="List my sessions", responses=ASKED)
def my_sessions(asker: Me, house: HouseNow) -> Sessions:
    """Return every browser that is logged in to the account."""
    this = None if asker.session is None else asker.session.id
    kept = house.sessions.of_user(asker.user_id)
    return Sessions(items=[session_shape(each, this) for each in kept])


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    summary="End one of my sessions",
    responses=problems(401, 403, 404),
)
def end_session(session_id: NumberInPath, asker: Me, house: HouseNow) -> None:
    """End a session, of another browser or of this one."""
    session_of(asker)
    number = number_of(session_id)
    if number is None or not house.sessions.end(number, asker.user_id):
        raise NotFoundError("there is no such session", where=session_id)
    house.tell(asker.name, "session-ended", f"session:{number}", address=asker.address)


@router.post("/sessions/end-others", summary="End my other sessions", responses=ASKED)
def end_other_sessions(asker: Me, house: HouseNow) -> Ended:
    """Log out every other browser."""
    count = house.sessions.end_all(asker.user_id, but=session_of(asker).id)
    house.tell(asker.name, "sessions-ended", f"user:{asker.name}", count=count)
    return Ended(count=count)


def number_of(text: str) -> int | None:
    """Return the key that an id is, None where it can be none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def session_of(asker: Asker) -> KeptSession:
    """Return the session of a person.

    Raises:
        NotAllowedError: a program asks.
    """
    if asker.session is None:
        raise NotAllowedError("a token is no session", fix="log in with a browser")
    return asker.session


def _of_secret(house: House, secret: str) -> MyRights:
    asker = asker_of_session(house, house.sessions.find(secret), "")
    return _my_rights(house, asker, secret)


def _my_rights(house: House, asker: Asker, secret: str) -> MyRights:
    session = asker.session
    user = house.users.get(asker.name)
    fresh_ns = None if session is None else session.fresh_ns
    return MyRights(
        name=asker.name,
        role=asker.role,
        rights=sorted(asker.rights),
        is_token=asker.is_token,
        csrf_token="" if session is None else csrf_of(secret),
        must_change_password=user.must_change_password,
        has_second_factor=user.has_code,
        recovery_codes_left=user.recovery_codes,
        needs_two_people=house.terms.needs_two_people,
        fresh_until_ns=None if fresh_ns is None else fresh_ns + house.terms.fresh_ns,
        until_ns=None if session is None else session.until_ns,
        idle_until_ns=None if session is None else session.seen_ns + house.terms.session_idle_ns,
    )


def session_shape(session: KeptSession, this: int | None) -> SessionShape:
    """Return how a session is told; ``this`` is the one that asks, where it is told to its own."""
    return SessionShape(
        id=str(session.id),
        is_this=session.id == this,
        address=session.address,
        agent=session.agent,
        created_ns=session.created_ns,
        seen_ns=session.seen_ns,
        until_ns=session.until_ns,
    )
