"""Find records of an audit: by what was done, by whom, to what, when, and any words in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.compliance.actions import actions_after, last_action_line
from traider.compliance.reading import records, records_about
from traider.compliance.records import AuditRecord, canonical

WAITING: Final = -1
"""Place of a record that the chain has not taken up yet."""


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


def search_waiting(folder: Path, wanted: AuditSearch) -> Iterator[AuditRecord]:
    """Yield the actions looked for that the chain has not taken up; none has a place or a hash.

    They wait while no trader runs: whoever writes the chain next takes them up.

    Raises:
        DataError: a line of theirs is none, or was changed.
    """
    for entry in actions_after(folder, last_action_line(folder)):
        record = AuditRecord(
            WAITING, entry.ts_ns, entry.actor, entry.action, entry.object_id, entry.payload, "", ""
        )
        if wanted.fits(record):
            yield record
