"""The samples of a run in a file beside it: a server begun again knows what the last one saw.

One line of JSON a sample. The file is the server's own; what cannot be read of it is passed over,
and where it cannot be written the series ends with the process.
"""

import contextlib
from pathlib import Path
from typing import Final

import msgspec

from traider.api.following.run_sample import RunSample

FILE: Final = "api.series.jsonl"
"""In the state folder."""
_ROOM: Final = 2
"""The file is written anew when it holds so many times what is kept."""


class KeptSamples:
    """The newest ``most`` samples of one state folder."""

    def __init__(self, folder: Path, most: int) -> None:
        self._path = folder / FILE
        self._most = most
        self._lines = 0

    def read(self, run_id: str) -> list[RunSample]:
        """Return the samples of one run, in order."""
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return []
        self._lines = len(lines)
        found = []
        for line in lines:
            # A server that was killed left half a line.
            with contextlib.suppress(msgspec.MsgspecError, UnicodeDecodeError):
                sample = msgspec.json.decode(line, type=RunSample)
                if sample.run_id == run_id:
                    found.append(sample)
        return sorted(found, key=lambda each: each.at_ns)[-self._most :]

    def add(self, sample: RunSample) -> None:
        """Add one; the oldest give way now and then."""
        with contextlib.suppress(OSError):
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(sample) + b"\n")
            self._lines += 1
            if self._lines > _ROOM * self._most:
                self._shorten()

    def _shorten(self) -> None:
        kept = self._path.read_bytes().splitlines(keepends=True)[-self._most :]
        part = self._path.with_suffix(".part")
        part.write_bytes(b"".join(kept))
        part.replace(self._path)
        self._lines = len(kept)
