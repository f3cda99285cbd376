"""How a trader stands, asked of its process or, when none answers, read from its state folder."""

import os
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from traider.domain.errors import DataError, UsageError
from traider.runtime.beside_file import with_besides
from traider.runtime.control.client import ControlClient, NoTraderError, SilentTraderError
from traider.runtime.standby_file import read_standbys
from traider.runtime.status_body import Mode, Phase, StatusBody
from traider.runtime.status_file import STATUS_FILE, read_status


class Liveness(StrEnum):
    """Where a status comes from."""

    RUNNING = "running"
    """Its process said so just now."""
    SILENT = "silent"
    """A process is there and does not answer; this is what it kept last."""
    ENDED = "ended"
    """No process runs; this is what it kept last."""
    NEVER_RAN = "never ran"
    """The run was prepared, and kept no status yet; its first process may be starting."""


class _Asked(Struct, frozen=True):
    """What is read here of a run's manifest; ``state_folder`` has all, and loads the kernel."""

    created_ns: int
    mode: Mode
    venue: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class FoundStatus:
    """A status, and how far it can be trusted."""

    body: StatusBody
    liveness: Liveness
    age_s: float
    """How long ago it was said, by the machine's clock; 0 of a running trader."""


def find_status(state: Path, timeout_s: float) -> FoundStatus:
    """Return how the trader of the folder ``state`` stands.

    A trader that does not run has ``pid`` 0, leads nothing and is ``stopped``; the rest is as it
    was last. One that never said anything is ``starting`` while a process has its folder: the
    first start of all compiles the kernel, for a minute or two. Texts that nobody knows are empty.

    Raises:
        UsageError: there is no run in the folder, or it is another user's.
        DataError: what was kept cannot be read.
    """
    try:
        with ControlClient(state, timeout_s) as trader:
            return FoundStatus(_with_others(trader.status(), state), Liveness.RUNNING, 0.0)
    except NoTraderError:
        liveness = Liveness.ENDED
    except SilentTraderError:
        liveness = Liveness.SILENT
    kept = read_status(state)
    if kept is None:
        return _prepared(state, liveness)
    age_s = max(time.time() - (state / STATUS_FILE).stat().st_mtime, 0.0)
    kept = _with_others(kept, state)
    if liveness is Liveness.SILENT:
        return FoundStatus(kept, liveness, age_s)
    ended = replace(kept, pid=0, is_leader=False, phase=Phase.STOPPED)
    return FoundStatus(ended, liveness, age_s)


def _with_others(body: StatusBody, state: Path) -> StatusBody:
    return replace(with_besides(body, state), standbys=read_standbys(state))


def _prepared(state: Path, liveness: Liveness) -> FoundStatus:
    """Return what is known of a run that has said nothing yet."""
    path = state / "run.json"
    try:
        asked = msgspec.json.decode(path.read_bytes(), type=_Asked)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(
            "there is no run in this folder", where=str(state), fix="start one with traider run"
        ) from None
    except (OSError, msgspec.DecodeError) as fault:
        raise DataError(
            f"cannot be read ({fault})", where=str(path), fix="restore it from a backup"
        ) from None
    is_silent = liveness is Liveness.SILENT
    # Not ``created_ns``: that is the run's own clock, which a demo has years ago.
    age_s = max(time.time() - path.stat().st_mtime, 0.0)
    is_starting = is_silent or _is_held(state / "run.lock")
    body = _blank(state, asked, Phase.STARTING if is_starting else Phase.STOPPED)
    return FoundStatus(body, liveness if is_silent else Liveness.NEVER_RAN, age_s)


def _is_held(lock: Path) -> bool:
    """Whether the process that took a folder last still lives, and is another than this.

    The lock itself is not tried: a trader that starts just then would find it taken.
    """
    try:
        pid = int(lock.read_text(encoding="ascii"))
        os.kill(pid, 0)
    except (OSError, ValueError):
        return False
    return pid != os.getpid()


def _blank(state: Path, asked: _Asked, phase: Phase) -> StatusBody:
    return StatusBody(
        mode=asked.mode,
        venue=asked.venue,
        state=str(state),
        pid=0,
        epoch=0,
        is_leader=False,
        phase=phase,
        started_ns=0,
        now_ns=asked.created_ns,
        currency=str(asked.settings.get("currency", "")),
        nav="",
        cash="",
        pnl="",
        pnl_day="",
        fees="",
        drawdown="",
    )
