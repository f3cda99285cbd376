"""People: who is there, what they may do, and the way in again for whoever forgot theirs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from traider.api.asking import Asker, HouseNow, needs
from traider.api.openapi import may_wait, problems
from traider.api.people_changes import reset, set_disabled
from traider.api.problems import ConflictError, NotAllowedError
from traider.api.rights import RIGHTS_OF, Right, Role, may_give
from traider.api.security.house import House
from traider.api.security.passwords import made_password
from traider.api.security.users import KeptUser
from traider.api.shapes.people import (
    NewUser,
    OneTimePassword,
    RightsRow,
    RightsTable,
    UserChange,
    Users,
    UserShape,
)

router = APIRouter(tags=["users"])

Admin = Annotated[Asker, Depends(needs(Right.PEOPLE))]
UserName = Annotated[str, Path(max_length=64, description="Name to log in with.", examples=["ana"])]


@router.get("/rights", summary="What each role may do", responses=problems(401, 403))
def rights_table(asker: Annotated[Asker, Depends(needs(Right.OWN))]) -> RightsTable:
    """Return the whole table of roles and rights."""
    del asker
    return RightsTable(
        items=[RightsRow(role=role, rights=sorted(RIGHTS_OF[role])) for role in Role]
    )


@router.get("/users", summary="List people", responses=problems(401, 403))
def list_users(asker: Admin, house: HouseNow) -> Users:
    """Return everybody, disabled ones too."""
    del asker
    return Users(items=[user_shape(house, user) for user in house.users.list()])


@router.post(
    "/users", status_code=201, summary="Let somebody in", responses=may_wait(401, 403, 409, 422)
)
def add_user(new: NewUser, asker: Admin, house: HouseNow) -> OneTimePassword:
    """Add a person; their password for the first login is shown once. Dangerous."""
    _check_gives(asker, new.role)
    asker.demand(f"add {new.name} as {new.role}")
    password = made_password()
    house.users.add(new.name, new.role, house.passwords.digest(password), must_change=True)
    house.tell(asker.name, "user-added", f"user:{new.name}", role=new.role.value)
    return OneTimePassword(name=new.name, password=password)


@router.patch(
    "/users/{name}", summary="Change somebody's rights", responses=may_wait(401, 403, 404, 409, 422)
)
def change_user(name: UserName, change: UserChange, asker: Admin, house: HouseNow) -> UserShape:
    """Give another role, let in no more, or let in again. Dangerous.

    The person's sessions are over; whoever is let in no more also loses their tokens.
    """
    user = _other(house, asker, name)
    if change.role is not None:
        _check_gives(asker, change.role)
    asker.demand(f"change {name}: {_words(change)}")
    if change.role is not None and change.role is not user.role:
        house.users.set_role(user.id, change.role)
        house.sessions.end_all(user.id)
        house.tell(
            asker.name,
            "role-changed",
            f"user:{name}",
            role=change.role.value,
            role_before=user.role.value,
        )
    if change.is_disabled is not None and change.is_disabled is not user.is_disabled:
        set_disabled(house, asker.name, user, is_disabled=change.is_disabled)
    return user_shape(house, house.users.get(name))


@router.post(
    "/users/{name}/password",
    summary="Make a one-time password",
    responses=may_wait(401, 403, 404, 409),
)
def reset_password(name: UserName, asker: Admin, house: HouseNow) -> OneTimePassword:
    """Return a password for one login of somebody who forgot theirs, once. Dangerous.

    Their sessions and locks are over; a second factor stays.
    """
    user = _other(house, asker, name)
    asker.demand(f"make a one-time password for {name}")
    return OneTimePassword(name=name, password=reset(house, asker.name, user))


@router.delete(
    "/users/{name}/mfa",
    status_code=204,
    summary="Take somebody's second factor away",
    responses=may_wait(401, 403, 404, 409),
)
def remove_users_factor(name: UserName, asker: Admin, house: HouseNow) -> None:
    """Let somebody who lost telephone and recovery codes log in without. Dangerous."""
    user = _other(house, asker, name)
    if not user.has_code:
        raise ConflictError("no second factor is enrolled", where=name)
    asker.demand(f"take the second factor of {name} away")
    house.users.set_code(user.id, None, 0, [])
    house.sessions.end_all(user.id)
    house.tell(asker.name, "second-factor-removed", f"user:{name}")


def _other(house: House, asker: Asker, name: str) -> KeptUser:
    """Return somebody else than who asks.

    Raises:
        NotFoundError: nobody has the name.
        NotAllowedError: it is their own.
    """
    user = house.users.get(name)
    if user.id == asker.user_id:
        raise NotAllowedError(
            "nobody changes their own rights", where=name, fix="ask another admin"
        )
    return user


def _check_gives(asker: Asker, role: Role) -> None:
    if not may_give(asker.role, role):
        raise NotAllowedError(f"{asker.role} gives nobody the role {role}")


def _words(change: UserChange) -> str:
    parts = [] if change.role is None else [f"role {change.role}"]
    if change.is_disabled is not None:
        parts.append("let in no more" if change.is_disabled else "let in again")
    return " and ".join(parts) or "nothing"


def user_shape(house: House, user: KeptUser) -> UserShape:
    """Return how a person is told."""
    is_locked = user.locked_until_ns > house.now_ns()
    return UserShape(
        name=user.name,
        role=user.role,
        is_disabled=user.is_disabled,
        must_change_password=user.must_change_password,
        has_second_factor=user.has_code,
        locked_until_ns=user.locked_until_ns if is_locked else None,
        password_until_ns=user.password_until_ns,
        created_ns=user.created_ns,
        seen_ns=user.seen_ns,
    )
