"""Where the features role stands in each stream, on the disk, so that a restart goes on from there.

One file an instrument, replaced as a whole: a line of JSON (how far the stream was taken, and the
digest of what follows), then the kernel's state, compressed. It is written after the rows that were
made of those events, and before the bus hears of it.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
from blake3 import blake3

from traider.bus import Position
from traider.domain.errors import DataError

FOLDER_NAME: Final = "_streams"
_FORMAT: Final = 1
_ENDING: Final = ".state"


@dataclass(frozen=True)
class StreamState:
    """How far a stream was taken, and the state that it led to."""

    position: Position
    begun_ns: int
    """Time of its first event."""
    covered_ns: int
    """Until when the store has everything of the stream."""
    kernel: bytes


class StreamStates:
    """The files of one group of readers, beside the lake that it writes."""

    def __init__(self, lake: Path, group: str) -> None:
        self.folder = lake / FOLDER_NAME / group

    def load(self, key: str) -> StreamState | None:
        """Return the state of a stream, None where there is none yet.

        Raises:
            DataError: the file is damaged.
        """
        path = self._path(key)
        try:
            head, _, body = path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        try:
            told: Mapping[str, int | str] = json.loads(head)
            if told["format"] != _FORMAT or told["blake3"] != blake3(body).hexdigest():
                raise _damaged(path)
            position = Position(int(told["epoch"]), int(told["next"]))
            kernel = pa.decompress(body, int(told["bytes"]), "zstd", asbytes=True)
            begun_ns, covered_ns = int(told["begun_ns"]), int(told["covered_ns"])
            return StreamState(position, begun_ns, covered_ns, kernel)
        except (ValueError, KeyError, TypeError) as fault:
            raise _damaged(path) from fault

    def save(self, key: str, state: StreamState) -> None:
        """Keep a state; once it returns it stays.

        Raises:
            DataError: the disk refuses.
        """
        body = pa.compress(state.kernel, "zstd", asbytes=True)
        head = {
            "format": _FORMAT,
            "epoch": state.position.epoch,
            "next": state.position.next,
            "begun_ns": state.begun_ns,
            "covered_ns": state.covered_ns,
            "bytes": len(state.kernel),
            "blake3": blake3(body).hexdigest(),
        }
        path = self._path(key)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as file:
                file.write(json.dumps(head).encode() + b"\n" + body)
                file.flush()
                os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError as fault:
            raise DataError(
                f"cannot be written: {fault.strerror}", where=str(path), fix="make room"
            ) from fault

    def _path(self, key: str) -> Path:
        return self.folder / f"{key.replace(':', '-')}{_ENDING}"


def _damaged(path: Path) -> DataError:
    return DataError(
        "is damaged",
        where=str(path),
        fix="remove the folder it is in, and read the topic from its beginning by another --group",
    )
