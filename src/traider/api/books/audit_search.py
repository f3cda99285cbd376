"""Records of the audit, newest first, in pages: a page looks at a bounded number of records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from traider.api.paging import cursor_of
from traider.api.shapes.audit import AuditPage, AuditShape
from traider.compliance.actions import ACTIONS, SOURCE
from traider.compliance.reading import records_backwards
from traider.compliance.records import AuditRecord
from traider.compliance.searching import WAITING, AuditSearch, search_waiting
from traider.compliance.segments import audit_folder
from traider.domain.errors import UsageError

LOOKED_AT_MOST: Final = 20_000
"""Records that one page looks at: a search for what is rare goes on over pages."""


def audit_page(
    state: Path, wanted: AuditSearch, limit: int, before: int | None, most: int = LOOKED_AT_MOST
) -> AuditPage:
    """Return the newest records that are looked for, before record ``before`` of the chain.

    The first page begins with what people did that the chain has not taken up yet.

    Raises:
        UsageError: the run keeps no audit.
        DataError: a line is no record.
    """
    folder = audit_folder(state)
    waiting = list(search_waiting(folder, wanted)) if before is None else []
    found = [audit_shape(record) for record in waiting[-limit:][::-1]]
    looked_at, further = len(found), None
    for record in _chained(folder, before):
        if len(found) == limit or looked_at == most:
            further = cursor_of(record.seq + 1)
            break
        looked_at += 1
        if wanted.fits(record):
            found.append(audit_shape(record))
    return AuditPage(items=found, next_cursor=further, looked_at=looked_at)


def _chained(folder: Path, before: int | None) -> Iterator[AuditRecord]:
    """Yield the chain from its end; where no trader ran yet there may be actions alone."""
    try:
        yield from records_backwards(folder, before)
    except UsageError:
        if not (folder / ACTIONS).exists():
            raise


def audit_shape(record: AuditRecord) -> AuditShape:
    """Return a record as a shape."""
    return AuditShape(
        seq=None if record.seq == WAITING else record.seq,
        ts_ns=record.ts_ns,
        clock="machine" if SOURCE in record.payload else "market",
        actor=record.actor,
        action=record.action,
        object_id=record.object_id,
        payload=dict(record.payload),
        hash=record.hash,
    )
