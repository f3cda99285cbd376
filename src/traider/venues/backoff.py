"""How long to wait before connecting again: doubling, capped, and never in step with others.

Each pause is drawn between half and all of the present step, so that clients cut off together do
not come back together. The step starts anew after a connection that held for a while.
"""

import secrets
from dataclasses import dataclass


@dataclass(frozen=True)
class BackoffTerms:
    """First and longest pause, and how long a connection must hold to begin anew."""

    first_s: float = 0.5
    longest_s: float = 30.0
    stable_s: float = 30.0


class Backoff:
    """The pauses of one connection."""

    def __init__(self, terms: BackoffTerms) -> None:
        self._terms = terms
        self._failures = 0
        self._random = secrets.SystemRandom()

    def next_s(self, held_s: float) -> float:
        """Return the pause after a connection that held for so long, 0 when none came about."""
        if held_s >= self._terms.stable_s:
            self._failures = 0
        doubled = self._terms.first_s * 2.0 ** min(self._failures, 32)
        self._failures += 1
        return self._random.uniform(0.5, 1.0) * min(doubled, self._terms.longest_s)
