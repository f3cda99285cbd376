"""Run by Alembic: migrate over the connection it was given, within that transaction."""

from alembic import context

from traider.store.tables.models import Base


def migrate() -> None:
    """Run the revisions that were asked for."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,
    )
    context.run_migrations()


migrate()
