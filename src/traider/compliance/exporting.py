"""Copy an audit out, and move its full files to an archive; only a chain that verifies is copied.

A file that is moved leaves a record in the chain that tells where it went and what it was, a
tombstone; it is removed here only after the archive gave its bytes back the same. Nothing else is
ever removed.
"""

import hashlib
import io
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from traider.compliance.actions import last_line_of
from traider.compliance.reading import last_place_in, mapped, records
from traider.compliance.records import AuditRecord, Entry, canonical, record_of
from traider.compliance.segments import MANIFEST, list_segments
from traider.compliance.stores import ArchiveError, Store
from traider.compliance.tombstones import TOMBSTONE, Tombstone, tombstones
from traider.compliance.verifying import ChainVerdict, verify_chain
from traider.compliance.writing import AuditWriter
from traider.domain.errors import DataError

PARQUET: Final = "audit.parquet"
_BATCH: Final = 20_000
_COLUMNS: Final[dict[str, pa.DataType]] = {
    "seq": pa.int64(),
    "ts": pa.timestamp("ns", tz="UTC"),
    "actor": pa.string(),
    "action": pa.string(),
    "object": pa.string(),
    "payload": pa.string(),
    "previous": pa.string(),
    "hash": pa.string(),
}
_SCHEMA: Final = pa.schema(_COLUMNS)
"""``payload`` is canonical JSON, so that each hash can be had again from its row."""


@dataclass
class Exported:
    """What was copied."""

    records: int
    files: int = 0
    """All files of the copy."""
    written: int = 0
    """Those that were not there already."""


def locked_until(years: int, now_ns: int) -> datetime:
    """Return the end of a retention of so many years."""
    now = datetime.fromtimestamp(now_ns // 1_000_000_000, UTC)
    try:
        return now.replace(year=now.year + years)
    except ValueError:  # the 29th of February
        return now.replace(year=now.year + years, day=28)


def export_lines(folder: Path, store: Store) -> Exported:
    """Copy the files of the chain as they are, and a list of them.

    Raises:
        DataError: the chain does not verify.
        ArchiveError: the store refuses.
    """
    verdict = _verified(folder)
    done = Exported(verdict.records)
    files = {}
    for path in list_segments(folder).values():
        data = path.read_bytes()
        data = data[: data.rfind(b"\n") + 1]
        files[path.name] = hashlib.sha256(data).hexdigest()
        _put(store, path.name, data, done)
    _put(store, MANIFEST, _manifest(verdict, files), done)
    return done


def export_table(folder: Path, store: Store) -> Exported:
    """Copy the chain as one Parquet table.

    Raises:
        DataError: the chain does not verify.
        ArchiveError: the store refuses.
    """
    verdict = _verified(folder)
    done = Exported(verdict.records)
    buffer, found = io.BytesIO(), records(folder)
    with pq.ParquetWriter(buffer, _SCHEMA, compression="zstd") as writer:
        while batch := list(islice(found, _BATCH)):
            writer.write_table(_table(batch))
    _put(store, PARQUET, buffer.getvalue(), done)
    return done


def archive_segments(writer: AuditWriter, store: Store, until: datetime | None) -> int:
    """Move the files that are full to an archive; return how many.

    Raises:
        DataError: the chain does not verify.
        ArchiveError: the store refuses, or gives back other bytes.
    """
    writer.sync()
    _verified(writer.folder)
    moved, under_way = 0, writer.segment
    for number, path in list_segments(writer.folder).items():
        if number >= under_way:
            break
        data = path.read_bytes()
        store.put(path.name, data)
        if store.read(path.name) != data:
            raise ArchiveError(
                "gives back other bytes than it was given",
                where=store.address(path.name),
                fix="keep the file here, and look into the archive",
            )
        entry = _tombstone(number, path, data, (store.address(path.name), until))
        writer.append([entry])
        writer.sync()
        path.unlink()
        moved += 1
    return moved


def _tombstone(number: int, path: Path, data: bytes, kept: tuple[str, datetime | None]) -> Entry:
    where, until = kept
    with mapped(path) as raw:
        end = raw.rfind(b"\n")
        first = record_of(bytes(raw[: raw.find(b"\n")]))
        last = record_of(bytes(raw[raw.rfind(b"\n", 0, end) + 1 : end]))
    told = Tombstone(
        segment=number,
        first=first.seq,
        last=last.seq,
        previous=first.previous,
        hash=last.hash,
        sha256=hashlib.sha256(data).hexdigest(),
        moved_to=where,
        locked_until=None if until is None else until.isoformat(),
        told=last_place_in(path),
        actions=last_line_of(path),
    )
    # What a file tells of those moved before it goes with it, and is told on from here.
    earlier = [each.as_json() for each in tombstones({number: path}).values()]
    payload = told.as_json() | {"earlier": earlier}
    return Entry(time.time_ns(), "house", TOMBSTONE, path.name, payload)


def _verified(folder: Path) -> ChainVerdict:
    verdict = verify_chain(folder)
    if verdict.fault is not None:
        raise DataError(
            verdict.fault.line,
            where=str(folder),
            fix="restore the audit from a copy; what does not verify is not copied",
        )
    return verdict


def _put(store: Store, name: str, data: bytes, done: Exported) -> None:
    done.files += 1
    done.written += store.put(name, data)


def _manifest(verdict: ChainVerdict, files: Mapping[str, str]) -> bytes:
    head = verdict.head
    body = {
        "records": verdict.records,
        "head": None if head is None else {"seq": head.seq, "hash": head.hash},
        "files": files,
    }
    return json.dumps(body, indent=2, sort_keys=True).encode() + b"\n"


def _table(batch: list[AuditRecord]) -> pa.Table:
    columns = {
        "seq": [each.seq for each in batch],
        "ts": [each.ts_ns for each in batch],
        "actor": [each.actor for each in batch],
        "action": [each.action for each in batch],
        "object": [each.object_id for each in batch],
        "payload": [canonical(each.payload) for each in batch],
        "previous": [each.previous for each in batch],
        "hash": [each.hash for each in batch],
    }
    return pa.table(columns, schema=_SCHEMA)
