"""Orders and executions as reports tell them: exact numbers, times, who asked, what became of each.

They are made of a run's journal (``runtime/books/run_records.py``); every one names the positions
in it that it comes from. Times are ns UTC, 0 where nothing happened.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from traider.domain.units import EXACT

_NOTHING = Decimal(0)
APPROVED = "approved"
"""The gate's word for an order that may go out."""


class ExecutionKind(StrEnum):
    """What moved a position."""

    FILL = "fill"
    LIQUIDATION = "liquidation"
    """The venue closed the position: no order of ours."""
    CORRECTION = "correction"
    """The venue's books held otherwise than ours, which now say the same."""


class OrderOutcome(StrEnum):
    """How an order stands."""

    WAITING = "waiting"
    """The gate has not answered yet."""
    REFUSED = "refused"
    """By a check of the gate: it was never sent."""
    OPEN = "open"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FILLED = "filled"
    PARTLY_FILLED = "partly-filled"
    """Something filled, and the rest never will."""


@dataclass(frozen=True, slots=True)
class Execution:
    """Something that traded; ``side`` is +1 bought and -1 sold, ``quantity`` positive."""

    position: int
    """In the journal."""
    kind: ExecutionKind
    order_id: int
    """Packed; 0 where no order is behind it."""
    instrument: str
    multiplier: Decimal
    side: int
    quantity: Decimal
    price: Decimal
    fee: Decimal
    """As it was taken, negative a rebate, in ``fee_currency``."""
    fee_currency: str
    fee_value: Decimal
    """The fee in the account's currency."""
    notional: Decimal
    """What it cost or brought before fees, rounded to 1e-8 as the books have it."""
    is_maker: bool
    leaves: Decimal
    """What of its order was still open."""
    venue_ns: int
    heard_ns: int

    @property
    def signed_quantity(self) -> Decimal:
        """What it added to the position."""
        return self.quantity if self.side > 0 else -self.quantity


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What was asked for."""

    instrument: str
    multiplier: Decimal
    side: int
    type: str
    time_in_force: str
    properties: tuple[str, ...]
    quantity: Decimal | None
    """None where it was sized in money."""
    amount: Decimal | None
    """Money to spend with fees, where it was sized so."""
    limit_price: Decimal | None
    stop_price: Decimal | None
    expires_ns: int


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was said of an order."""

    position: int
    ts_ns: int
    """When it was journaled; of SENT when the order left."""
    word: str = ""
    """Check of a verdict, reason of an end."""
    number: float = 0.0
    limit: float = 0.0
    """Of a verdict: what was measured, and what is allowed."""


@dataclass(slots=True)
class OrderRecord:
    """One order from its decision to its end."""

    order_id: int
    client_order_id: str
    position: int
    """Of the wish in the journal."""
    decided_ns: int
    terms: OrderTerms
    asked_by: str
    """The strategy, the gateway, or a person's name."""
    reason: str
    """What the person said; of a strategy what it was decided on."""
    verdict: Happening | None = None
    sent: Happening | None = None
    acknowledged: Happening | None = None
    venue_number: int = 0
    executions: list[Execution] = field(default_factory=list)
    cancels: list[Happening] = field(default_factory=list)
    """Requests to take it back."""
    end: Happening | None = None
    end_outcome: OrderOutcome = OrderOutcome.OPEN

    @property
    def executed(self) -> Decimal:
        """The quantity that traded."""
        total = _NOTHING
        for each in self.executions:
            total = EXACT.add(total, each.quantity)
        return total

    @property
    def maker_quantity(self) -> Decimal:
        """The part of it that traded as maker."""
        total = _NOTHING
        for each in self.executions:
            total = EXACT.add(total, each.quantity if each.is_maker else _NOTHING)
        return total

    @property
    def average_price(self) -> Fraction | None:
        """The average price that it traded at, exactly; None where nothing did."""
        if not self.executions:
            return None
        paid = sum(Fraction(each.price) * Fraction(each.quantity) for each in self.executions)
        return Fraction(paid) / Fraction(self.executed)

    @property
    def is_filled(self) -> bool:
        """Whether nothing of it is left."""
        return bool(self.executions) and not self.executions[-1].leaves

    @property
    def over(self) -> Happening | None:
        """What ended it; None while it may still trade, and of a refused one."""
        if self.is_filled:
            last = self.executions[-1]
            return Happening(last.position, last.heard_ns, "filled")
        return self.end

    @property
    def outcome(self) -> OrderOutcome:
        """How it stands."""
        if self.is_filled:
            return OrderOutcome.FILLED
        if self.executions:
            return OrderOutcome.OPEN if self.end is None else OrderOutcome.PARTLY_FILLED
        if self.verdict is None:
            return OrderOutcome.WAITING
        if self.verdict.word != APPROVED:
            return OrderOutcome.REFUSED
        return self.end_outcome

    @property
    def positions(self) -> tuple[int, ...]:
        """Where the journal tells of it, rising."""
        told = (self.verdict, self.sent, self.acknowledged, self.end, *self.cancels)
        found = {self.position, *(each.position for each in told if each is not None)}
        return tuple(sorted(found | {each.position for each in self.executions}))
