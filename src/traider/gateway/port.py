"""What a trader asks of its gateway, in its own process or in another.

Reports come back through the sink that the gateway was made with, as events in the order of the
gateway's log: VERDICT and SENT, ACK, FILL, CANCELLED, REJECTED, EXPIRED, UNKNOWN, BALANCE,
TRANSFER, RECONCILE_ADJUSTMENT. The n-th report of the log is the n-th report in the trader's
journal, so a trader that starts again asks for those after the ones it has.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

from traider.domain.events import EventArray
from traider.gateway.order_lives import OrderLives

GateAnswer = tuple[int, float, float]
"""Verdict code, the number that was looked at, and its limit."""


class Stand(Enum):
    """Whether a gateway lets through what a trader wants, whatever the trader's own gate does."""

    OPEN = "open"
    KILLED = "killed"
    """Everything was stopped: only what closes a position passes."""
    HALTED = "halted"
    """The books differ, or somebody paused it: only what closes a position passes."""
    SILENT = "silent"
    """It is another process, and does not answer."""


class TradingGateway(Protocol):
    """The only way out."""

    @property
    def is_ready(self) -> bool:
        """Whether it is reconciled with the venue: nothing is sent before."""

    async def start(self, epoch: int, reports_known: int, unanswered: EventArray) -> None:
        """Take over for a leader: reconcile, then report what the trader does not know.

        Args:
            epoch: orders of a lower one are refused from now on.
            reports_known: reports that the trader's journal holds.
            unanswered: intents of the journal that have no verdict there.
        """

    def submit(
        self,
        intents: EventArray,
        answers: Sequence[GateAnswer],
        person: tuple[str, str] | None = None,
    ) -> None:
        """Take orders and cancels of one decision; ``answers`` are those of the trader's gate.

        A gateway in another process asks a gate of its own as well.

        Args:
            intents: as journaled.
            answers: one of each intent.
            person: who wanted them and why, where a person did.
        """

    def observe(self, events: EventArray) -> None:
        """See what the trader journaled.

        Commands (KILL, PAUSE, REARM, LIMITS_CHANGE) take effect here too; in a simulated venue it
        is what became of orders as well.
        """


class RunningGateway(TradingGateway, Protocol):
    """A gateway as a session runs it, wherever its orders leave."""

    @property
    def lives(self) -> OrderLives:
        """The orders, as far as they are known here."""

    @property
    def disagreement(self) -> str:
        """How the books still differ after all that was done about it; empty when they agree."""

    @property
    def stand(self) -> Stand:
        """Whether it lets through what is wanted."""

    @property
    def holds_commands(self) -> bool:
        """Whether its log holds every command that it was shown: a stop stands then."""

    async def run(self) -> None:
        """Hear what becomes of orders, until cancelled."""
