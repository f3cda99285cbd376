"""The last brake: orders a second, whatever asked for them."""

from typing import Final

_NS_PER_S: Final = 1_000_000_000


class OrderRate:
    """Counts orders against a rate and what may come at once; refuses what is more."""

    def __init__(self, per_s: float, at_once: int) -> None:
        self.per_s = per_s
        self.at_once = at_once
        self._room = float(at_once)
        self._seen_ns = 0

    def take(self, now_ns: int) -> bool:
        """Return whether one more may pass at ``now_ns``, a count that never goes back."""
        if self._seen_ns:
            passed_s = (now_ns - self._seen_ns) / _NS_PER_S
            self._room = min(float(self.at_once), self._room + passed_s * self.per_s)
        self._seen_ns = now_ns
        if self._room < 1.0:
            return False
        self._room -= 1.0
        return True
