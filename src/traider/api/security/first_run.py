"""The first admin: made when there is nobody, with a password that is told once."""

import os
from typing import Final

from traider.api.problems import ConflictError
from traider.api.rights import Role
from traider.api.security.house import House
from traider.api.security.passwords import LENGTH_MIN, made_password, weakness_of
from traider.domain.errors import ConfigError

ADMIN: Final = "admin"
PASSWORD_VARIABLE: Final = "TRAIDER_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable


def first_password(house: House) -> str:
    """Make the admin where there is nobody; return the password to show, empty for none.

    A password of ``TRAIDER_ADMIN_PASSWORD`` is taken as it is, and shown to nobody. One that is
    made here must be changed at the first login, since a terminal may remember it.

    Raises:
        ConfigError: the variable's password is weak.
        DatabaseError: people cannot be kept.
    """
    if not house.users.is_empty():
        return ""
    told = os.environ.get(PASSWORD_VARIABLE, "")
    if told:
        _check_told(told)
    password = told or made_password()
    try:
        house.users.add(ADMIN, Role.ADMIN, house.passwords.digest(password), must_change=not told)
    except ConflictError:
        return ""  # another process was quicker, and tells it
    house.tell("traider", "user-added", f"user:{ADMIN}", role=Role.ADMIN.value, why="first run")
    return "" if told else password


def _check_told(password: str) -> None:
    what = weakness_of(password, ADMIN)
    if what:
        raise ConfigError(
            f"the password {what}",
            where=PASSWORD_VARIABLE,
            fix=f"choose {LENGTH_MIN} characters or more that nobody would try first",
        )
