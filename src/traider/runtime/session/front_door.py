"""The API beside the trader: a process of its own, begun after it and kept running.

Nothing of it reaches the trader: where it cannot listen a person is told, with how to mend it, and
trading goes on; it is not among the parts that readiness waits for. It ends with the trader, and
has none of the venue's keys.
"""

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from typing import Final

from traider.domain.ports import Alert, Severity
from traider.ops.health import HealthBoard
from traider.runtime.supervision.keeper import KeeperHooks, RoleKeeper, SupervisorParts
from traider.runtime.supervision.processes import ChildEndedError, ChildProcess, ChildTerms
from traider.runtime.supervision.role import Role, RoleReport
from traider.runtime.venue_keys import KEY_VARIABLES

NAME: Final = "api"
_ALERT_KEY: Final = "api"
WAIT_S: Final = 15.0
"""So long the trader has the machine to itself; then it is begun even where nothing trades yet,
so that a person sees what is waited for."""
_READY_S: Final = 86_400.0
"""It waits for its address itself, and says so."""
_SILENT_S: Final = 60.0
_STOP_S: Final = 8.0
_LINES_MAX: Final = 16


@dataclass(frozen=True)
class FrontDoorTerms:
    """What is started."""

    command: tuple[str, ...]
    """Its command line."""
    wait_s: float | None = WAIT_S
    """Seconds after which it is begun though nothing trades; None waits until something does."""


@dataclass
class FrontDoor:
    """Keeps the process of the API."""

    terms: FrontDoorTerms
    parts: SupervisorParts
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_LINES_MAX))
    """What it has to say to a person and nobody has taken yet."""
    _trades: asyncio.Event = field(default_factory=asyncio.Event)
    _told: str = ""

    def note_trading(self) -> None:
        """Say that the trader trades."""
        self._trades.set()

    async def keep(self) -> None:
        """Keep it running until cancelled, which ends it in order."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.terms.wait_s):
                await self._trades.wait()
        # A board of its own: no order depends on a browser, so readiness does not either.
        board = HealthBoard(self.parts.clock)
        report = RoleReport(NAME, board, self.parts.metrics, lambda: self._note(board))
        role = Role(NAME, self._run, is_vital=False)
        await RoleKeeper(role, report, self.parts, KeeperHooks()).run()

    async def _run(self, report: RoleReport) -> None:
        terms = ChildTerms(
            NAME,
            self.terms.command,
            ready_s=_READY_S,
            silent_s=_SILENT_S,
            stop_s=_STOP_S,
            without=frozenset(KEY_VARIABLES),
        )
        await ChildProcess(terms, self.parts.log, self.lines.append).run(report)
        # In order, but not by us: while the run goes on, it is to be served.
        raise ChildEndedError(f"{NAME} was ended from outside")

    def _note(self, board: HealthBoard) -> None:
        """Tell a person once what keeps it from serving."""
        (part,) = board.parts()
        if part.is_good:
            if self._told:
                title = "dashboard and API are served again"
                self.parts.alerts.send(Alert(_ALERT_KEY, Severity.INFO, title))
            self._told = ""
        elif part.detail and not self._told:
            self._told = part.detail
            self.parts.log.warning("the API is not served", why=part.detail)
            title = "dashboard and API are not served"
            self.parts.alerts.send(Alert(_ALERT_KEY, Severity.WARNING, title, part.detail))
