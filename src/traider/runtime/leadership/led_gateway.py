"""The gateway as a leader may use it: every order asks first whether this process still leads."""

from collections.abc import Sequence

from traider.domain.events import EventArray
from traider.gateway.port import GateAnswer, TradingGateway
from traider.runtime.leadership.leadership import Leadership


class LedGateway:
    """A ``TradingGateway`` before another one, good for one term of leadership.

    A process that was frozen finds out here, before anything is sent. The gateway itself refuses
    orders of an epoch that is over, which a process that freezes behind this check would send.
    """

    def __init__(self, gateway: TradingGateway, leadership: Leadership) -> None:
        self._gateway = gateway
        self._leadership = leadership

    @property
    def is_ready(self) -> bool:
        """Whether it is reconciled with the venue, and this process leads."""
        return self._leadership.is_held and self._gateway.is_ready

    async def start(self, epoch: int, reports_known: int, unanswered: EventArray) -> None:
        """Take over for this leader.

        Raises:
            LeaseLostError: it does not lead any more.
        """
        self._leadership.check()
        await self._gateway.start(epoch, reports_known, unanswered)

    def submit(
        self,
        intents: EventArray,
        answers: Sequence[GateAnswer],
        person: tuple[str, str] | None = None,
    ) -> None:
        """Take orders and cancels of one decision.

        Raises:
            LeaseLostError: this process does not lead any more; nothing is sent.
        """
        self._leadership.check()
        self._gateway.submit(intents, answers, person)

    def observe(self, events: EventArray) -> None:
        """See what the trader journaled; facts are facts, whoever leads."""
        self._gateway.observe(events)
