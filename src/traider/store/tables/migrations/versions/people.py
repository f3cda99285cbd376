"""People: sessions, tokens, wrong logins, approvals, and requests already answered."""

import sqlalchemy as sa
from alembic import op

from traider.store.tables.migrations.columns import reference, row_number, whole, words

revision = "0005_people"
down_revision = "0004_leases"


def upgrade() -> None:
    """Make the tables."""
    _make_sessions()
    _make_api_tokens()
    _make_login_failures()
    _make_approvals()
    _make_idempotency_keys()


def downgrade() -> None:
    """Remove the tables."""
    for name in ("idempotency_keys", "approvals", "login_failures", "api_tokens", "sessions"):
        op.drop_table(name)


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        row_number(),
        words("digest"),
        words("digest_before", optional=True),
        whole("changed_ns"),
        reference("user_id"),
        whole("created_ns"),
        whole("seen_ns"),
        whole("until_ns"),
        whole("fresh_ns", optional=True),
        words("fresh_way", optional=True),
        words("address"),
        words("agent"),
        sa.CheckConstraint(
            "(fresh_ns IS NULL) = (fresh_way IS NULL)", name=op.f("ck_sessions_fresh_some_way")
        ),
        sa.CheckConstraint(
            "fresh_way IN ('code', 'password')", name=op.f("ck_sessions_fresh_way_known")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_sessions_digest")),
        sa.UniqueConstraint("digest_before", name=op.f("uq_sessions_digest_before")),
    )
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"])


def _make_api_tokens() -> None:
    op.create_table(
        "api_tokens",
        row_number(),
        words("digest"),
        reference("user_id"),
        words("name"),
        words("hint"),
        words("scopes"),
        whole("created_ns"),
        whole("until_ns"),
        whole("seen_ns", optional=True),
        whole("revoked_ns", optional=True),
        sa.CheckConstraint("scopes <> ''", name=op.f("ck_api_tokens_for_something")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
    )
    op.create_index(op.f("ix_api_tokens_user_id"), "api_tokens", ["user_id"])


def _make_login_failures() -> None:
    op.create_table(
        "login_failures",
        words("subject"),
        whole("failures"),
        whole("last_ns"),
        whole("locked_until_ns"),
        sa.CheckConstraint("failures > 0", name=op.f("ck_login_failures_failures_count")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_login_failures")),
    )
    op.create_index(op.f("ix_login_failures_last_ns"), "login_failures", ["last_ns"])


def _make_approvals() -> None:
    op.create_table(
        "approvals",
        row_number(),
        *(words(name) for name in ("right", "what", "method", "path", "query", "body")),
        words("idempotency_key"),
        reference("asked_by"),
        whole("asked_ns"),
        whole("until_ns"),
        words("state"),
        reference("decided_by", optional=True),
        whole("decided_ns", optional=True),
        whole("answer_status", optional=True),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_approvals_two_people")
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR decided_by IS NOT NULL",
            name=op.f("ck_approvals_approved_by"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'refused', 'expired')",
            name=op.f("ck_approvals_state_known"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_approvals_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_approvals_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(op.f("ix_approvals_state_id"), "approvals", ["state", "id"])


def _make_idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        words("who"),
        words("key"),
        words("request_digest"),
        whole("asked_ns"),
        whole("status", optional=True),
        words("answer", optional=True),
        sa.CheckConstraint(
            "(status IS NULL) = (answer IS NULL)",
            name=op.f("ck_idempotency_keys_answered_whole"),
        ),
        sa.PrimaryKeyConstraint("who", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_asked_ns"), "idempotency_keys", ["asked_ns"])
