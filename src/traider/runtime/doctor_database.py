"""What the doctor says of the database: whether it answers, and whether its tables fit."""

from traider.domain.errors import TraiderError
from traider.runtime.config_model import Config
from traider.runtime.doctor_findings import Finding, Status
from traider.store.tables.databases import Databases
from traider.store.tables.schema import schema_status
from traider.store.tables.server_facts import server_facts


def database_findings(config: Config) -> tuple[Finding, ...]:
    """Examine the database, and its read replica where one is set up."""
    replica = config.database.replica_url.get_secret_value()
    try:
        databases = Databases(config.database.url.get_secret_value(), replica)
    except TraiderError as error:
        return (_faulty("database", error),)
    with databases:
        found = [_database_finding(databases)]
        if replica:
            found.append(_replica_finding(databases))
    return tuple(found)


def _database_finding(databases: Databases) -> Finding:
    address = databases.address
    if address.is_sqlite and not address.file.exists():
        return Finding(
            "database", Status.OPTIONAL, f"{address} is not made yet", "traider db upgrade"
        )
    try:
        status = schema_status(databases.write())
        said = _said(databases, is_replica=False)
    except TraiderError as error:
        return _faulty("database", error)
    if status.is_current:
        return Finding("database", Status.OK, f"{said}, tables of {status.current}")
    held = f"tables of {status.current}" if status.current else "no tables yet"
    return Finding("database", Status.FAULTY, f"{said}, {held}", "traider db upgrade")


def _replica_finding(databases: Databases) -> Finding:
    try:
        return Finding("read replica", Status.OK, _said(databases, is_replica=True))
    except TraiderError as error:
        return _faulty("read replica", error)


def _said(databases: Databases, *, is_replica: bool) -> str:
    facts = server_facts(databases.research() if is_replica else databases.write())
    address = databases.research_address if is_replica else databases.address
    text = f"{facts.product} {facts.version} at {address}"
    if facts.product == "PostgreSQL":
        text += f", TimescaleDB {facts.timescale}" if facts.timescale else ", without TimescaleDB"
    return text


def _faulty(name: str, error: TraiderError) -> Finding:
    where = f"{error.where}: " if error.where else ""
    return Finding(name, Status.FAULTY, f"{where}{error.what}", error.fix)
