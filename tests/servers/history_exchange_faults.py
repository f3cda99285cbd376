"""What a venue does to a client: faults that come every so many answers, or when told to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

Row = TypeVar("Row")


@dataclass
class Faults:
    """Which answers go wrong. A period of 3 lets every third question about history go wrong.

    Answers: ``short`` sends the part that the venue's paging keeps, ``empty`` nothing, ``overlap``
    rows beyond the range, ``shuffled`` rows in the other order, ``differs`` another last digit than
    before, ``stubborn`` the newest rows whatever was asked. Instead of answers: ``busy`` 429 with a
    wait, ``error`` 503, ``broken`` half of a JSON, ``strange`` whole
    JSON that says nothing, ``cut`` a connection that ends in mid-answer,
    ``silence`` none until the client gives up.
    """

    periods: dict[str, int] = field(default_factory=dict)
    retry_after: str = "0.15"
    silence_s: float = 0.9
    asked: int = 0
    done: dict[str, int] = field(default_factory=dict)
    on_page: Callable[[int], None] = lambda _: None
    """Told of each question about history, with its number."""

    def next(self) -> frozenset[str]:
        """Return what goes wrong with the next answer."""
        self.asked += 1
        self.on_page(self.asked)
        now = frozenset(name for name, period in self.periods.items() if not self.asked % period)
        for name in now:
            self.done[name] = self.done.get(name, 0) + 1
        return now


def page(
    rows: Sequence[Row], limit: int, faults: frozenset[str], *, keeps_newest: bool
) -> list[Row]:
    """Return the rows of one answer, oldest first, cut as the venue cuts, or worse."""
    if "empty" in faults:
        return []
    most = max(min(limit, len(rows)) // 3, 1) if "short" in faults else limit
    return list(rows[-most:] if keeps_newest else rows[:most])
