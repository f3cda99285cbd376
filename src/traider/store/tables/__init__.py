"""Tables: what trading, research and people need to look up, in SQLite or PostgreSQL.

The journal is the truth about what happened; rows about orders, fills and positions are made from
its events and can be made again. The room decides nothing, keeps no market data (that is the
lake's, or ``traider.store.postgres``'s) and never prints a password.
"""

from traider.store.tables.addresses import DEFAULT_URL, DatabaseAddress
from traider.store.tables.engines import open_engine
from traider.store.tables.jobs import Job, JobState, JobTable, Wanted
from traider.store.tables.schema import downgrade, require_schema, schema_status, upgrade
from traider.store.tables.sessions import read_session, write_session

__all__ = [
    "DEFAULT_URL",
    "DatabaseAddress",
    "Job",
    "JobState",
    "JobTable",
    "Wanted",
    "downgrade",
    "open_engine",
    "read_session",
    "require_schema",
    "schema_status",
    "upgrade",
    "write_session",
]
