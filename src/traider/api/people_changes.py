"""Changes of people that the API and the command line make alike, and tell alike."""

from traider.api.security.house import House
from traider.api.security.passwords import made_password
from traider.api.security.users import KeptUser


def reset(house: House, who: str, user: KeptUser) -> str:
    """Give ``user`` a password for one login; return it. Their sessions and locks are over."""
    password = made_password()
    house.users.set_password(user.id, house.passwords.digest(password), must_change=True)
    house.sessions.end_all(user.id)
    house.tell(who, "password-reset", f"user:{user.name}")
    return password


def set_disabled(house: House, who: str, user: KeptUser, *, is_disabled: bool) -> None:
    """Let ``user`` in no more, or again.

    Raises:
        ConflictError: nobody would be left who may let people in.
    """
    house.users.set_disabled(user.id, is_disabled=is_disabled)
    if is_disabled:
        house.sessions.end_all(user.id)
        house.tokens.revoke_all(user.id)
    house.tell(who, "user-disabled" if is_disabled else "user-enabled", f"user:{user.name}")
