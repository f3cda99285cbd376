"""Who asks: each route says what right it needs, and learns who has it.

    @router.post("/control/rearm")
    def rearm(asker: Annotated[Asker, Depends(needs(Right.REARM, fresh_code=True))]) -> ...:

    def change(asker: Annotated[Asker, Depends(needs(Right.RISK))], change: LimitChange) -> ...:
        if change.value > before:
            asker.demand(f"raise {change.name} from {before} to {change.value}")

A dangerous request (``fresh_code``, or ``demand`` for those that are so only sometimes) wants a
code given minutes ago, and a second person where two are needed: it is then answered with 202 and
the approval that it waits for, and is done as it was asked when that is given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from traider.api.passage.access_log import ASKER
from traider.api.problems import NotAllowedError, NotSignedInError
from traider.api.rights import RIGHTS_OF, Right, Role
from traider.api.security.approvals import APPROVED, AskedRequest
from traider.api.security.cookies import COOKIE, is_encrypted, session_secret
from traider.api.security.house import House
from traider.api.security.origins import SAFE, check_csrf, check_origin
from traider.api.security.refusals import (
    CodeNeededError,
    PasswordChangeNeededError,
    SecondFactorNeededError,
    WaitsForApprovalError,
)
from traider.api.security.sessions import KeptSession
from traider.api.security.tokens import KeptToken

_BEARER: Final = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token of an account: ``trd_…``."
)
_COOKIE: Final = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    scheme_name="session",
    description="The cookie of ``POST /api/v1/auth/login``; ``__Host-traider_session`` under TLS. "
    "Requests that change something also send ``X-CSRF-Token``.",
)


@dataclass(frozen=True)
class Asker:
    """Whoever made a request: a person with a browser, or a program with a token."""

    user_id: int
    name: str
    role: Role
    rights: frozenset[Right]
    """What the request may do."""
    address: str
    """Where it came from."""
    session: KeptSession | None = field(default=None, repr=False)
    token: KeptToken | None = field(default=None, repr=False)
    right: Right = Right.OWN
    """What the route that was asked needs."""
    is_approved: bool = False
    """Whether a second person has let just this request through."""
    request: AskedRequest | None = field(default=None, repr=False)
    house: House | None = field(default=None, repr=False)

    @property
    def is_token(self) -> bool:
        """Whether a program asks."""
        return self.token is not None

    @property
    def who(self) -> str:
        """Who answers for it, as commands and the audit say it."""
        return self.name

    @property
    def is_fresh(self) -> bool:
        """Whether a code, or a password where that is enough, was given minutes ago."""
        if self.session is None or self.house is None or self.session.fresh_ns is None:
            return False
        return self.house.now_ns() - self.session.fresh_ns < self.house.terms.fresh_ns

    def may(self, right: Right) -> bool:
        """Whether the request may do what ``right`` names."""
        return right in self.rights

    def demand(self, what: str, *, to_live: bool = False) -> None:
        """Return when this may be done now, dangerous as it is.

        Args:
            what: what it is, in words, for the second person and the audit.
            to_live: whether real money is traded afterwards, whatever is now.

        Raises:
            NotAllowedError: a program asks.
            CodeNeededError: no code was given in the last minutes.
            SecondFactorNeededError: the person has none, and real money is at stake.
            WaitsForApprovalError: it is kept until a second person lets it through.
        """
        self.demand_fresh(what, to_live=to_live)
        if self.is_approved or self.house is None or self.request is None:
            return
        if self.house.terms.needs_two_people:
            approval = self.house.approvals.ask(self.user_id, self.right, self.request, what)
            self.house.tell(self.name, "approval-asked", f"approval:{approval.id}", what=what)
            raise WaitsForApprovalError(approval)

    def demand_fresh(self, what: str, *, to_live: bool = False) -> None:
        """Return when the person has just proved to be there: ``demand`` for one person alone.

        Raises:
            NotAllowedError: a program asks.
            CodeNeededError: no code was given in the last minutes.
            SecondFactorNeededError: the person has none, and real money is at stake.
        """
        if self.is_approved:
            return
        if self.session is None or self.house is None:
            raise NotAllowedError(
                "no program may do this",
                where=what,
                fix="log in with a browser, or use the command line on the machine itself",
            )
        is_live = to_live or self.house.is_live()
        if not self.session.has_code and is_live:
            raise SecondFactorNeededError(what)
        needs_code = self.session.has_code or is_live
        if not self.is_fresh or (needs_code and self.session.fresh_way != "code"):
            raise CodeNeededError(what, with_password=not self.session.has_code)


def house_of(request: Request) -> House:
    """Return the house of the application that ``request`` came to."""
    house = request.app.state.house
    assert isinstance(house, House)  # noqa: S101 - create_application put it there
    return house


async def _house_now(request: Request) -> House:
    """Return the same, without a thread of its own for it."""
    return house_of(request)


HouseNow = Annotated[House, Depends(_house_now)]
"""The house, for a route."""


async def asked_request(request: Request) -> AskedRequest:
    """Keep a request as it came, in case that it must wait for a second person."""
    is_safe = request.method in SAFE
    return AskedRequest(
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        body="" if is_safe else (await request.body()).decode("utf-8", "replace"),
        idempotency_key=request.headers.get("idempotency-key", ""),
    )


@dataclass(frozen=True)
class Needs:
    """The dependency of a route that needs a right; made by ``needs``."""

    right: Right
    fresh_code: bool
    before_password: bool = False

    def __call__(
        self,
        request: Request,
        house: HouseNow,
        asked: Annotated[AskedRequest, Depends(asked_request)],
        bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
        cookie: Annotated[str | None, Security(_COOKIE)],
    ) -> Asker:
        """Return who asks, if they may.

        Raises:
            NotSignedInError: nobody who is known.
            NotAllowedError: they have no right to it, or not yet.
        """
        del bearer, cookie  # they tell the document; find_asker reads the headers itself
        asker = replace(find_asker(request, house, asked), right=self.right)
        request.scope[ASKER] = asker.name  # for the log, whatever comes of it
        must_change = asker.session is not None and asker.session.must_change_password
        if must_change and not self.before_password:
            raise PasswordChangeNeededError
        if not asker.may(self.right):
            raise _no_right(asker, self.right, request.url.path)
        if self.fresh_code:
            asker.demand(_words_of(request))
        return asker


def needs(right: Right, *, fresh_code: bool = False, before_password: bool = False) -> Needs:
    """Return the dependency of a route that needs ``right``.

    Args:
        right: what the route does.
        fresh_code: whether it is dangerous each time: see ``Asker.demand``.
        before_password: whether it is let through before a password that somebody else made was
            changed: whoever made it could leave a token or a second factor of their own behind.
    """
    return Needs(right, fresh_code, before_password)


def anybody() -> None:
    """Be the dependency of a route that needs no right: a route without either fails a test."""
    return


def find_asker(request: Request, house: House, asked: AskedRequest | None = None) -> Asker:
    """Return who made ``request``.

    Raises:
        NotSignedInError: nobody who is known.
        NotAllowedError: a page of another site sent it.
    """
    address = request.client.host if request.client else ""
    approved = request.scope.get(APPROVED)
    if approved is not None:
        return _approved_asker(house, int(approved), address)
    token = bearer_of(request.headers)
    if token:
        return asker_of_token(house, token, address)
    secret = session_secret(request)
    only_reads = request.method in SAFE
    session = house.session_of(secret, only_reads=only_reads) if secret else None
    asker = asker_of_session(house, session, address, asked)
    if not only_reads:
        check_origin(request.headers, house.origins, encrypted=is_encrypted(request))
        check_csrf(request.headers, secret)
    return asker


def asker_of_token(house: House, secret: str, address: str) -> Asker:
    """Return the program that a token belongs to.

    Raises:
        NotSignedInError: the token is over, revoked or none.
    """
    token = house.token_of(secret)
    if token is None:
        raise NotSignedInError("the token is none, or over", fix="make another in the settings")
    return Asker(
        token.user_id, token.owner, token.role, token.rights, address, token=token, house=house
    )


def asker_of_session(
    house: House, session: KeptSession | None, address: str, asked: AskedRequest | None = None
) -> Asker:
    """Return the person that a session belongs to, where there is one.

    Raises:
        NotSignedInError: the session is over, or none.
    """
    if session is None:
        raise NotSignedInError("nobody is signed in", fix="log in: POST /api/v1/auth/login")
    return Asker(
        session.user_id,
        session.name,
        session.role,
        RIGHTS_OF[session.role],
        address,
        session=session,
        request=asked,
        house=house,
    )


def bearer_of(headers: Mapping[str, str]) -> str:
    """Return the token of the header ``Authorization``, empty where there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _approved_asker(house: House, user_id: int, address: str) -> Asker:
    """Return the person whose request was let through, with the rights that they have now."""
    user = house.users.find_id(user_id)
    if user is None or user.is_disabled:
        raise NotSignedInError("whoever asked for this is not let in any more")
    return Asker(user.id, user.name, user.role, RIGHTS_OF[user.role], address, is_approved=True)


def _no_right(asker: Asker, right: Right, path: str) -> NotAllowedError:
    if asker.is_token:
        what, fix = f"this token has no right to {right}", "make a token with that scope"
    else:
        what, fix = f"{asker.name} has no right to {right}", "ask an admin for another role"
    return NotAllowedError(what, where=path, fix=fix)


def _words_of(request: Request) -> str:
    route: Any = request.scope.get("route")
    words = getattr(route, "summary", None) or getattr(route, "name", "").replace("_", " ")
    return str(words or f"{request.method} {request.url.path}")
