"""The dead-man timer: without a sign of life from a person or a monitor, everything is stopped.

    traider alive --state DIR          # a person
    touch DIR/alive                    # a monitor, from a timer of its own

Who watches leaves the emergency stop in the state folder when nobody gave a sign for so long, as
``traider kill`` does, and tells a person some time before. A re-arming is a sign too. The time is
that of the clock that never goes back, from when the file was seen to change: what the machine's
clock does stops nothing, and keeps nothing from being stopped.
"""

import asyncio
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.domain.errors import UsageError
from traider.domain.ports import Alert, AlertChannel, Severity
from traider.runtime.config_run import RunConfig
from traider.runtime.control.commands import Kill
from traider.runtime.control.kill_file import REARMED_NAME, leave_kill

ALIVE_NAME: Final = "alive"
KEY: Final = "dead-man"
_LOOK_S: Final = 0.2


@dataclass(frozen=True)
class DeadManTerms:
    """How long nobody may be silent."""

    within_s: float
    """0 waits for ever."""
    warning_s: float
    """So long before the end a person is told."""
    keeps_positions: bool = False


def note_alive(state: Path) -> None:
    """Give a sign of life.

    Raises:
        UsageError: the folder cannot be written to.
    """
    try:
        if not state.is_dir():
            raise FileNotFoundError(2, "no such folder")
        (state / ALIVE_NAME).touch()
    except OSError as fault:
        raise UsageError(
            f"no sign of life can be left here: {fault.strerror}",
            where=str(state),
            fix="name the trader's state folder",
        ) from fault


class DeadMan:
    """One timer over a state folder; begins anew when made."""

    def __init__(
        self,
        state: Path,
        terms: DeadManTerms,
        alerts: AlertChannel,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state, self._terms, self._alerts, self._now_s = state, terms, alerts, now_s
        self._seen = self._signs()
        self._since_s = now_s()
        self._is_warned = self._is_done = False

    def look(self) -> None:
        """See whether somebody gave a sign; warn, or stop everything, when it is time.

        Raises:
            UsageError: the stop cannot be left in the folder.
        """
        signs = self._signs()
        if signs != self._seen:
            self._begin_anew(signs)
        silent_s = self._now_s() - self._since_s
        if not self._is_done and silent_s >= self._terms.within_s:
            self._is_done = True
            self._stop(silent_s)
        elif not self._is_warned and silent_s >= self._terms.within_s - self._terms.warning_s:
            self._is_warned = True
            left = f"{max(self._terms.within_s - silent_s, 0.0):.0f} s"
            self._tell(Severity.WARNING, f"everything is stopped in {left} without a sign of life")

    def _begin_anew(self, signs: tuple[int, ...]) -> None:
        if self._is_warned or self._is_done:
            self._tell(Severity.INFO, "somebody gave a sign of life")
        self._seen, self._since_s = signs, self._now_s()
        self._is_warned = self._is_done = False

    def _stop(self, silent_s: float) -> None:
        why = f"no sign of life for {silent_s:.0f} s"
        self._tell(Severity.CRITICAL, f"emergency stop: {why}")
        leave_kill(
            self._state,
            Kill(
                who="dead-man timer", why=why, flatten=not self._terms.keeps_positions,
                asked_ns=time.monotonic_ns(), id=uuid.uuid4().hex,
            ),
        )  # fmt: skip

    def _tell(self, severity: Severity, title: str) -> None:
        detail = f"traider alive --state {self._state}"
        self._alerts.send(Alert(KEY, severity, title, detail))

    def _signs(self) -> tuple[int, ...]:
        return tuple(_changed_ns(self._state / name) for name in (ALIVE_NAME, REARMED_NAME))


def _changed_ns(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def dead_man_terms(run: RunConfig) -> DeadManTerms:
    """Return the terms of a configuration."""
    return DeadManTerms(run.alive_within_s, run.alive_warning_s, run.alive_keeps_positions)


async def watch_alive(
    state: Path, terms: DeadManTerms, alerts: AlertChannel, look_s: float = _LOOK_S
) -> None:
    """Keep the timer until cancelled; for ever idle where it is off.

    Raises:
        UsageError: the stop cannot be left in the folder.
    """
    if not terms.within_s:
        await asyncio.Event().wait()
    timer = DeadMan(state, terms, alerts)
    while True:
        timer.look()
        await asyncio.sleep(look_s)
