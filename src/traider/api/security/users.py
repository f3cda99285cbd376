"""People: names, roles, passwords as digests, second factors encrypted.

Nobody is ever removed, since the audit names them; whoever is not let in any more is disabled.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from traider.api.problems import ConflictError, NotFoundError, NotUnderstoodError
from traider.api.rights import RIGHTS_OF, Right, Role
from traider.api.security.terms import DAY_NS
from traider.store.tables.control_rows import UserRow
from traider.store.tables.sessions import read_session, write_session

NAME: Final = re.compile(r"[a-z][a-z0-9._-]{1,31}")
USERS_MAX: Final = 1_000
ONE_TIME_NS: Final = 7 * DAY_NS
"""For how long a password that somebody else made is taken."""


@dataclass(frozen=True)
class KeptUser:
    """A person, without anything secret."""

    id: int
    name: str
    role: Role
    is_disabled: bool
    must_change_password: bool
    has_code: bool
    """Whether a second factor is enrolled."""
    recovery_codes: int
    """Recovery codes that were not used yet."""
    locked_until_ns: int
    password_until_ns: int | None
    """Until when a password that somebody else made is taken; None for one's own."""
    created_ns: int
    seen_ns: int | None
    """Last login."""


@dataclass(frozen=True)
class Secrets:
    """What a login is checked against; never shown."""

    password_digest: str
    totp_sealed: str | None
    totp_step: int
    recovery_digests: dict[str, int | None]

    def __repr__(self) -> str:
        """Tell nothing, wherever it is printed."""
        return "Secrets(…)"


