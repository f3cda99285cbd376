"""Jobs: the queue of long work."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001_jobs"
down_revision = None

_JSON = sa.JSON().with_variant(JSONB(), "postgresql")
_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "jobs",
        sa.Column("id", _ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("wanted", sa.String(), nullable=False),
        sa.Column("request", _JSON, nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("losses", sa.BigInteger(), nullable=False),
        sa.Column("created_ns", sa.BigInteger(), nullable=False),
        sa.Column("started_ns", sa.BigInteger(), nullable=True),
        sa.Column("ended_ns", sa.BigInteger(), nullable=True),
        sa.Column("heartbeat_ns", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'paused', 'done', 'failed', 'cancelled')",
            name=op.f("ck_jobs_state_known"),
        ),
        sa.CheckConstraint(
            "wanted IN ('run', 'pause', 'cancel')", name=op.f("ck_jobs_wanted_known")
        ),
        sa.CheckConstraint(
            "done >= 0 AND total >= 0 AND attempt >= 0 AND losses >= 0",
            name=op.f("ck_jobs_counts"),
        ),
        sa.CheckConstraint(
            "state <> 'running' OR heartbeat_ns IS NOT NULL", name=op.f("ck_jobs_running_beats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_state_kind_id"), "jobs", ["state", "kind", "id"])


def downgrade() -> None:
    """Remove the table."""
    op.drop_index(op.f("ix_jobs_state_kind_id"), table_name="jobs")
    op.drop_table("jobs")
