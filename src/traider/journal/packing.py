"""Pack the files of an ended segment with zstd, so that a crash at any point loses nothing.

The packed file is made beside the raw one, forced onto the disk and given its name; only then is
the raw one removed. Whoever finds both uses the raw one.
"""

import os
import queue
import threading
from pathlib import Path
from typing import Final

import pyarrow as pa

from traider.domain.errors import DataError
from traider.domain.fault_points import reach
from traider.journal.blocks import (
    HEADER_BYTES,
    NO_HASH,
    BlockHeader,
    BlockKind,
    crc_of,
    header_at,
    packed_header,
)
from traider.journal.byte_sources import RawFile
from traider.journal.groups import index_bytes
from traider.journal.segment_files import UNFINISHED, Role, SegmentPaths, sync_folder

ZSTD_LEVEL: Final = 1
"""Events get no smaller at the levels up to 6, and packing takes longer."""


def pack_segment(folder: Path, segment: int) -> None:
    """Pack both files of an ended segment, where that is not done.

    Raises:
        DataError: a file has no index, or does not come out of its pack as it went in.
        OSError: the disk refuses.
    """
    for role in Role:
        paths = SegmentPaths(folder, role, segment)
        if paths.raw.exists():
            _pack(paths)


def _pack(paths: SegmentPaths) -> None:
    unfinished = paths.packed.with_name(paths.packed.name + UNFINISHED)
    source = RawFile(paths.raw)
    try:
        _write_packed(source, paths, unfinished)
    except (DataError, OSError):
        unfinished.unlink(missing_ok=True)
        raise
    finally:
        source.close()
    reach("segment-packed")
    unfinished.replace(paths.packed)
    sync_folder(paths.folder)
    reach("segment-pack-kept")
    paths.raw.unlink()
    sync_folder(paths.folder)


def _write_packed(source: RawFile, paths: SegmentPaths, target: Path) -> None:
    index = source.index()
    if index is None:
        raise DataError(
            "the index of an ended segment is damaged",
            where=str(paths.raw),
            fix="verify the journal",
        )
    groups = index.groups.copy()
    head = _head(source)
    codec = pa.Codec("zstd", compression_level=ZSTD_LEVEL)
    with target.open("wb") as file:
        file.write(packed_header(head))
        for row in groups:
            raw = source.read(int(row["offset"]), int(row["bytes"]))
            frame = codec.compress(raw, asbytes=True)
            if codec.decompress(frame, len(raw), asbytes=True) != raw:
                raise DataError(
                    "a group did not come out of its pack as it went in",
                    where=str(paths.raw),
                    fix="see whether the memory of the machine is sound",
                )
            row["stored_offset"], row["stored_bytes"] = file.tell(), len(frame)
            row["stored_crc"] = crc_of(frame)
            file.write(frame)
        file.write(index_bytes(groups, head, file.tell()))
        file.flush()
        os.fsync(file.fileno())


def _head(source: RawFile) -> BlockHeader:
    """Return the head of the packed file: that of the raw one, without its payload.

    Raises:
        DataError: the raw file has none.
    """
    head = header_at(source.read(0, HEADER_BYTES), 0)
    if head is None:
        raise DataError(
            "the head of an ended segment is damaged",
            where=str(source.path),
            fix="verify the journal",
        )
    return head._replace(
        kind=BlockKind.PACKED_HEAD, payload_bytes=0, payload_crc=crc_of(b""), previous=NO_HASH
    )


class Packer:
    """Pack segments in a thread of its own, one after the other.

    To pack a segment takes most of a second; in the thread of the appends every event of that
    second would wait. The codec, the sums and the disk leave the interpreter free meanwhile. What
    fails leaves the raw files where they are, which are the journal as well as the packed ones.
    """

    def __init__(self, folder: Path) -> None:
        self.faults: list[str] = []
        """What could not be packed, and why; tried again by the next writer."""
        self._folder = folder
        self._waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def pack(self, segment: int) -> None:
        """Have a segment packed."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="journal-packer", daemon=True)
            self._thread.start()
        self._waiting.put(segment)

    def _run(self) -> None:
        while (segment := self._waiting.get()) is not None:
            try:
                pack_segment(self._folder, segment)
            except DataError as fault:
                self.faults.append(fault.line())
            except OSError as fault:
                self.faults.append(f"segment {segment} stays unpacked: {fault}")

    def close(self) -> None:
        """Wait until all is packed."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None
