"""Snapshots of a state beside the journal, so that a restart need not replay it from its start.

A snapshot is the bytes of a state after all events before a sequence, and the state's own digest.
It is one block in a file of its own, made beside and renamed, so it is there whole or not at all.
A damaged one is passed over for an older one, and that is told.
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from blake3 import blake3

from traider.domain.errors import UsageError
from traider.domain.fault_points import reach
from traider.journal.blocks import (
    HEADER_BYTES,
    BlockHeader,
    BlockKind,
    Bytes,
    crc_of,
    hash_of_block,
    packed_header,
    whole_header_at,
)
from traider.journal.faults import FaultKind, FaultList, JournalFault
from traider.journal.segment_files import UNFINISHED, sync_folder

SNAPSHOT_FOLDER: Final = "snapshots"
KEPT: Final = 5
DIGEST_BYTES_MAX: Final = 255
_NAME: Final = re.compile(r"snapshot-(\d{20})\.snap")


@dataclass(frozen=True)
class Snapshot:
    """A state, and the sequence of the first event that it does not know."""

    sequence: int
    state: bytes
    digest: bytes
    """The state's own digest, as its maker took it."""


@dataclass(frozen=True)
class SnapshotSearch:
    """What was found, and what had to be passed over."""

    snapshot: Snapshot | None
    warnings: tuple[str, ...] = ()


class SnapshotStore:
    """The snapshots of one journal."""

    def __init__(self, folder: Path, keep: int = KEPT) -> None:
        """Take the snapshots of the journal in ``folder``; ``keep`` of them are kept, at least 1.

        Raises:
            UsageError: none would be kept.
        """
        if keep < 1:
            raise UsageError(f"to keep {keep} snapshots", fix="keep at least one")
        self.folder = folder / SNAPSHOT_FOLDER
        self._keep = keep

    def write(self, sequence: int, state: bytes, digest: bytes) -> Path:
        """Keep ``state`` as it is before event ``sequence``; remove those that are too many.

        Raises:
            UsageError: the digest is longer than 255 bytes.
            OSError: the disk refuses; what was there stays.
        """
        return self.write_parts(sequence, (state,), digest)

    def write_parts(self, sequence: int, parts: Sequence[Bytes], digest: bytes) -> Path:
        """Keep a state whose bytes lie apart, without a copy of them; raises as ``write``."""
        if len(digest) > DIGEST_BYTES_MAX:
            raise UsageError(
                f"a digest of {len(digest)} bytes", fix=f"use one of at most {DIGEST_BYTES_MAX}"
            )
        payload = (bytes((len(digest),)) + digest, *parts)
        hasher, crc = blake3(), 0
        for part in payload:
            hasher.update(part)
            crc = crc_of(part, crc)
        header = BlockHeader(
            BlockKind.SNAPSHOT,
            number=sum(map(len, parts)),
            sequence=sequence,
            ts_first=0,
            ts_last=0,
            records=0,
            payload_bytes=sum(map(len, payload)),
            segment=0,
            place=0,
            previous=hasher.digest(),
            payload_crc=crc,
        )
        path = self.folder / f"snapshot-{sequence:020}.snap"
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(path.name + UNFINISHED)
        reach("snapshot-write")
        try:
            with unfinished.open("wb") as file:
                file.write(packed_header(header))
                file.writelines(payload)
                file.flush()
                os.fsync(file.fileno())
            reach("snapshot-written")
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise
        sync_folder(self.folder)
        reach("snapshot-kept")
        self._prune()
        return path

    def _prune(self) -> None:
        for path in list(self._newest_first())[self._keep :]:
            path.unlink()
        for path in self.folder.glob(f"*{UNFINISHED}"):
            if _NAME.fullmatch(path.name.removesuffix(UNFINISHED)) and path.is_file():
                path.unlink()

    def _newest_first(self) -> Iterator[Path]:
        if self.folder.is_dir():
            names = (path.name for path in self.folder.iterdir())
            for name in sorted(filter(_NAME.fullmatch, names), reverse=True):
                yield self.folder / name

    def latest(self, sequence: int) -> SnapshotSearch:
        """Return the newest whole snapshot that knows no event from ``sequence`` on."""
        warnings: list[str] = []
        for path in self._newest_first():
            if _sequence_of(path) > sequence:
                continue
            found = _read(path)
            if isinstance(found, Snapshot):
                return SnapshotSearch(found, tuple(warnings))
            warnings.append(f"{path.name}: {found}; an older one is taken")
        return SnapshotSearch(None, tuple(warnings))

    def forget_after(self, sequence: int) -> tuple[str, ...]:
        """Remove the snapshots that know events from ``sequence`` on; return their names.

        They are of events that the machine's end took from the journal: once others stand in their
        place, such a snapshot would be taken for one of these.

        Raises:
            OSError: the disk refuses.
        """
        gone = [path for path in self._newest_first() if _sequence_of(path) > sequence]
        for path in gone:
            path.unlink()
        if gone:
            sync_folder(self.folder)
        return tuple(path.name for path in gone)

    def faults(self) -> Iterator[JournalFault]:
        """Yield what is wrong with the snapshots; one that a writer let go of meanwhile is none."""
        for path in self._newest_first():
            found = _read(path)
            if not isinstance(found, Snapshot) and path.exists():
                faults = FaultList(f"{SNAPSHOT_FOLDER}/{path.name}")
                with suppress(FileNotFoundError):
                    faults.add(FaultKind.SNAPSHOT, found, size=path.stat().st_size)
                yield from faults.found


def _sequence_of(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    assert match is not None  # noqa: S101 - listed by that pattern
    return int(match[1])


def _read(path: Path) -> Snapshot | str:
    """Return the snapshot of a file, or what is wrong with it."""
    try:
        found = path.read_bytes()
    except OSError as fault:
        return f"the snapshot cannot be read: {fault.strerror}"
    header = whole_header_at(found[:HEADER_BYTES])
    payload = found[HEADER_BYTES:]
    if header.kind != BlockKind.SNAPSHOT or len(payload) != header.payload_bytes:
        return "the snapshot is damaged"
    if header.sequence != _sequence_of(path):
        return f"the snapshot is of event {header.sequence}"
    if hash_of_block(payload) != header.previous or crc_of(payload) != header.payload_crc:
        return "the snapshot is damaged"
    begin = 1 + payload[0]
    return Snapshot(header.sequence, payload[begin:], payload[1:begin])
