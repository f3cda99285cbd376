"""The plan of faults: which rule strikes now.

Chance is drawn from a stream of each rule's own, keyed by the seed, so that a rule strikes at the
same of its chances whatever other rules there are.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from traider.venues.simulated.faults.rules import FaultKind, FaultRule

MS_NS = 1_000_000


@dataclass(slots=True)
class Laid:
    """A rule that was laid down."""

    number: int
    rule: FaultRule
    since_ns: int
    chance: random.Random
    met: int = 0
    """Chances so far."""
    struck: int = 0

    def counts_at(self, now_ns: int) -> bool:
        """Whether the rule is in force at a time of the exchange."""
        start = self.since_ns + self.rule.start_ms * MS_NS
        until = start + self.rule.for_ms * MS_NS if self.rule.for_ms else None
        return now_ns >= start and (until is None or now_ns < until)

    def strikes(self) -> bool:
        """Take a chance; return whether the rule strikes."""
        rule = self.rule
        self.met += 1
        if self.met <= rule.after or (rule.times and self.struck >= rule.times):
            return False
        if rule.probability < 1.0 and self.chance.random() >= rule.probability:
            return False
        self.struck += 1
        return True


class FaultPlan:
    """All rules in force.

    Args:
        seed: key of chance.
        now_ns: tells the exchange's time.
    """

    def __init__(self, seed: int, now_ns: Callable[[], int]) -> None:
        self.seed = seed
        self._now_ns = now_ns
        self._laid: dict[int, Laid] = {}
        self._count = 0

    def lay(self, rule: FaultRule) -> Laid:
        """Put a rule in force."""
        self._count += 1
        chance = random.Random(f"{self.seed}/{self._count}")  # noqa: S311 - repeatable on purpose
        laid = Laid(self._count, rule, self._now_ns(), chance)
        self._laid[laid.number] = laid
        return laid

    def lift(self, number: int) -> bool:
        """Take a rule back; return whether there was one."""
        return self._laid.pop(number, None) is not None

    def clear(self) -> None:
        """Take every rule back."""
        self._laid.clear()

    def laid(self) -> tuple[Laid, ...]:
        """Return every rule, in the order they were laid down."""
        return tuple(self._laid.values())

    def in_force(self, kinds: Iterable[FaultKind]) -> list[Laid]:
        """Return the rules of some kinds that count now."""
        if not self._laid:
            return []
        now_ns, wanted = self._now_ns(), frozenset(kinds)
        return [
            laid
            for laid in self._laid.values()
            if laid.rule.kind in wanted and laid.counts_at(now_ns)
        ]

    def for_message(
        self, kinds: Iterable[FaultKind], channel: str, product_id: str, connection: int
    ) -> FaultRule | None:
        """Return the first rule that strikes a message."""
        if not self._laid:
            return None
        for laid in self.in_force(kinds):
            rule = laid.rule
            if (
                rule.channel in ("", channel)
                and rule.product_id in ("", product_id)
                and rule.connection in (0, connection)
                and laid.strikes()
            ):
                return rule
        return None

    def for_request(self, kinds: Iterable[FaultKind], method: str, path: str) -> FaultRule | None:
        """Return the first rule that strikes a request."""
        for laid in self.in_force(kinds):
            rule = laid.rule
            if rule.method in ("", method) and path.startswith(rule.path) and laid.strikes():
                return rule
        return None

    def for_order(self, kind: FaultKind, product_id: str) -> FaultRule | None:
        """Return the first rule that strikes an order."""
        for laid in self.in_force((kind,)):
            if laid.rule.product_id in ("", product_id) and laid.strikes():
                return laid.rule
        return None
