"""Small chains for tests."""

from pathlib import Path

from traider.compliance.records import Entry
from traider.compliance.writing import AuditWriter


def entry(number: int) -> Entry:
    """Return the entry of a number: each tells of an event of its own."""
    payload = {"place": [3 * number, 1], "size": f"{number}.5", "ratio": number / 7, "note": "ü"}
    return Entry(1_000 + number, "trader", "order", f"{number:016x}", payload)


def small_chain(folder: Path, count: int = 12, segment_bytes: int = 900) -> Path:
    """Write a chain of some segments; return its folder."""
    with AuditWriter.open(folder, segment_bytes) as writer:
        writer.append(entry(number) for number in range(count))
    return folder
