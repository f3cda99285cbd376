"""What the processes of a run take of the machine, as the kernel's ``/proc`` tells it.

Where there is no ``/proc`` nothing is known, and nothing is told.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from traider.runtime.state_folder import PAIR_LOCK
from traider.runtime.status_body import Phase, StatusBody

_PROCESSES: Final = Path("/proc")
_USER_FIELD: Final = 11
"""Of ``/proc/N/stat``, counted behind the name: ticks in user mode, and next in the kernel's."""
_THREADS_FIELD: Final = 17


class _Pid(msgspec.Struct, frozen=True):
    pid: int


@dataclass(frozen=True, slots=True)
class ProcessUse:
    """What one process took so far."""

    name: str
    """Trader, gateway, supervisor, standby or api."""
    pid: int
    cpu_s: float
    """Of all its threads since it began."""
    memory_bytes: int
    """Resident."""
    threads: int


def run_processes(folder: Path, status: StatusBody | None) -> tuple[ProcessUse, ...]:
    """Return what each process of the run of a folder takes, this one among them."""
    found = [("api", os.getpid())]
    if status is not None and status.pid and status.phase is not Phase.STOPPED:
        found.insert(0, ("trader", status.pid))
        found += [("standby", each.pid) for each in status.standbys]
    for name in ("gateway", "supervisor"):
        pid = _pid_beside(folder / f"beside.{name}.json")
        found += [(name, pid)] if pid else []
    if not any(name == "supervisor" for name, _ in found):
        pid = _pid_of_lock(folder / PAIR_LOCK)
        found += [("supervisor", pid)] if pid else []
    uses = (_use(name, pid) for name, pid in found)
    return tuple(use for use in uses if use is not None)


def _use(name: str, pid: int) -> ProcessUse | None:
    try:
        text = (_PROCESSES / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        pages = int((_PROCESSES / str(pid) / "statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return None
    fields = text.rpartition(")")[2].split()
    ticks = int(fields[_USER_FIELD]) + int(fields[_USER_FIELD + 1])
    return ProcessUse(
        name=name,
        pid=pid,
        cpu_s=ticks / os.sysconf("SC_CLK_TCK"),
        memory_bytes=pages * os.sysconf("SC_PAGE_SIZE"),
        threads=int(fields[_THREADS_FIELD]),
    )


def _pid_beside(path: Path) -> int:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Pid).pid
    except (OSError, msgspec.DecodeError):
        return 0


def _pid_of_lock(path: Path) -> int:
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return 0
    return int(text) if text.isdigit() else 0
