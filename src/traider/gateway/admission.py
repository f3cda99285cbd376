"""Whether an order may go out: the gateway's own answer, beside that of the trader's gate."""

from typing import Final

from traider.domain.events import OrderFlag
from traider.domain.intent_words import IntentWords
from traider.domain.order_states import leaves_of
from traider.domain.orders import OrderId
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.order_lives import OrderLife
from traider.gateway.order_log import OrderLog
from traider.gateway.order_rate import OrderRate
from traider.gateway.port import GateAnswer
from traider.kernel.codes import Verdict

APPROVED: Final[GateAnswer] = (int(Verdict.APPROVED), 0.0, 0.0)
NOT_SENT: Final[GateAnswer] = (int(Verdict.NOT_SENT), 0.0, 0.0)
_CANCEL: Final = int(OrderFlag.CANCEL)
_QUOTE_SIZED: Final = int(OrderFlag.QUOTE_SIZED)


def is_cancel(intent: IntentWords) -> bool:
    """Return whether an intent takes an order back."""
    return bool(intent.flags & _CANCEL)


class Admission:
    """Answers orders from what the log knows: who leads, what was stopped, how much lives."""

    def __init__(self, log: OrderLog, terms: GatewayTerms) -> None:
        self._log = log
        self._lives = log.lives
        self._terms = terms
        self._rate = OrderRate(terms.orders_per_s, terms.orders_at_once)
        self.disagreement = ""
        """How the books differ from the venue's whatever is done; empty when they agree."""

    def answer(self, intent: IntentWords, *, is_ready: bool, now_ns: int) -> GateAnswer:
        """Return the answer to a new order; ``now_ns`` is of a clock that never goes back."""
        stance = self._log.stance
        if OrderId.unpack(intent.order_id).epoch < stance.epoch:
            return int(Verdict.OLD_EPOCH), 0.0, float(stance.epoch)
        if not is_ready:
            return int(Verdict.NOT_READY), 0.0, 0.0
        stopped = self._stopped(intent)
        return self._counted(now_ns) if stopped == Verdict.APPROVED else (int(stopped), 1.0, 0.0)

    def _stopped(self, intent: IntentWords) -> Verdict:
        """Return whether a person, or a difference of the books, stopped orders like this one."""
        stance = self._log.stance
        if not (stance.is_killed or stance.is_halted or self.disagreement):
            return Verdict.APPROVED
        if self._reduces(intent):
            return Verdict.APPROVED
        return Verdict.KILLED if stance.is_killed else Verdict.PAUSED

    def _counted(self, now_ns: int) -> GateAnswer:
        living, most = len(self._lives), self._terms.living_max
        if living >= most:
            return int(Verdict.OPEN_ORDERS), float(living), float(most)
        if not self._rate.take(now_ns):
            return int(Verdict.ORDER_RATE), self._rate.per_s, self._rate.per_s
        return APPROVED

    def _reduces(self, intent: IntentWords) -> bool:
        """Return whether an order, with those already open, can only shrink the position.

        What one leg of a pair fills the other loses: the two count once.
        """
        if intent.flags & _QUOTE_SIZED:
            return False
        instrument, side = intent.instrument, intent.side
        held = -side * self._lives.position_lots.get(instrument, 0)
        asked = sum(
            leaves_of(life.state)
            for life in self._lives.living()
            if (life.instrument, life.side) == (instrument, side)
            and not life.wants_cancel
            and not self._is_second(life)
        )
        return asked + intent.size <= held

    def _is_second(self, life: OrderLife) -> bool:
        """Return whether an order is the odd leg of a pair whose even leg lives."""
        other = self._lives.partner(life)
        return other is not None and not other.is_over and bool(life.order_id & 1)
