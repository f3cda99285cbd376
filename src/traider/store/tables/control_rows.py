"""People and what they answer for: users, limits and their history, models, alerts, the audit."""

from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from traider.domain.ports.alert import Severity
from traider.store.tables.base import Base, JsonObject, RowNumber, one_of

ROLES = ("viewer", "trader", "risk_officer", "admin")
MODEL_STAGES = ("candidate", "shadow", "canary", "full", "retired")
DIGEST_DIGITS = 64


def only_where(condition: str) -> dict[str, Any]:
    """Return what makes an index hold only the rows of a condition."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class UserRow(Base):
    """A person; passwords and recovery codes as digests, the TOTP secret encrypted."""

    __tablename__ = "users"

    id: Mapped[RowNumber]
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    password_digest: Mapped[str]
    must_change_password: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[str | None]
    """Encrypted; None without a second factor."""
    totp_step: Mapped[int] = mapped_column(default=0)
    """The last time step whose code was used: none is taken twice."""
    recovery_digests: Mapped[JsonObject] = mapped_column(default=dict)
    """By digest, when the code was used; null while it was not."""
    failures: Mapped[int] = mapped_column(default=0)
    """Wrong passwords since the last right one."""
    locked_until_ns: Mapped[int] = mapped_column(default=0)
    is_disabled: Mapped[bool] = mapped_column(default=False)
    created_ns: Mapped[int]
    seen_ns: Mapped[int | None]
    password_until_ns: Mapped[int | None]
    """Until when a password that somebody else made is taken; None for one's own."""

    __table_args__ = (
        one_of("role", ROLES),
        CheckConstraint("name = lower(name) AND name <> ''", name="name_small"),
        CheckConstraint("failures >= 0", name="failures_count"),
    )


class LimitRow(Base):
    """A limit in force; ``scope`` is ``account``, ``group:NAME`` or an instrument's name."""

    __tablename__ = "limits"

    scope: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Decimal]
    """In the limit's own unit; 0 is off."""
    revision: Mapped[int]
    """How often it was set."""
    changed_ns: Mapped[int]


class LimitChangeRow(Base):
    """A change of a limit: who, when, from what, to what, why."""

    __tablename__ = "limit_changes"

    id: Mapped[RowNumber]
    scope: Mapped[str]
    name: Mapped[str]
    revision: Mapped[int]
    ts_ns: Mapped[int] = mapped_column(index=True)
    who: Mapped[str]
    old_value: Mapped[Decimal | None]
    new_value: Mapped[Decimal]
    why: Mapped[str]

    __table_args__ = (
        UniqueConstraint("scope", "name", "revision"),
        CheckConstraint("(revision = 1) = (old_value IS NULL)", name="first_has_no_old"),
        CheckConstraint("who <> '' AND why <> ''", name="who_and_why"),
    )


class ModelRow(Base):
    """A trained model; its id is the number that events carry."""

    __tablename__ = "models"

    id: Mapped[RowNumber]
    name: Mapped[str]
    version: Mapped[int]
    kind: Mapped[str]
    stage: Mapped[str] = mapped_column(default="candidate")
    artifact: Mapped[str]
    """Where it is kept."""
    artifact_digest: Mapped[str]
    feature_digest: Mapped[str]
    metrics: Mapped[JsonObject]
    trained_from_ns: Mapped[int]
    trained_until_ns: Mapped[int]
    created_ns: Mapped[int]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    approved_ns: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        UniqueConstraint("name", "version"),
        one_of("stage", MODEL_STAGES),
        CheckConstraint("version > 0", name="version_counts"),
        CheckConstraint("trained_from_ns < trained_until_ns", name="trained_span"),
        CheckConstraint(
            "(approved_by IS NULL) = (approved_ns IS NULL)", name="approved_by_somebody"
        ),
        CheckConstraint(
            "stage NOT IN ('canary', 'full') OR approved_ns IS NOT NULL", name="serves_approved"
        ),
        Index("uq_models_full", "name", unique=True, **only_where("stage = 'full'")),
    )


class AlertRow(Base):
    """A condition that a person was called for; one row from its beginning to its end."""

    __tablename__ = "alerts"

    id: Mapped[RowNumber]
    key: Mapped[str]
    severity: Mapped[str]
    title: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    count: Mapped[int] = mapped_column(default=1)
    """How often it was raised."""
    first_ns: Mapped[int] = mapped_column(index=True)
    last_ns: Mapped[int]
    acknowledged_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    acknowledged_ns: Mapped[int | None]
    resolved_ns: Mapped[int | None]

    __table_args__ = (
        one_of("severity", Severity),
        CheckConstraint("count > 0 AND first_ns <= last_ns", name="counted"),
        Index("uq_alerts_open", "key", unique=True, **only_where("resolved_ns IS NULL")),
    )


class AuditRow(Base):
    """Where a fact of the audit is in its hash chain, and by what it is looked up."""

    __tablename__ = "audit_index"

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str]
    """Of the fact and the digest before it, hexadecimal."""
    kind: Mapped[str]
    who: Mapped[str]
    subject: Mapped[str]
    """What it is about: an order, a limit, a user."""
    ts_ns: Mapped[int] = mapped_column(index=True)

    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint(f"length(digest) = {DIGEST_DIGITS}", name="digest_whole"),
        CheckConstraint("position >= 0", name="position_counts"),
        Index(None, "kind", "ts_ns"),
        Index(None, "who", "ts_ns"),
        Index(None, "subject", "position"),
    )
