"""Price-time priority: which resting orders an incoming one meets, in which order.

A plan reads the book and changes nothing, so that a preview and a fill-or-kill order ask the same
question as the match itself. Better prices come first, and within a price the older entry. An
order never meets one of the same account: the plan stops there, and what is left of the incoming
order is cancelled.
"""

from dataclasses import dataclass, field

from traider.venues.simulated.amounts import MILLION
from traider.venues.simulated.book import Book, Entry
from traider.venues.simulated.ledger import CROWD


@dataclass(frozen=True, slots=True)
class Incoming:
    """An order that wants to trade at once.

    ``lots`` bounds its size; ``limit_ticks`` 0 takes any price. ``budget_units`` above 0 bounds
    what it may spend, with the fee of ``rate_millionths``; ``tick_lot_units`` is the price of one
    lot at one tick.
    """

    owner: str
    side: int
    lots: int
    limit_ticks: int = 0
    budget_units: int = 0
    rate_millionths: int = 0
    tick_lot_units: int = 1


@dataclass(frozen=True, slots=True)
class Match:
    """Lots taken from a resting entry, at its price."""

    entry: Entry
    lots: int


@dataclass(slots=True)
class Plan:
    """What an incoming order would take."""

    matches: list[Match] = field(default_factory=list)
    lots: int = 0
    value_units: int = 0
    met_itself: bool = False
    left_units: int = 0
    """What is left of a budget."""

    def worst_ticks(self) -> int:
        """Return the last price taken; 0 when nothing is."""
        return self.matches[-1].entry.ticks if self.matches else 0


def plan_match(book: Book, incoming: Incoming) -> Plan:
    """Return what ``incoming`` takes from ``book`` as it stands."""
    side, limit = incoming.side, incoming.limit_ticks
    plan = Plan(left_units=incoming.budget_units)
    for level in book.of(-side).best_first():
        if limit and level.ticks * side > limit * side:
            break
        lot_units = level.ticks * incoming.tick_lot_units
        for entry in level.entries.values():
            lots = min(incoming.lots - plan.lots, entry.lots)
            if incoming.budget_units:
                lots = min(
                    lots, affordable_lots(plan.left_units, lot_units, incoming.rate_millionths)
                )
            if lots <= 0:
                return plan
            if _same_owner(entry, incoming.owner):
                plan.met_itself = True
                return plan
            plan.matches.append(Match(entry, lots))
            plan.lots += lots
            plan.value_units += lots * lot_units
            plan.left_units -= lots * lot_units * (MILLION + incoming.rate_millionths) // MILLION
    return plan


def affordable_lots(budget_units: int, lot_units: int, rate_millionths: int) -> int:
    """Return how many lots a budget pays for, fee included."""
    return budget_units * MILLION // (lot_units * (MILLION + rate_millionths))


def _same_owner(entry: Entry, owner: str) -> bool:
    return entry.order is not None and owner != CROWD and entry.order.owner == owner
