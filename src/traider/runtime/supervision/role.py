"""A role: a part that runs until it is cancelled, says how it is, and may fail."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from traider.domain.metric_names import ROLE_READY
from traider.domain.ports import Metrics
from traider.ops.health import HealthBoard

STOP_S: Final = 5.0


class RoleReport:
    """How a role tells that it is ready, or what is wrong with it."""

    def __init__(
        self,
        name: str,
        board: HealthBoard,
        metrics: Metrics,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self._board = board
        self._metrics = metrics
        self._on_change = on_change
        self.is_ready = False
        self._tell("starting")

    def ready(self) -> None:
        """Say that it does its work."""
        self.is_ready = True
        self._tell("")
        self._on_change()

    def bad(self, detail: str) -> None:
        """Say what keeps it from its work."""
        self.is_ready = False
        self._tell(detail)
        self._on_change()

    def _tell(self, detail: str) -> None:
        self._board.report(self.name, is_good=self.is_ready, detail=detail)
        self._metrics.set(ROLE_READY, float(self.is_ready), role=self.name)


class AfterFault(Enum):
    """What follows from a fault."""

    AGAIN = auto()
    """The role is begun again, not without end."""
    WAIT = auto()
    """So it is, however often: something outside does not answer, and will."""
    HALT = auto()
    """Everything ends, and a person is called."""


@dataclass(frozen=True)
class Role:
    """What a supervisor keeps running.

    ``run`` begins anew each time; it ends by itself, by a fault, or by being cancelled.
    """

    name: str
    run: Callable[[RoleReport], Awaitable[None]]
    moves_money: bool = False
    """Whether a fault of it ends everything: no order may come of a state that is in doubt."""
    ends_all: bool = False
    """Whether everything is done when it is."""
    stop_s: float = STOP_S
    """Seconds it may take to end when it is cancelled."""
    is_vital: bool = True
    """Whether everything ends when it fails again and again; otherwise the rest goes on."""
    judged: Callable[[Exception], AfterFault] | None = None
    """Says what a fault leads to, where that depends on the fault."""

    def judge(self, fault: Exception) -> AfterFault:
        """Return what follows from a fault."""
        if self.judged is not None:
            return self.judged(fault)
        return AfterFault.HALT if self.moves_money else AfterFault.AGAIN
