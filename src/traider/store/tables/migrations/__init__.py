"""The schema's versions: Alembic runs ``env``, which runs what ``versions`` holds."""

__all__: list[str] = []
