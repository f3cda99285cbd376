"""How often a role may be started again, and after what pause."""

from collections import deque
from dataclasses import dataclass, field

from traider.venues.backoff import Backoff, BackoffTerms


@dataclass(frozen=True)
class RestartTerms:
    """Pauses that double, and how many restarts in how long are a loop."""

    pauses: BackoffTerms = field(default_factory=lambda: BackoffTerms(0.2, 10.0, 60.0))
    most: int = 5
    """Restarts within ``within_s`` that are still taken for bad luck; 0 restarts nothing."""
    within_s: float = 120.0


class Restarts:
    """The restarts of one role."""

    def __init__(self, terms: RestartTerms) -> None:
        self._terms = terms
        self._backoff = Backoff(terms.pauses)
        self._at_s: deque[float] = deque(maxlen=terms.most)

    def next_s(self, now_s: float, held_s: float) -> float | None:
        """Return the pause before the next start; None when it fails again and again.

        Args:
            now_s: a time that never goes back.
            held_s: how long the role ran before it failed.
        """
        oldest = self._at_s[0] if self._at_s and len(self._at_s) == self._terms.most else None
        if oldest is not None and now_s - oldest <= self._terms.within_s:
            return None
        if self._terms.most == 0:
            return None
        self._at_s.append(now_s)
        return self._backoff.next_s(held_s)

    def wait_s(self, held_s: float) -> float:
        """Return the pause before a start that does not count: something outside is waited for."""
        return self._backoff.next_s(held_s)
