"""``traider audit export`` and ``archive``: copies of an audit elsewhere."""

import json
import time
from datetime import datetime
from pathlib import Path

import click

from traider.compliance.exporting import (
    archive_segments,
    export_lines,
    export_table,
    locked_until,
)
from traider.compliance.segments import audit_folder
from traider.compliance.stores import S3, Store, StoreTerms, open_store
from traider.compliance.writing import AuditWriter
from traider.domain.errors import UsageError
from traider.runtime.config import load_config


def export_session(
    folder: Path, target: str, form: str, endpoint: str, *, lock: bool, as_json: bool
) -> int:
    """Copy the audit of ``folder`` to ``target``; return the exit code."""
    store, until = _opened(target, endpoint, lock=lock)
    export = export_lines if form == "jsonl" else export_table
    done = export(audit_folder(folder), store)
    if as_json:
        body = {"records": done.records, "files": done.files, "written": done.written}
        click.echo(json.dumps(body | {"locked_until": _text(until)}))
    else:
        locked = f", locked until {until.date().isoformat()}" if until is not None else ""
        click.echo(f"{done.records:,} records, {done.written} of {done.files} files new{locked}")
    return 0


def archive_session(folder: Path, target: str, endpoint: str, *, lock: bool, as_json: bool) -> int:
    """Move the full files of the audit of ``folder`` to an archive; return the exit code."""
    where = target or load_config().audit.archive
    if not where:
        raise UsageError(
            "no archive is named", where="audit.archive", fix="give --to s3://BUCKET/PREFIX"
        )
    store, until = _opened(where, endpoint, lock=lock)
    with AuditWriter.open(audit_folder(folder)) as writer:
        moved = archive_segments(writer, store, until)
    if as_json:
        click.echo(json.dumps({"moved": moved, "locked_until": _text(until)}))
    else:
        click.echo(f"{moved} files moved; the chain tells where each is")
    return 0


def _opened(target: str, endpoint: str, *, lock: bool) -> tuple[Store, datetime | None]:
    until = None
    if lock and target.startswith(S3):
        until = locked_until(load_config().audit.retention_years, time.time_ns())
    return open_store(target, StoreTerms(endpoint, until)), until


def _text(until: datetime | None) -> str | None:
    return None if until is None else until.isoformat()
