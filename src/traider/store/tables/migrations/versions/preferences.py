"""What people choose for themselves, and the end of passwords that others made for them."""

import sqlalchemy as sa
from alembic import op

from traider.store.tables.migrations.columns import json, reference, whole

revision = "0006_preferences"
down_revision = "0005_people"


def upgrade() -> None:
    """Make the table and the column."""
    op.create_table(
        "preferences",
        reference("user_id"),
        json("chosen"),
        whole("changed_ns"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_preferences_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_preferences")),
    )
    op.add_column("users", whole("password_until_ns", optional=True))


def downgrade() -> None:
    """Remove them; the dashboard is as everybody has it then."""
    with op.batch_alter_table("users") as users:
        users.drop_column("password_until_ns")
    op.drop_table("preferences")
