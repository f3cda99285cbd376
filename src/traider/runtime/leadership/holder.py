"""Which process holds a lease, so that the next leader can end it where it lives on.

A number of a process is used again; together with the machine's boot, the space of process numbers
and the time that the process began, it is not.
"""

import os
import signal
import socket
import time
from pathlib import Path
from typing import Final, Self

import msgspec

_PROCESSES: Final = Path("/proc")
_BOOT: Final = _PROCESSES / "sys/kernel/random/boot_id"
_STARTED_FIELD: Final = 19
"""Of ``/proc/N/stat``, counted behind the name, which may hold anything."""
_LOOK_S: Final = 0.005


class Holder(msgspec.Struct, frozen=True):
    """A process, as it is written beside the lease that it holds."""

    host: str
    boot: str
    """The machine's boot and its space of process numbers; empty where neither is known."""
    pid: int
    started: int
    """Ticks after the boot; 0 where it is not known."""

    @classmethod
    def here(cls) -> Self:
        """Return this process."""
        return cls(socket.gethostname(), _boot(), os.getpid(), _started(os.getpid()))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the process of a text, None when it says none."""
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError:
            return None

    def text(self) -> str:
        """Return the process as text."""
        return msgspec.json.encode(self).decode()

    def is_running_here(self) -> bool:
        """Whether it is another process of this machine that has not ended."""
        return (
            bool(self.boot)
            and self.boot == _boot()
            and self.pid != os.getpid()
            and self.started > 0
            and _started(self.pid) == self.started
        )

    def end(self, patience_s: float = 1.0) -> bool:
        """Kill it, though it be frozen; return whether it is gone."""
        if not self.is_running_here():
            return True
        try:
            process = os.pidfd_open(self.pid)
        except OSError:
            return not self.is_running_here()
        try:
            # Looked at again: the number may have gone to another one before it was opened.
            if self.is_running_here():
                signal.pidfd_send_signal(process, signal.SIGKILL)
        except OSError:
            return not self.is_running_here()
        finally:
            os.close(process)
        until = time.monotonic() + patience_s
        while self.is_running_here() and time.monotonic() < until:
            time.sleep(_LOOK_S)
        return not self.is_running_here()


def _boot() -> str:
    try:
        boot = _BOOT.read_text(encoding="ascii").strip()
        return f"{boot} {(_PROCESSES / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _started(pid: int) -> int:
    """Return when a process began, in ticks after the boot; 0 where it is not, or is dead."""
    try:
        fields = (_PROCESSES / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    behind = fields.rpartition(")")[2].split()
    return 0 if behind[0] in ("Z", "X") else int(behind[_STARTED_FIELD])
