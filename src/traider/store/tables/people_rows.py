"""How people and programs come in: sessions, tokens, failures, approvals, and requests answered.

Nothing here opens a door: sessions and tokens are kept as SHA-256 of 32 random bytes, so whoever
reads the tables cannot use them.
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from traider.store.tables.base import Base, JsonObject, RowNumber, one_of

APPROVAL_STATES = ("waiting", "approved", "refused", "expired")
FRESH_WAYS = ("code", "password")


class SessionRow(Base):
    """A browser that somebody logged in with; gone when it is logged out."""

    __tablename__ = "sessions"

    id: Mapped[RowNumber]
    digest: Mapped[str] = mapped_column(unique=True)
    digest_before: Mapped[str | None] = mapped_column(unique=True)
    """Of the secret before this one: requests under way when it changed may still read."""
    changed_ns: Mapped[int]
    """When the secret changed."""
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_ns: Mapped[int]
    seen_ns: Mapped[int]
    until_ns: Mapped[int]
    """It ends then at the latest, used or not."""
    fresh_ns: Mapped[int | None]
    """When the person last proved to be there, None never."""
    fresh_way: Mapped[str | None]
    address: Mapped[str]
    agent: Mapped[str]
    """What the browser called itself, cut short."""

    __table_args__ = (
        one_of("fresh_way", FRESH_WAYS),
        CheckConstraint("(fresh_ns IS NULL) = (fresh_way IS NULL)", name="fresh_some_way"),
    )


class PreferencesRow(Base):
    """How somebody wants the dashboard, in whichever browser they log in."""

    __tablename__ = "preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    chosen: Mapped[JsonObject]
    """Choices by name; what is not in it is as everybody has it."""
    changed_ns: Mapped[int]


class ApiTokenRow(Base):
    """A token of a program, and for what it may be used."""

    __tablename__ = "api_tokens"

    id: Mapped[RowNumber]
    digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str]
    hint: Mapped[str]
    """Its first letters, to know it by."""
    scopes: Mapped[str]
    """Rights by name, between spaces."""
    created_ns: Mapped[int]
    until_ns: Mapped[int]
    seen_ns: Mapped[int | None]
    revoked_ns: Mapped[int | None]

    __table_args__ = (CheckConstraint("scopes <> ''", name="for_something"),)


class LoginFailureRow(Base):
    """Wrong logins of an address, or of a name that nobody has."""

    __tablename__ = "login_failures"

    subject: Mapped[str] = mapped_column(primary_key=True)
    """``address:…`` or ``name:…``."""
    failures: Mapped[int]
    last_ns: Mapped[int] = mapped_column(index=True)
    locked_until_ns: Mapped[int]

    __table_args__ = (CheckConstraint("failures > 0", name="failures_count"),)


class ApprovalRow(Base):
    """A dangerous request that waits for a second person, as it was asked."""

    __tablename__ = "approvals"

    id: Mapped[RowNumber]
    right: Mapped[str]
    what: Mapped[str]
    """In words, for whoever decides."""
    method: Mapped[str]
    path: Mapped[str]
    query: Mapped[str]
    body: Mapped[str]
    idempotency_key: Mapped[str]
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_ns: Mapped[int]
    until_ns: Mapped[int]
    state: Mapped[str]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_ns: Mapped[int | None]
    answer_status: Mapped[int | None]
    """Of HTTP, once the request was let through."""

    __table_args__ = (
        one_of("state", APPROVAL_STATES),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_people"),
        CheckConstraint("state <> 'approved' OR decided_by IS NOT NULL", name="approved_by"),
        Index(None, "state", "id"),
    )


class IdempotencyRow(Base):
    """A request that moves money, and its answer: asked twice, it is done once."""

    __tablename__ = "idempotency_keys"

    who: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[str]
    asked_ns: Mapped[int] = mapped_column(index=True)
    status: Mapped[int | None]
    """Of HTTP; None while it is being done."""
    answer: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("(status IS NULL) = (answer IS NULL)", name="answered_whole"),
    )
