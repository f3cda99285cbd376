"""What ``traider db status`` prints."""

from traider.store.tables.schema import SchemaStatus
from traider.store.tables.server_facts import ServerFacts


def status_lines(place: str, status: SchemaStatus, facts: ServerFacts) -> list[str]:
    """Return the state of a database as lines for a person."""
    lines = [f"database  {place}", f"server    {facts.product} {facts.version}{_role(facts)}"]
    if facts.product == "PostgreSQL":
        lines.append(f"timescale {_timescale(facts)}")
    lines.append(f"size      {facts.bytes / 1e6:,.1f} MB")
    if status.is_current:
        lines.append(f"tables    {status.current}, up to date")
    else:
        held = status.current or "none"
        lines.append(f"tables    {held}; to apply: {', '.join(status.pending)}")
        lines.append("          run traider db upgrade")
    return lines


def status_json(place: str, status: SchemaStatus, facts: ServerFacts) -> dict[str, object]:
    """Return the state of a database as JSON."""
    return {
        "database": place,
        "product": facts.product,
        "version": facts.version,
        "is_replica": facts.is_replica,
        "timescale": facts.timescale,
        "timescale_offered": facts.timescale_offered,
        "bytes": facts.bytes,
        "revision": status.current,
        "newest": status.newest,
        "pending": status.pending,
    }


def _role(facts: ServerFacts) -> str:
    return ", a read replica" if facts.is_replica else ""


def _timescale(facts: ServerFacts) -> str:
    if facts.timescale:
        return facts.timescale
    if facts.timescale_offered:
        return f"{facts.timescale_offered} is offered: CREATE EXTENSION timescaledb"
    return "not there; native partitions are used"
