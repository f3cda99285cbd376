"""Faults that last, or that happen once at a time: the exchange itself is not as it should be."""

from traider.venues.simulated.amounts import units_of
from traider.venues.simulated.crowd import Crowd
from traider.venues.simulated.desk import Desk
from traider.venues.simulated.faults.plan import MS_NS, FaultPlan
from traider.venues.simulated.faults.rules import CONDITIONS, FaultKind, FaultRule
from traider.venues.simulated.ledger import OUTSIDE
from traider.venues.simulated.market import FLAGS


class Conditions:
    """Bring the exchange into the state that the rules in force ask for.

    Args:
        plan: the rules.
        desk: what they change.
        crowds: the crowds that deepen a book.
    """

    def __init__(self, plan: FaultPlan, desk: Desk, crowds: dict[str, Crowd]) -> None:
        self._plan, self._desk, self._crowds = plan, desk, crowds
        self._restricted: set[tuple[str, str]] = set()

    @property
    def in_maintenance(self) -> bool:
        """Whether the venue serves no one now."""
        return bool(self._plan.in_force((FaultKind.MAINTENANCE,)))

    def update(self) -> None:
        """Look which rules are in force; asked as time passes and when a rule changes."""
        desk, restricted = self._desk, set()
        desk.pieces, desk.skew_ns = 1, 0
        wide: dict[str, int] = {}
        for laid in self._plan.in_force(CONDITIONS):
            rule = laid.rule
            if rule.kind is FaultKind.PARTIAL_FILLS:
                desk.pieces = rule.count
            elif rule.kind is FaultKind.CLOCK_SKEW:
                desk.skew_ns += rule.offset_ms * MS_NS
            elif rule.kind is FaultKind.RESTRICTED_PRODUCT:
                restricted.add((rule.product_id, rule.flag))
            elif rule.kind is FaultKind.WIDE_SPREAD:
                wide[rule.product_id] = rule.count
            elif rule.kind is not FaultKind.MAINTENANCE and not laid.struck:
                laid.struck = 1
                self._happen(rule)
        self._restrict(restricted)
        for name, crowd in self._crowds.items():
            crowd.spread_times = wide.get(name, wide.get("", 1))

    def _happen(self, rule: FaultRule) -> None:
        if rule.kind is FaultKind.BALANCE_CHANGE:
            units = units_of(rule.change.removeprefix("-")) or 0
            signed = -units if rule.change.startswith("-") else units
            for owner in self._desk.portfolios:
                self._desk.ledger.move(OUTSIDE, owner, rule.currency, signed)
        elif rule.kind is FaultKind.BIG_SNAPSHOT:
            for name, crowd in self._crowds.items():
                if rule.product_id in ("", name):
                    crowd.deepen(rule.count)

    def _restrict(self, restricted: set[tuple[str, str]]) -> None:
        for name, market in self._desk.markets.items():
            for flag in FLAGS:
                if (name, flag) in restricted:
                    market.flags.add(flag)
                elif (name, flag) in self._restricted:
                    market.flags.discard(flag)
        self._restricted = restricted
