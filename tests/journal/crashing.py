"""A disk under which a writer dies at a chosen call, as a kill or a loss of power would have it.

The calls that change a disk are counted. At the chosen one the process "dies": a write leaves a
part of its bytes, anything else does not happen, and nothing is done after it. A loss of power
then takes a part of what was not yet forced onto the disk.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from traider.journal.packing import Packer, pack_segment

_CALLS = ("writev", "write", "pwrite", "fdatasync", "fsync", "ftruncate", "truncate")
_NAMES = ("replace", "unlink", "open")


class Crash(BaseException):
    """The process died."""


class CrashingDisk:
    """Count the calls, and die at number ``at``; a write then leaves ``share`` of its bytes."""

    def __init__(self, at: int, share: float = 0.0) -> None:
        self.at = at
        self.share = share
        self.calls = 0
        self.is_dead = False
        self._real: dict[str, Callable[..., Any]] = {}
        self._open: dict[int, Path] = {}
        self._synced: dict[Path, int] = {}
        self._named: set[Path] = set()

    def _dies(self) -> bool:
        if self.is_dead:
            raise Crash
        self.calls += 1
        self.is_dead = self.calls > self.at
        return self.is_dead

    def _wrapped(self, name: str) -> Callable[..., Any]:
        real = self._real[name]

        def call(*arguments: Any, **named: Any) -> Any:
            if name == "open" and not arguments[1] & os.O_CREAT:
                return self._opened(real(*arguments, **named), arguments[0])
            if self._dies():
                self._leave_part(name, arguments)
                raise Crash
            if name in ("fsync", "fdatasync"):
                return self._note_sync(arguments[0])  # the real one would only take time
            found = real(*arguments, **named)
            return self._opened(found, arguments[0]) if name == "open" else found

        return call

    def _opened(self, descriptor: int, path: Any) -> int:
        self._open[descriptor] = Path(path)
        return descriptor

    def _close(self, descriptor: int) -> None:
        """Close, and forget the number: it may be another file's by the time of the crash."""
        self._open.pop(descriptor, None)
        self._real["close"](descriptor)

    def _note_sync(self, descriptor: int) -> None:
        path = self._open.get(descriptor)
        if path is None:
            return
        if path.is_dir():
            self._named |= set(path.iterdir())
        else:
            self._synced[path] = os.fstat(descriptor).st_size

    def _leave_part(self, name: str, arguments: tuple[Any, ...]) -> None:
        if name == "writev":
            whole = b"".join(bytes(part) for part in arguments[1])
            self._real["write"](arguments[0], whole[: int(len(whole) * self.share)])
        elif name == "write":
            whole = bytes(arguments[1])
            self._real["write"](arguments[0], whole[: int(len(whole) * self.share)])

    def lose_power(self, folder: Path, chance: random.Random) -> None:
        """Take from the files of ``folder`` a part of what was not forced onto the disk."""
        for path in sorted(folder.iterdir()):
            if path.suffix != ".seg":
                continue
            synced = self._synced.get(path, 0)
            if path not in self._named and chance.random() < 0.5:
                path.unlink()
            else:
                kept = chance.randint(min(synced, path.stat().st_size), path.stat().st_size)
                os.truncate(path, kept)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Stand between the journal and the disk; swallow the crash."""
        with pytest.MonkeyPatch.context() as patch:
            for name in (*_CALLS, *_NAMES, "close"):
                self._real[name] = getattr(os, name)
            for name in (*_CALLS, *_NAMES):
                patch.setattr(os, name, self._wrapped(name))
            patch.setattr(os, "close", self._close)
            patch.setattr(Packer, "pack", _pack_at_once)
            with suppress(Crash):
                yield
        if self.is_dead:
            for descriptor in self._open:
                with suppress(OSError):
                    os.close(descriptor)


def _pack_at_once(packer: Packer, segment: int) -> None:
    pack_segment(packer._folder, segment)
