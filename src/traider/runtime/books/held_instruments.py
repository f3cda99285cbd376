"""What is held of each instrument, and what it made and cost, booked event by event.

The same as the ledger has it: fills and corrections move positions, fees and funding are by
instrument, valued in the account's currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from traider.domain.positions import Position
from traider.domain.units import EXACT
from traider.runtime.books.money_events import MoneyEvents

_ZERO = Decimal(0)
_FLAT = Position()


@dataclass(frozen=True, slots=True)
class HeldInstrument:
    """A holding since the run began."""

    multiplier: Decimal
    position: Position = _FLAT
    fees: Decimal = _ZERO
    """Paid on it, in the account's currency."""
    funding: Decimal = _ZERO
    """Paid for holding it."""
    opened_ns: int = 0
    """Since when it is held this way round; 0 when flat."""


class HeldInstruments:
    """Holdings by instrument, of the money events so far."""

    def __init__(self) -> None:
        self._held: dict[str, HeldInstrument] = {}

    def take(self, money: MoneyEvents) -> None:
        """Book the next events."""
        for booked in money.booked_fills():
            fill = booked.fill
            before = self._held.get(fill.instrument) or HeldInstrument(fill.multiplier)
            after = before.position.apply(fill)
            goes_on = after.side == before.position.side != 0
            opened_ns = before.opened_ns if goes_on else fill.ts_ns if after.side else 0
            self._held[fill.instrument] = replace(
                before,
                position=after,
                fees=EXACT.add(before.fees, fill.fee),
                opened_ns=opened_ns,
            )
        for paid in money.funding():
            held = self._held.get(paid.instrument)
            if held is not None:
                funding = EXACT.add(held.funding, paid.amount)
                self._held[paid.instrument] = replace(held, funding=funding)

    def now(self) -> Mapping[str, HeldInstrument]:
        """Return the holdings by name; what comes later does not change it."""
        return MappingProxyType(dict(sorted(self._held.items())))
