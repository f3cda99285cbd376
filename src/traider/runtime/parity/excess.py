"""What one of two runs holds and the other does not, and why: what closes it has the same cause."""

from fractions import Fraction
from typing import Literal

Cause = Literal["signal", "fill"]


class Excess:
    """The difference between the positions of two runs, by cause, the oldest first."""

    def __init__(self) -> None:
        self._held: dict[str, list[tuple[Fraction, Cause]]] = {}

    def book(self, instrument: str, change: Fraction, cause: Cause) -> dict[Cause, Fraction]:
        """Book a change of the difference; return the share of it that each cause has.

        As far as it brings the two runs together again it belongs to what had drawn them apart;
        beyond, to its own ``cause``.
        """
        held = self._held.setdefault(instrument, [])
        shares: dict[Cause, Fraction] = {}
        left = change
        while left and held and (held[0][0] > 0) is not (left > 0):
            quantity, why = held[0]
            closed = min(abs(quantity), abs(left))
            shares[why] = shares.get(why, Fraction(0)) + closed / abs(change)
            rest = quantity + (closed if quantity < 0 else -closed)
            left += closed if left < 0 else -closed
            held[:1] = [(rest, why)] if rest else []
        if left:
            held.append((left, cause))
            shares[cause] = shares.get(cause, Fraction(0)) + abs(left) / abs(change)
        return shares