class UserTable:
    """The table ``users``."""

    def __init__(self, engine: Engine, now_ns: Callable[[], int]) -> None:
        self._engine = engine
        self._now_ns = now_ns

    def add(self, name: str, role: Role, password_digest: str, *, must_change: bool) -> KeptUser:
        """Add a person.

        Raises:
            NotUnderstoodError: the name cannot be used.
            ConflictError: it is taken, or there are too many people.
        """
        if not NAME.fullmatch(name):
            raise NotUnderstoodError(
                f"nobody can be called {name[:40]!r}",
                where="body.name",
                fix="choose 2 to 32 small letters, digits, . _ -, beginning with a letter",
            )
        try:
            with write_session(self._engine) as session:
                count = session.scalar(select(func.count()).select_from(UserRow)) or 0
                if count >= USERS_MAX:
                    raise ConflictError(f"there are {USERS_MAX} people already")
                row = UserRow(
                    name=name,
                    role=role.value,
                    password_digest=password_digest,
                    must_change_password=must_change,
                    password_until_ns=self._until_ns(must_change=must_change),
                    created_ns=self._now_ns(),
                )
                session.add(row)
                session.flush()
                return _kept(row)
        except IntegrityError:
            raise ConflictError(f"{name} is there already", where="body.name") from None

    def find(self, name: str) -> KeptUser | None:
        """Return the person of a name, None where nobody has it."""
        with read_session(self._engine) as session:
            row = session.scalars(select(UserRow).where(UserRow.name == name)).one_or_none()
            return None if row is None else _kept(row)

    def find_id(self, user_id: int) -> KeptUser | None:
        """Return the person of a number, None where there is none."""
        with read_session(self._engine) as session:
            row = session.get(UserRow, user_id)
            return None if row is None else _kept(row)

    def get(self, name: str) -> KeptUser:
        """Return the person of a name.

        Raises:
            NotFoundError: nobody has it.
        """
        found = self.find(name)
        if found is None:
            raise NotFoundError("there is nobody of this name", where=name[:40])
        return found

    def is_empty(self) -> bool:
        """Whether there is nobody yet."""
        with read_session(self._engine) as session:
            return session.scalars(select(UserRow.id).limit(1)).first() is None

    def secrets(self, user_id: int) -> Secrets:
        """Return what a login is checked against."""
        with read_session(self._engine) as session:
            row = session.get_one(UserRow, user_id)
            return Secrets(
                row.password_digest, row.totp_secret, row.totp_step, dict(row.recovery_digests)
            )

    def set_password(self, user_id: int, digest: str, *, must_change: bool) -> None:
        """Keep another password; what was locked by wrong ones is open again."""
        self._set(
            user_id,
            password_digest=digest,
            must_change_password=must_change,
            password_until_ns=self._until_ns(must_change=must_change),
            failures=0,
            locked_until_ns=0,
        )

    def keep_digest(self, user_id: int, digest: str) -> None:
        """Keep the same password under another cost."""
        self._set(user_id, password_digest=digest)

    def set_code(self, user_id: int, sealed: str | None, step: int, recovery: list[str]) -> None:
        """Keep a second factor and its recovery codes, or with None take both away."""
        digests: dict[str, int | None] = dict.fromkeys(recovery)
        self._set(user_id, totp_secret=sealed, totp_step=step, recovery_digests=digests)

    def set_recovery(self, user_id: int, recovery: list[str]) -> None:
        """Keep other recovery codes."""
        digests: dict[str, int | None] = dict.fromkeys(recovery)
        self._set(user_id, recovery_digests=digests)

    def use_step(self, user_id: int, step: int) -> bool:
        """Note that the code of a time step was used; return whether it was for the first time."""
        with write_session(self._engine) as session:
            used = session.scalars(
                update(UserRow)
                .where(UserRow.id == user_id, UserRow.totp_step < step)
                .values(totp_step=step)
                .returning(UserRow.id)
            )
            return used.first() is not None

    def use_recovery(self, user_id: int, digest: str) -> bool:
        """Note that a recovery code was used; return whether it was for the first time."""
        with write_session(self._engine) as session:
            row = session.get_one(UserRow, user_id, with_for_update=True)
            if row.recovery_digests.get(digest, 0) is not None:
                return False
            row.recovery_digests = {**row.recovery_digests, digest: self._now_ns()}
            return True

    def came_in(self, user_id: int) -> None:
        """Note a login; wrong passwords before it are forgotten."""
        self._set(user_id, seen_ns=self._now_ns(), failures=0, locked_until_ns=0)

    def unlock(self, user_id: int) -> None:
        """Forget wrong passwords, and the lock that they put."""
        self._set(user_id, failures=0, locked_until_ns=0)

    def set_role(self, user_id: int, role: Role) -> None:
        """Give a person another role.

        Raises:
            ConflictError: nobody would be left who may let people in.
        """
        with write_session(self._engine) as session:
            row = session.get_one(UserRow, user_id, with_for_update=True)
            row.role = role.value
            _keep_an_admin(session)

    def set_disabled(self, user_id: int, *, is_disabled: bool) -> None:
        """Let a person in no more, or again.

        Raises:
            ConflictError: nobody would be left who may let people in.
        """
        with write_session(self._engine) as session:
            row = session.get_one(UserRow, user_id, with_for_update=True)
            row.is_disabled = is_disabled
            _keep_an_admin(session)

    def list(self) -> tuple[KeptUser, ...]:
        """Return everybody, by name."""
        query = select(UserRow).order_by(UserRow.name)
        with read_session(self._engine) as session:
            return tuple(_kept(row) for row in session.scalars(query))

    def _until_ns(self, *, must_change: bool) -> int | None:
        return self._now_ns() + ONE_TIME_NS if must_change else None

    def _set(self, user_id: int, **values: object) -> None:
        with write_session(self._engine) as session:
            session.execute(update(UserRow).where(UserRow.id == user_id).values(**values))


def _keep_an_admin(session: Session) -> None:
    roles = [role.value for role in Role if Right.PEOPLE in RIGHTS_OF[role]]
    session.flush()
    left = select(UserRow.id).where(UserRow.role.in_(roles), UserRow.is_disabled.is_(False))
    if session.scalars(left.limit(1)).first() is None:
        raise ConflictError(
            "nobody would be left who may let people in", fix="make somebody else admin first"
        )


def _kept(row: UserRow) -> KeptUser:
    return KeptUser(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        is_disabled=row.is_disabled,
        must_change_password=row.must_change_password,
        has_code=row.totp_secret is not None,
        recovery_codes=sum(used is None for used in row.recovery_digests.values()),
        locked_until_ns=row.locked_until_ns,
        password_until_ns=row.password_until_ns,
        created_ns=row.created_ns,
        seen_ns=row.seen_ns,
    )
