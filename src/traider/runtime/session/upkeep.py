"""What goes on beside trading: time passes, states are kept, and the run is checked on itself."""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal

from traider.runtime.control.desk import TradingDesk
from traider.runtime.demo_exchange import DemoExchange
from traider.runtime.observability import RoleObservation
from traider.runtime.parity.identity import IdentityCheck
from traider.runtime.parity.identity_gate import IdentityGate, IdentityReporting, IdentityTerms
from traider.runtime.parity.recorded_run import recorded_follower
from traider.runtime.parity.shadow import JournalShadow, StateClaim
from traider.runtime.session.watch import SessionWatch
from traider.runtime.status_body import ParityBody
from traider.runtime.supervision.role import RoleReport
from traider.runtime.trading.snapshots import SnapshotWriter, Taken, take_state
from traider.runtime.trading.trader import Trader
from traider.venues.errors import VenueUnreachableError

PASS_S: Final = 0.01
"""How often time passes while nothing comes in: orders in simulated time are answered then."""
_LOOK_S: Final = 0.5


async def pass_time(trader: Trader) -> None:
    """Let timers come that are due, until cancelled."""
    while True:
        trader.pass_time()
        await asyncio.sleep(PASS_S)


async def until_gone(exchange: DemoExchange) -> None:
    """Look at the demo's exchange until it is gone.

    Raises:
        VenueUnreachableError: it is. The run must end too: its market's time stands still.
    """
    while exchange.is_running:  # noqa: ASYNC110 - a process that ends sets no event
        await asyncio.sleep(_LOOK_S)
    raise VenueUnreachableError(
        "the exchange of the demo ended by itself",
        where=exchange.address.rest,
        fix="give the same command again: both go on where they were",
    )


@dataclass(frozen=True)
class KeepingTerms:
    """How often states are kept, and how often the run is checked."""

    folder: Path
    """The state folder."""
    journal: Path
    snapshot_s: float
    parity_s: float
    """0 checks only at the end."""
    on_mismatch: Literal["alert", "halt"]


class Upkeep:
    """Snapshots and identity checks of one session."""

    def __init__(
        self, terms: KeepingTerms, trader: Trader, desk: TradingDesk, seen: RoleObservation
    ) -> None:
        self._terms, self._trader, self._seen = terms, trader, seen
        self._writer = SnapshotWriter(terms.journal, self._not_kept)
        self._maker = partial(recorded_follower, terms.folder)
        self._gate = IdentityGate(
            IdentityCheck(self._maker, terms.journal),
            IdentityReporting(seen.metrics, seen.alerts, seen.clock, desk.command),
            IdentityTerms(terms.parity_s, terms.on_mismatch),
        )

    @property
    def checked(self) -> ParityBody:
        """What the checks of the session found."""
        return self._gate.body

    async def run(self, report: RoleReport) -> None:
        """Keep and check until cancelled."""
        report.ready()
        loop = asyncio.get_running_loop()
        keep_at = loop.time() + self._terms.snapshot_s
        while True:
            await asyncio.sleep(_LOOK_S)
            if loop.time() >= keep_at:
                keep_at = loop.time() + self._terms.snapshot_s
                self._writer.write(take_state(self._trader))
            if self._gate.is_due():
                self._gate.claim(take_state(self._trader))
            self._gate.look()

    def finish(self, watch: SessionWatch) -> None:
        """Check the state at the end, and keep it.

        Raises:
            DataError: the journal cannot be read.
        """
        taken = take_state(self._trader)
        self.close()
        found = JournalShadow(self._maker, self._terms.journal).check(_claim(taken))
        before = self._gate.body
        watch.checked = ParityBody(
            ok=before.ok and found.ok, checks=before.checks + 1, last_ns=self._seen.clock.now_ns()
        )
        self._seen.log.info("identity check", ok=found.ok, found=found.line)
        if found.ok:
            self._writer.write(taken)
            self._writer.close()

    def close(self) -> None:
        """End the process that checks, and wait for what is being written."""
        self._gate.close()
        self._writer.close()

    def _not_kept(self, why: str) -> None:
        self._seen.log.warning("no snapshot", why=why)


def _claim(taken: Taken) -> StateClaim:
    return StateClaim(taken.sequence, taken.passed_ns, taken.digest)
