"""What a session remembers of its own way, for its end: equity, health, what was held."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from traider.backtest.collecting import CurveThinner
from traider.kernel.live_machine import Turn
from traider.runtime.status_body import HealthBody
from traider.runtime.trading.holdings import Holding

HEALTH_KEPT: Final = 500


@dataclass(frozen=True)
class HealthChange:
    """A part that became good or bad."""

    ts_ns: int
    part: str
    is_good: bool
    detail: str


class SessionRecord:
    """Bounded in size, however long the session."""

    def __init__(self, held: Mapping[int, Holding] | None = None, began_ns: int = 0) -> None:
        self.began_ns = began_ns
        self.held = dict(held or {})
        """Positions that the session began with, by instrument."""
        self.curve = CurveThinner()
        self.health: deque[HealthChange] = deque(maxlen=HEALTH_KEPT)
        self._parts: dict[str, bool] = {}

    def see(self, turn: Turn) -> None:
        """See what came out of the kernel."""
        samples = turn.drained.nav
        # The history of a warm-up is no time of the session.
        if len(samples):
            self.curve.add(samples[samples["ts"] >= self.began_ns])

    def look(self, parts: tuple[HealthBody, ...]) -> None:
        """Note the parts whose health changed."""
        for each in parts:
            if self._parts.get(each.part, True) != each.is_good:
                self.health.append(
                    HealthChange(each.since_ns, each.part, each.is_good, each.detail)
                )
            self._parts[each.part] = each.is_good
