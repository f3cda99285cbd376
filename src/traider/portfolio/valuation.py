"""What an account is worth in one currency, and the parts that made it so."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from decimal import Decimal

from traider.domain.units import amount_from_units
from traider.portfolio.accounts import Account
from traider.portfolio.currency_rates import Rate, valued_units


@dataclass(frozen=True, slots=True)
class Valuation:
    """Worth and its parts, in units of 1e-8 of the valuation currency.

    Exactly: nav = cash + positions = capital + realized + unrealized + exchanged + adjusted - fees
    - funding. Everything of another currency is valued at the rates of the moment, its capital too:
    so what is left after capital is the result of trading. ``exchanged`` is what exchanges of money
    made by changes of the rates since, and holds what valuing each part rounds.
    """

    cash_units: int = 0
    positions_units: int = 0
    capital_units: int = 0
    realized_units: int = 0
    unrealized_units: int = 0
    fees_units: int = 0
    funding_units: int = 0
    adjusted_units: int = 0
    exchanged_units: int = 0

    @classmethod
    def of_book(cls, book: Mapping[Account, int], positions: int) -> "Valuation":
        """Return that of the books of one currency, its positions worth so much."""
        return cls(
            cash_units=book[Account.CASH],
            positions_units=positions,
            capital_units=-book[Account.CAPITAL],
            realized_units=-book[Account.REALIZED],
            unrealized_units=positions - book[Account.INVENTORY],
            fees_units=book[Account.FEES],
            funding_units=book[Account.FUNDING],
            adjusted_units=-book[Account.ADJUSTMENTS],
            exchanged_units=-book[Account.EXCHANGE],
        )

    @property
    def nav(self) -> Decimal:
        """Cash and positions."""
        return amount_from_units(self.nav_units)

    @property
    def nav_units(self) -> int:
        """Cash and positions."""
        return self.cash_units + self.positions_units

    @property
    def profit(self) -> Decimal:
        """Worth less capital."""
        return amount_from_units(self.nav_units - self.capital_units)

    @property
    def made_units(self) -> int:
        """The parts that made it so; equal to its worth."""
        added = self.capital_units + self.realized_units + self.unrealized_units
        added += self.adjusted_units + self.exchanged_units
        return added - self.fees_units - self.funding_units

    @property
    def has_value(self) -> bool:
        """Whether any part is not zero, so that a rate is needed."""
        return any(astuple(self))

    def valued(self, rate: Rate) -> "Valuation":
        """Return it at ``rate``, its worth rounded once; ``exchanged`` takes what is left."""
        parts = {each.name: valued_units(getattr(self, each.name), rate) for each in fields(self)}
        nav = valued_units(self.nav_units, rate)
        parts["positions_units"] = nav - parts["cash_units"]
        parts["exchanged_units"] = 0
        parts["exchanged_units"] = nav - Valuation(**parts).made_units
        return Valuation(**parts)

    def plus(self, other: "Valuation") -> "Valuation":
        """Return the sum of both."""
        names = [each.name for each in fields(self)]
        return Valuation(*(getattr(self, name) + getattr(other, name) for name in names))
