"""The books of one run, kept up to date for many who ask: each look reads what is new.

The journal is read once when something of it is first asked for, then only what was written since;
so are the NAV files and the audit. Threads may ask together.
"""

import threading
import time
from pathlib import Path
from typing import Final

import numpy as np

from traider.api.books.verification import VerificationDesk
from traider.compliance.followed_reasons import FollowedReasons
from traider.compliance.order_records import OrderRecord
from traider.compliance.reason_words import ARROW
from traider.compliance.telling import text
from traider.domain.instruments import InstrumentName
from traider.portfolio.window_performance import FloatArray, NavSeries
from traider.runtime.books.followed_nav import FollowedNav
from traider.runtime.books.followed_records import FollowedRecords
from traider.runtime.books.run_performance import nav_series
from traider.runtime.books.run_records import RunRecords
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.state_folder import RunPaths
from traider.runtime.trading.nav_rows import NavRows

FRESH_S: Final = 0.2
"""Who asks within this time of another look gets what that one found."""
_STRATEGY: Final = "strategy"


class RunBooks:
    """The books of the run in one state folder; the run may begin later."""

    def __init__(self, state: Path) -> None:
        self.paths = RunPaths(state)
        self._lock = threading.Lock()
        self._run: RecordedRun | None = None
        self._followed: FollowedRecords | None = None
        self._known: RunRecords | None = None
        self._looked_s = float("-inf")
        self._nav = FollowedNav(self.paths.nav)
        self._reasons = FollowedReasons(self.paths.folder / "audit")
        self.verification = VerificationDesk(state)
        """Verifies the audit when it is asked to."""
        self._growth: tuple[int, int, FloatArray] = (-1, 0, np.zeros(0))

    def close(self) -> None:
        """End what is being made beside the answers."""
        self.verification.close()

    @property
    def run(self) -> RecordedRun:
        """The run as its folder tells it.

        Raises:
            UsageError: there is none, or it journaled nothing yet.
            DataError: it cannot be read.
        """
        if self._run is None:
            self._run = RecordedRun.open(self.paths.folder)
        return self._run

    @property
    def followed(self) -> FollowedRecords:
        """What follows orders and money.

        Raises:
            UsageError: there is no run, or it journaled nothing yet.
            DataError: it cannot be read.
        """
        if self._followed is None:
            self._followed = FollowedRecords(self.run)
        return self._followed

    def records(self) -> RunRecords:
        """Return orders, executions and money up to now.

        Raises:
            UsageError: there is no run, or it journaled nothing yet.
            DataError: the journal or the audit cannot be read.
        """
        with self._lock:
            if self._known is None or time.monotonic() - self._looked_s > FRESH_S:
                self._known = self.followed.refresh()
                self._reasons.refresh()
                self._looked_s = time.monotonic()
            return self._known

    def reason_of(self, order: OrderRecord) -> str:
        """Return why an order was wanted, in a few words."""
        found = self._reasons.of(f"{order.order_id:016x}")
        is_strategy = order.asked_by.startswith(_STRATEGY)
        if found and is_strategy:
            return found
        wish = wish_of(order)
        return wish if is_strategy else f"{order.asked_by}: {order.reason} {ARROW} {wish}"

    def nav_rows(self) -> NavRows:
        """Return every row of the NAV series up to now; a view, not to be written to."""
        return self._nav.rows()

    def nav(self) -> NavSeries:
        """Return the NAV series up to now."""
        return nav_series(self.nav_rows())

    def growth(self, series: NavSeries) -> FloatArray:
        """Return what 1 at the first row of the whole series is worth at each row."""
        count = len(series.ts_ns)
        last = int(series.nav[-1]) if count else 0
        known = self._growth
        if known[:2] != (count, last):
            known = count, last, series.growth() if count else np.zeros(0)
            self._growth = known
        return known[2]


def wish_of(order: OrderRecord) -> str:
    """Return what an order was for: buy 0.021 BTC."""
    terms = order.terms
    base = InstrumentName.parse(terms.instrument).base
    side = "buy" if terms.side > 0 else "sell"
    if terms.quantity is None:
        amount = "" if terms.amount is None else text(terms.amount)
        return f"{side} {base} for {amount}"
    return f"{side} {text(terms.quantity)} {base}"
