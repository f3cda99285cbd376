"""Leases: who leads, and until when."""

import sqlalchemy as sa
from alembic import op

from traider.store.tables.migrations.columns import whole, words

revision = "0004_leases"
down_revision = "0003_control"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "leases",
        words("name"),
        whole("epoch"),
        words("holder"),
        whole("taken_ns"),
        whole("until_ns"),
        sa.CheckConstraint("epoch > 0 AND epoch <= 2047", name=op.f("ck_leases_epoch_fits")),
        sa.CheckConstraint("name <> '' AND holder <> ''", name=op.f("ck_leases_named")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def downgrade() -> None:
    """Remove the table."""
    op.drop_table("leases")
