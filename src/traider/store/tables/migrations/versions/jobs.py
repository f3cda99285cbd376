"""Jobs: the queue of long work."""

import sqlalchemy as sa
from alembic import op

from traider.store.tables.migrations.columns import json, row_number, whole, words

revision = "0001_jobs"
down_revision = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "jobs",
        row_number(),
        words("kind"),
        words("state"),
        words("wanted"),
        json("request"),
        whole("done"),
        whole("total"),
        words("note"),
        words("error"),
        words("worker"),
        whole("attempt"),
        whole("losses"),
        whole("created_ns"),
        whole("started_ns", optional=True),
        whole("ended_ns", optional=True),
        whole("heartbeat_ns", optional=True),
        sa.CheckConstraint(
            "done >= 0 AND total >= 0 AND attempt >= 0 AND losses >= 0", name=op.f("ck_jobs_counts")
        ),
        sa.CheckConstraint(
            "state <> 'running' OR heartbeat_ns IS NOT NULL", name=op.f("ck_jobs_running_beats")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'paused', 'done', 'failed', 'cancelled')",
            name=op.f("ck_jobs_state_known"),
        ),
        sa.CheckConstraint(
            "wanted IN ('run', 'pause', 'cancel')", name=op.f("ck_jobs_wanted_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_state_kind_id"), "jobs", ["state", "kind", "id"])


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("jobs")
