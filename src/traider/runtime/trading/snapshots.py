"""The kernel's state and what stands beside it, kept now and then, so that a start is quick."""

import struct
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from traider.domain.errors import DataError
from traider.journal.snapshots import SnapshotStore
from traider.kernel.live_machine import digest_of
from traider.runtime.trading.standing import Standing
from traider.runtime.trading.trader import Trader

_LENGTH: Final = struct.Struct("<I")
_MEMORIES: Final[list[bytearray]] = []
"""Memory that held a state before; as much as was in use at once."""


@dataclass(frozen=True)
class Kept:
    """A state that was kept: of the kernel, and beside it."""

    sequence: int
    standing: Standing
    state: bytes
    digest: str
    """Of the kernel's state."""


@dataclass(frozen=True)
class Taken:
    """A state as it was taken, to be written or compared later, in any thread."""

    sequence: int
    standing: bytes
    state: memoryview
    """Of memory that is used again once nobody has this any more."""
    passed_ns: int

    @property
    def digest(self) -> str:
        """Digest of the kernel's state."""
        return digest_of(self.state)


def take_state(trader: Trader) -> Taken:
    """Return the state of a trader; the kernel stands after all events of its journal.

    The trader waits for a copy alone: fresh memory would take some ten times as long.
    """
    standing = trader.standing
    memory = _memory(trader.machine.state_bytes)
    trader.machine.copy_state(memory)
    taken = Taken(
        trader.machine.sequence,
        standing.to_bytes(),
        memoryview(memory),
        standing.passed_ns,
    )
    weakref.finalize(taken, _MEMORIES.append, memory).atexit = False
    return taken


def _memory(size: int) -> bytearray:
    """Return memory of just this size, used before where there is some."""
    while _MEMORIES:
        memory = _MEMORIES.pop()
        if len(memory) == size:
            return memory
    return bytearray(size)


class SnapshotWriter:
    """Writes states in a thread of its own: 20 MB and an fsync would hold the trader up."""

    def __init__(self, journal: Path, on_fault: Callable[[str], None], kept: int = 5) -> None:
        self._store = SnapshotStore(journal, kept)
        self._on_fault = on_fault
        self._thread: threading.Thread | None = None

    @property
    def is_busy(self) -> bool:
        """Whether the last one is still being written."""
        return self._thread is not None and self._thread.is_alive()

    def write(self, taken: Taken) -> bool:
        """Begin to write a state; return whether the last one was done."""
        if self.is_busy:
            return False
        self._thread = threading.Thread(target=self._write, args=(taken,), name="snapshot")
        self._thread.start()
        return True

    def _write(self, taken: Taken) -> None:
        parts = (_LENGTH.pack(len(taken.standing)), taken.standing, taken.state)
        try:
            self._store.write_parts(taken.sequence, parts, taken.digest.encode())
        except OSError as fault:
            self._on_fault(f"a snapshot could not be written: {fault.strerror}")

    def close(self) -> None:
        """Wait until the last one is written."""
        if self._thread is not None:
            self._thread.join()


def latest_state(journal: Path, sequence: int) -> tuple[Kept | None, tuple[str, ...]]:
    """Return the newest state that knows no event from ``sequence`` on, and warnings."""
    found = SnapshotStore(journal).latest(sequence)
    if found.snapshot is None:
        return None, found.warnings
    body = found.snapshot.state
    (length,) = _LENGTH.unpack_from(body)
    begin = _LENGTH.size + length
    try:
        standing = Standing.from_bytes(body[_LENGTH.size : begin])
    except msgspec.DecodeError as fault:
        raise DataError(
            f"a snapshot holds what this version cannot read: {fault}",
            where=str(journal),
            fix="remove the folder snapshots; the journal is replayed from its start then",
        ) from fault
    digest = found.snapshot.digest.decode()
    return Kept(found.snapshot.sequence, standing, body[begin:], digest), found.warnings
