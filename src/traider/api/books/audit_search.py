"""Records of the audit, newest first, in pages: a page looks at a bounded number of records."""

from pathlib import Path
from typing import Final

from traider.api.paging import cursor_of
from traider.api.shapes.audit import AuditPage, AuditShape
from traider.compliance.reading import records_backwards
from traider.compliance.records import AuditRecord
from traider.compliance.searching import AuditSearch
from traider.compliance.segments import audit_folder

LOOKED_AT_MOST: Final = 20_000
"""Records that one page looks at: a search for what is rare goes on over pages."""


def audit_page(
    state: Path, wanted: AuditSearch, limit: int, before: int | None, most: int = LOOKED_AT_MOST
) -> AuditPage:
    """Return the newest records that are looked for, before record ``before`` of the chain.

    Raises:
        UsageError: the run keeps no audit.
        DataError: a line is no record.
    """
    found: list[AuditShape] = []
    looked_at, further = 0, None
    for record in records_backwards(audit_folder(state), before):
        looked_at += 1
        if wanted.fits(record):
            found.append(audit_shape(record))
        if len(found) == limit or looked_at == most:
            further = cursor_of(record.seq) if record.seq else None
            break
    return AuditPage(items=found, next_cursor=further, looked_at=looked_at)


def audit_shape(record: AuditRecord) -> AuditShape:
    """Return a record as a shape."""
    return AuditShape(
        seq=record.seq,
        ts_ns=record.ts_ns,
        actor=record.actor,
        action=record.action,
        object_id=record.object_id,
        payload=dict(record.payload),
        hash=record.hash,
    )
