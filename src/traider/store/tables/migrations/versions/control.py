"""Control: users, limits and their history, models, alerts, the audit's index."""

import sqlalchemy as sa
from alembic import op

from traider.store.tables.migrations.columns import (
    decimal,
    flag,
    json,
    reference,
    row_number,
    whole,
    words,
)

revision = "0003_control"
down_revision = "0002_trading"


def upgrade() -> None:
    """Make the tables."""
    _make_users()
    _make_limits()
    _make_limit_changes()
    _make_models()
    _make_alerts()
    _make_audit_index()


def downgrade() -> None:
    """Remove the tables, those that refer to others first."""
    for name in ("audit_index", "alerts", "models", "limit_changes", "limits", "users"):
        op.drop_table(name)


def _make_users() -> None:
    op.create_table(
        "users",
        row_number(),
        words("name"),
        words("role"),
        words("password_digest"),
        flag("must_change_password"),
        words("totp_secret", optional=True),
        whole("totp_step"),
        json("recovery_digests"),
        whole("failures"),
        whole("locked_until_ns"),
        flag("is_disabled"),
        whole("created_ns"),
        whole("seen_ns", optional=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_users_failures_count")),
        sa.CheckConstraint("name = lower(name) AND name <> ''", name=op.f("ck_users_name_small")),
        sa.CheckConstraint(
            "role IN ('viewer', 'trader', 'risk_officer', 'admin')",
            name=op.f("ck_users_role_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("name", name=op.f("uq_users_name")),
    )


def _make_limits() -> None:
    op.create_table(
        "limits",
        words("scope"),
        words("name"),
        decimal("value"),
        whole("revision"),
        whole("changed_ns"),
        sa.PrimaryKeyConstraint("scope", "name", name=op.f("pk_limits")),
    )


def _make_limit_changes() -> None:
    op.create_table(
        "limit_changes",
        row_number(),
        words("scope"),
        words("name"),
        whole("revision"),
        whole("ts_ns"),
        words("who"),
        decimal("old_value", optional=True),
        decimal("new_value"),
        words("why"),
        sa.CheckConstraint(
            "(revision = 1) = (old_value IS NULL)", name=op.f("ck_limit_changes_first_has_no_old")
        ),
        sa.CheckConstraint("who <> '' AND why <> ''", name=op.f("ck_limit_changes_who_and_why")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limit_changes")),
        sa.UniqueConstraint(
            "scope", "name", "revision", name=op.f("uq_limit_changes_scope_name_revision")
        ),
    )
    op.create_index(op.f("ix_limit_changes_ts_ns"), "limit_changes", ["ts_ns"])


def _make_models() -> None:
    op.create_table(
        "models",
        row_number(),
        words("name"),
        whole("version"),
        words("kind"),
        words("stage"),
        words("artifact"),
        words("artifact_digest"),
        words("feature_digest"),
        json("metrics"),
        whole("trained_from_ns"),
        whole("trained_until_ns"),
        whole("created_ns"),
        reference("approved_by", optional=True),
        whole("approved_ns", optional=True),
        words("note"),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (approved_ns IS NULL)",
            name=op.f("ck_models_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "stage NOT IN ('canary', 'full') OR approved_ns IS NOT NULL",
            name=op.f("ck_models_serves_approved"),
        ),
        sa.CheckConstraint(
            "stage IN ('candidate', 'shadow', 'canary', 'full', 'retired')",
            name=op.f("ck_models_stage_known"),
        ),
        sa.CheckConstraint(
            "trained_from_ns < trained_until_ns", name=op.f("ck_models_trained_span")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_models_version_counts")),
        sa.ForeignKeyConstraint(["approved_by"], ["users.id"], name=op.f("fk_models_approved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_models_name_version")),
    )
    op.create_index(
        op.f("uq_models_full"),
        "models",
        ["name"],
        unique=True,
        sqlite_where=sa.text("stage = 'full'"),
        postgresql_where=sa.text("stage = 'full'"),
    )


def _make_alerts() -> None:
    op.create_table(
        "alerts",
        row_number(),
        words("key"),
        words("severity"),
        words("title"),
        words("detail"),
        whole("count"),
        whole("first_ns"),
        whole("last_ns"),
        reference("acknowledged_by", optional=True),
        whole("acknowledged_ns", optional=True),
        whole("resolved_ns", optional=True),
        sa.CheckConstraint("count > 0 AND first_ns <= last_ns", name=op.f("ck_alerts_counted")),
        sa.CheckConstraint(
            "severity IN ('info', 'warning', 'critical')", name=op.f("ck_alerts_severity_known")
        ),
        sa.ForeignKeyConstraint(
            ["acknowledged_by"], ["users.id"], name=op.f("fk_alerts_acknowledged_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_first_ns"), "alerts", ["first_ns"])
    op.create_index(
        op.f("uq_alerts_open"),
        "alerts",
        ["key"],
        unique=True,
        sqlite_where=sa.text("resolved_ns IS NULL"),
        postgresql_where=sa.text("resolved_ns IS NULL"),
    )


def _make_audit_index() -> None:
    op.create_table(
        "audit_index",
        whole("position"),
        words("digest"),
        words("kind"),
        words("who"),
        words("subject"),
        whole("ts_ns"),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_audit_index_digest_whole")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_audit_index_position_counts")),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_index")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_index_digest")),
    )
    op.create_index(op.f("ix_audit_index_kind_ts_ns"), "audit_index", ["kind", "ts_ns"])
    op.create_index(op.f("ix_audit_index_subject_position"), "audit_index", ["subject", "position"])
    op.create_index(op.f("ix_audit_index_ts_ns"), "audit_index", ["ts_ns"])
    op.create_index(op.f("ix_audit_index_who_ts_ns"), "audit_index", ["who", "ts_ns"])
