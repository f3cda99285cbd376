"""Tokens of programs: shown once, with an end, and never with more rights than their owner."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Engine, select, update

from traider.api.problems import ConflictError, NotFoundError, NotUnderstoodError
from traider.api.rights import RIGHTS_OF, Right, Role, scopes_of
from traider.api.security.digests import TOKEN_PREFIX, digest_of, new_secret
from traider.api.security.terms import DAY_NS, MINUTE_NS, AccessTerms
from traider.store.tables.control_rows import UserRow
from traider.store.tables.people_rows import ApiTokenRow
from traider.store.tables.sessions import read_session, write_session

TOKENS_MAX: Final = 50
"""Tokens of one person that are good at a time."""
NEVER_IN_TOKENS: Final = frozenset({Right.PEOPLE, Right.APPROVE})
"""No program adds people, or is the second one: a token that leaks must not make itself a way."""
_HINT: Final = 8
_SEEN_EVERY_NS: Final = MINUTE_NS


@dataclass(frozen=True)
class KeptToken:
    """A token as its owner may see it."""

    id: int
    user_id: int
    owner: str
    role: Role
    name: str
    hint: str
    scopes: frozenset[Right]
    created_ns: int
    until_ns: int
    seen_ns: int | None
    revoked_ns: int | None

    @property
    def rights(self) -> frozenset[Right]:
        """What it may do now: its scopes, as far as its owner's role still has them."""
        return self.scopes & RIGHTS_OF[self.role] - NEVER_IN_TOKENS


class TokenTable:
    """The table ``api_tokens``."""

    def __init__(self, engine: Engine, terms: AccessTerms, now_ns: Callable[[], int]) -> None:
        self._engine = engine
        self._terms = terms
        self._now_ns = now_ns

    def make(
        self, user_id: int, role: Role, name: str, scopes: frozenset[Right], days: int
    ) -> tuple[str, KeptToken]:
        """Make a token; return its secret, which is not kept, and what is.

        Raises:
            NotUnderstoodError: it would have more rights than its owner, none, or live too long.
            ConflictError: the person has too many, or none of theirs would open anything.
        """
        self._check(role, scopes, days)
        now = self._now_ns()
        secret = TOKEN_PREFIX + new_secret()
        with write_session(self._engine) as session:
            owner = session.get_one(UserRow, user_id)
            _check_owner(owner)
            good = select(ApiTokenRow.id).where(
                ApiTokenRow.user_id == user_id,
                ApiTokenRow.revoked_ns.is_(None),
                ApiTokenRow.until_ns > now,
            )
            if len(session.scalars(good).all()) >= TOKENS_MAX:
                raise ConflictError(f"{TOKENS_MAX} tokens are good already", fix="revoke some")
            row = ApiTokenRow(
                digest=digest_of(secret),
                user_id=user_id,
                name=name,
                hint=secret[: len(TOKEN_PREFIX) + _HINT],
                scopes=" ".join(sorted(scopes)),
                created_ns=now,
                until_ns=now + days * DAY_NS,
            )
            session.add(row)
            session.flush()
            return secret, _kept(row, owner)

    def find(self, secret: str) -> KeptToken | None:
        """Return the token of ``secret``, None where it is over, revoked or none; note its use."""
        now = self._now_ns()
        query = select(ApiTokenRow, UserRow).join(UserRow, UserRow.id == ApiTokenRow.user_id)
        with read_session(self._engine) as session:
            found = session.execute(query.where(ApiTokenRow.digest == digest_of(secret))).first()
        if found is None:
            return None
        row, user = found
        is_over = row.revoked_ns is not None or now >= row.until_ns
        if is_over or user.is_disabled or user.must_change_password:
            return None
        if row.seen_ns is None or now - row.seen_ns >= _SEEN_EVERY_NS:
            with write_session(self._engine) as session:
                session.execute(
                    update(ApiTokenRow).where(ApiTokenRow.id == row.id).values(seen_ns=now)
                )
        return _kept(row, user)

    def list(self, user_id: int | None = None) -> tuple[KeptToken, ...]:
        """Return the tokens of a person, or of all, the newest first; revoked ones too."""
        query = select(ApiTokenRow, UserRow).join(UserRow, UserRow.id == ApiTokenRow.user_id)
        if user_id is not None:
            query = query.where(UserRow.id == user_id)
        with read_session(self._engine) as session:
            found = session.execute(query.order_by(ApiTokenRow.id.desc()))
            return tuple(_kept(*pair) for pair in found)

    def revoke(self, token_id: int, user_id: int | None = None) -> KeptToken:
        """End a token, of a person or of whomever; ended twice it stays as it was.

        Raises:
            NotFoundError: there is no such token.
        """
        with write_session(self._engine) as session:
            row = session.get(ApiTokenRow, token_id, with_for_update=True)
            if row is None or (user_id is not None and row.user_id != user_id):
                raise NotFoundError("there is no such token", where=str(token_id))
            if row.revoked_ns is None:
                row.revoked_ns = self._now_ns()
            return _kept(row, session.get_one(UserRow, row.user_id))

    def revoke_all(self, user_id: int) -> int:
        """End every token of a person; return how many were good."""
        now = self._now_ns()
        with write_session(self._engine) as session:
            ended = session.scalars(
                update(ApiTokenRow)
                .where(ApiTokenRow.user_id == user_id, ApiTokenRow.revoked_ns.is_(None))
                .values(revoked_ns=now)
                .returning(ApiTokenRow.id)
            )
            return len(ended.all())

    def _check(self, role: Role, scopes: frozenset[Right], days: int) -> None:
        beyond = sorted(scopes - (RIGHTS_OF[role] - NEVER_IN_TOKENS))
        if not scopes or beyond:
            raise NotUnderstoodError(
                f"a token cannot have {', '.join(beyond)}" if beyond else "a token for nothing",
                where="body.scopes",
                fix=f"choose from {', '.join(sorted(RIGHTS_OF[role] - NEVER_IN_TOKENS))}",
            )
        if not 0 < days * DAY_NS <= self._terms.token_ns_max:
            raise NotUnderstoodError(
                f"a token for {days} days",
                where="body.days",
                fix=f"choose 1 to {self._terms.token_ns_max // DAY_NS}",
            )


def _check_owner(owner: UserRow) -> None:
    """Return when a token of ``owner`` would be let in."""
    if owner.is_disabled:
        raise ConflictError(f"{owner.name} is let in no more", fix="let them in again first")
    if owner.must_change_password:
        raise ConflictError(
            f"{owner.name} has not chosen a password yet, and no token of theirs is taken before",
            fix="log in once and choose one; for an unattended start set TRAIDER_ADMIN_PASSWORD",
        )


def _kept(row: ApiTokenRow, user: UserRow) -> KeptToken:
    return KeptToken(
        id=row.id,
        user_id=user.id,
        owner=user.name,
        role=Role(user.role),
        name=row.name,
        hint=row.hint,
        scopes=scopes_of(row.scopes),
        created_ns=row.created_ns,
        until_ns=row.until_ns,
        seen_ns=row.seen_ns,
        revoked_ns=row.revoked_ns,
    )
