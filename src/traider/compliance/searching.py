"""Find records of an audit: by what was done, by whom, to what, when, and any words in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from traider.compliance.reading import records, records_about
from traider.compliance.records import AuditRecord, canonical


@dataclass(frozen=True)
class AuditSearch:
    """What is looked for; empty fields and None do not mind."""

    action: str = ""
    actor: str = ""
    object_id: str = ""
    text: str = ""
    """Any part of the record's JSON, capitals or not."""
    since_ns: int | None = None
    until_ns: int | None = None

    def fits(self, record: AuditRecord) -> bool:
        """Return whether a record is looked for."""
        wanted = (
            (self.action, record.action),
            (self.actor, record.actor),
            (self.object_id, record.object_id),
        )
        if any(asked and asked != told for asked, told in wanted):
            return False
        if self.since_ns is not None and record.ts_ns < self.since_ns:
            return False
        if self.until_ns is not None and record.ts_ns >= self.until_ns:
            return False
        return self.text.lower() in canonical(record.as_json()).lower()


def search(folder: Path, wanted: AuditSearch) -> Iterator[AuditRecord]:
    """Yield the records looked for, in the order of the chain.

    Raises:
        UsageError: there is no audit.
        DataError: a line is no record.
    """
    # What is exact is found among the bytes, without reading every record.
    exact = next(
        (
            f'"{name}":{canonical(value)}'
            for name, value in (
                ("object", wanted.object_id),
                ("action", wanted.action),
                ("actor", wanted.actor),
            )
            if value
        ),
        "",
    )
    found = records_about(folder, exact) if exact else records(folder)
    yield from (record for record in found if wanted.fits(record))
