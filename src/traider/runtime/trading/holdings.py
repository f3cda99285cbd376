"""What is held of each instrument and what it cost, from the fills of the journal.

Cost is counted in ticks times lots, so that nothing but the events is needed. What a partial close
releases of it is rounded half to even to one of these units, and the remainder stays.
"""

from dataclasses import dataclass

import numpy as np

from traider.domain.events import EventArray, Kind
from traider.domain.units import Rounding, round_ratio


@dataclass(frozen=True, slots=True)
class Holding:
    """A position: signed lots, and their signed cost in ticks times lots."""

    lots: int = 0
    cost: int = 0

    def after(self, lots: int, price_ticks: int) -> "Holding":
        """Return the position after signed ``lots`` more at a price; beyond flat it turns."""
        held = self.lots + lots
        if self.lots * lots >= 0:
            return Holding(held, self.cost + lots * price_ticks)
        if abs(lots) <= abs(self.lots):
            kept = round_ratio(self.cost * abs(held), abs(self.lots), Rounding.HALF_EVEN)
            return Holding(held, kept)
        return Holding(held, held * price_ticks)


class Holdings:
    """Positions by instrument after the events seen. An ``EventSink``."""

    def __init__(self, held: dict[int, Holding] | None = None) -> None:
        self.by_instrument = dict(held or {})

    def of(self, number: int) -> Holding:
        """Return the position in an instrument."""
        return self.by_instrument.get(number, Holding())

    def append(self, events: EventArray) -> None:
        """See the next events."""
        kinds = events["kind"]
        wanted = (kinds == Kind.FILL) | (kinds == Kind.RECONCILE_ADJUSTMENT)
        for place in np.flatnonzero(wanted).tolist():
            event = events[place]
            number = int(event["instrument"])
            if kinds[place] == Kind.FILL:
                lots, price = int(event["side"]) * int(event["size"]), int(event["price"])
            else:
                lots, price = int(event["w1"]), int(event["w4"])
            if lots:
                self.by_instrument[number] = self.of(number).after(lots, price)
