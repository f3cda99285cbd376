"""People of tests: made and signed in beside the server, without a password.

with serving(state) as url, Caller(url) as caller:
    enter(caller, state, Role.TRADER)
    assert caller.get("/api/v1/orders").status == 200
"""

from pathlib import Path

from tests.api.served import Caller
from traider.api.rights import Right, Role
from traider.api.security import AccessTerms, House, HousePlace
from traider.api.security.cookies import COOKIE
from traider.api.security.digests import csrf_of
from traider.api.security.origins import CSRF_HEADER
from traider.api.security.users import KeptUser
from traider.domain.errors import TraiderError


def house_at(state: Path) -> House:
    """Return the house of ``state``; whoever opens it closes it."""
    return House(HousePlace(state), AccessTerms(), lambda: False)


def person(house: House, role: Role, name: str = "") -> KeptUser:
    """Return somebody with ``role``, made when there is none; no password is theirs."""
    called = name or role.value
    try:
        return house.users.get(called)
    except TraiderError:
        return house.users.add(called, role, "no digest", must_change=False)


def enter(caller: Caller, state: Path, role: Role = Role.ADMIN, name: str = "") -> Caller:
    """Sign ``caller`` in as somebody with ``role`` who has just proved to be there."""
    house = house_at(state)
    try:
        user = person(house, role, name)
        secret = house.sessions.begin(user.id, "127.0.0.1", "a test", "password")
    finally:
        house.close()
    caller.cookies[COOKIE] = secret
    caller.headers[CSRF_HEADER] = csrf_of(secret)
    return caller


def token_of(state: Path, role: Role, scopes: frozenset[Right]) -> str:
    """Return a token of somebody with ``role``."""
    house = house_at(state)
    try:
        user = person(house, role)
        return house.tokens.make(user.id, role, "a test", scopes, 1)[0]
    finally:
        house.close()
