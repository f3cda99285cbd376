"""Tables: what trading, research and people need to look up, in SQLite or PostgreSQL.

The journal is the truth about what happened; rows about orders, fills and positions are made from
its events and can be made again. The room decides nothing, keeps no market data (that is the
lake's, or ``traider.store.postgres``'s) and never prints a password.
"""

from traider.store.tables.addresses import DEFAULT_URL, DatabaseAddress
from traider.store.tables.alerts import AlertTable
from traider.store.tables.audit_index import AuditEntry, AuditIndex, AuditQuery
from traider.store.tables.databases import Databases
from traider.store.tables.engines import open_engine
from traider.store.tables.jobs import Job, JobState, JobTable, Wanted
from traider.store.tables.journals import JournalAccount, keep_journal
from traider.store.tables.limits import LimitTable
from traider.store.tables.projector import Projector
from traider.store.tables.schema import downgrade, require_schema, schema_status, upgrade
from traider.store.tables.sessions import read_session, write_session

__all__ = [
    "DEFAULT_URL",
    "AlertTable",
    "AuditEntry",
    "AuditIndex",
    "AuditQuery",
    "DatabaseAddress",
    "Databases",
    "Job",
    "JobState",
    "JobTable",
    "JournalAccount",
    "LimitTable",
    "Projector",
    "Wanted",
    "downgrade",
    "keep_journal",
    "open_engine",
    "read_session",
    "require_schema",
    "schema_status",
    "upgrade",
    "write_session",
]
