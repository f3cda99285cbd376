"""What roles may do.

Laws
1. A role that has the rights of another may do whatever that one may: viewer, then trader and risk
   officer, then admin.
2. A token never may do more than its scopes, nor than its owner, whatever becomes of either.
3. Nobody gives a role with a right that they do not have.
"""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.api.rights import RIGHTS_OF, Right, Role, may_give, scopes_of
from traider.api.security.tokens import NEVER_IN_TOKENS, KeptToken

ROLES = st.sampled_from(Role)
SCOPES = st.frozensets(st.sampled_from(Right))
ABOVE = {
    Role.VIEWER: {Role.VIEWER, Role.TRADER, Role.RISK_OFFICER, Role.ADMIN},
    Role.TRADER: {Role.TRADER, Role.ADMIN},
    Role.RISK_OFFICER: {Role.RISK_OFFICER, Role.ADMIN},
    Role.ADMIN: {Role.ADMIN},
}


def token(role: Role, scopes: frozenset[Right]) -> KeptToken:
    return KeptToken(1, 1, "ana", role, "t", "trd_", scopes, 0, 1, None, None)


def test_every_role_has_its_rights_and_no_others() -> None:
    assert set(RIGHTS_OF) == set(Role)
    given = {role: {str(right) for right in rights} for role, rights in RIGHTS_OF.items()}
    viewer = {"own", "read"}
    worker = viewer | {"stop", "jobs", "approve"}
    assert given == {
        Role.VIEWER: viewer,
        Role.TRADER: worker | {"trade", "strategy"},
        Role.RISK_OFFICER: worker | {"risk", "rearm", "mode", "audit"},
        Role.ADMIN: {str(right) for right in Right},
    }


@given(ROLES, st.sampled_from(Right))
def test_1_rights_only_grow_from_role_to_role(role: Role, right: Right) -> None:
    if right in RIGHTS_OF[role]:
        assert all(right in RIGHTS_OF[above] for above in ABOVE[role])


def test_1_no_other_roles_are_above_each_other() -> None:
    for low, high in product(Role, Role):
        assert (RIGHTS_OF[low] <= RIGHTS_OF[high]) == (high in ABOVE[low])


@given(ROLES, SCOPES, ROLES)
def test_2_a_token_never_may_more_than_scopes_and_owner(
    role: Role, scopes: frozenset[Right], later: Role
) -> None:
    for owner in (role, later):
        rights = token(owner, scopes).rights
        assert rights <= scopes
        assert rights <= RIGHTS_OF[owner]
        assert not rights & NEVER_IN_TOKENS


@given(ROLES, SCOPES, SCOPES)
def test_2_fewer_scopes_never_give_more(
    role: Role, scopes: frozenset[Right], others: frozenset[Right]
) -> None:
    assert token(role, scopes & others).rights <= token(role, scopes).rights


@given(ROLES, ROLES)
def test_3_nobody_gives_what_they_do_not_have(giver: Role, role: Role) -> None:
    if may_give(giver, role):
        assert Right.PEOPLE in RIGHTS_OF[giver]
        assert RIGHTS_OF[role] <= RIGHTS_OF[giver]


@pytest.mark.parametrize("giver", [Role.VIEWER, Role.TRADER, Role.RISK_OFFICER])
def test_only_an_admin_lets_people_in(giver: Role) -> None:
    allowed: Callable[[Role], bool] = lambda role: may_give(giver, role)  # noqa: E731 - one test
    assert not any(map(allowed, Role))
    assert may_give(Role.ADMIN, giver)


def test_scopes_that_are_none_any_more_give_nothing() -> None:
    assert scopes_of("read fly stop") == {Right.READ, Right.STOP}
    assert scopes_of("") == frozenset()
