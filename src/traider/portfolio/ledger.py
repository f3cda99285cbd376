"""The exact ledger: double-entry replay of fills, fees and transfers in one quote currency.

Every entry's postings sum to zero, so the books' balance is zero at all times. A purchase moves
money from cash to inventory at cost; a sale moves the released cost back and books the difference
as realized profit; fees and transfers have accounts of their own. Perpetuals and futures are
booked like spot (inventory at cost), which gives the same equity at every mark.

Cash and fees are exact to 1e-8. Rounding happens in three named places: notional (half to even),
the fee (by whoever made the fill) and the cost released by a partial close (half to even).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from traider.domain.errors import DataError
from traider.domain.fills import Fill
from traider.domain.money import notional_units
from traider.domain.positions import Position
from traider.domain.units import amount_from_units, units_from_amount


class Account(Enum):
    """The accounts; debits are positive."""

    CASH = "cash"
    INVENTORY = "inventory"
    FEES = "fees"
    REALIZED = "realized"
    CAPITAL = "capital"


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking: its time, what it is about, and what it moved (money units, summing to 0)."""

    ts_ns: int
    text: str
    postings: tuple[tuple[Account, int], ...]


class Ledger:
    """The books of one account in one quote currency."""

    def __init__(self, currency: str, capital: Decimal = Decimal(0), ts_ns: int = 0) -> None:
        """Open the books with ``capital`` paid in."""
        self.currency = currency
        self._entries: list[Entry] = []
        self._balances = dict.fromkeys(Account, 0)
        self._positions: dict[str, Position] = {}
        self._multipliers: dict[str, Decimal] = {}
        if capital:
            self.transfer(capital, ts_ns, "capital")

    @property
    def cash(self) -> Decimal:
        """Money not held in positions."""
        return amount_from_units(self._balances[Account.CASH])

    @property
    def fees(self) -> Decimal:
        """Fees paid so far, rebates taken off."""
        return amount_from_units(self._balances[Account.FEES])

    @property
    def realized(self) -> Decimal:
        """Profit of everything closed, before fees."""
        return amount_from_units(-self._balances[Account.REALIZED])

    @property
    def capital(self) -> Decimal:
        """Money paid in, less money taken out."""
        return amount_from_units(-self._balances[Account.CAPITAL])

    @property
    def balance(self) -> Decimal:
        """The sum of all accounts: always zero."""
        return amount_from_units(sum(self._balances.values()))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every booking, oldest first."""
        return tuple(self._entries)

    @property
    def positions(self) -> dict[str, Position]:
        """Every instrument ever held, flat ones too."""
        return dict(self._positions)

    def position(self, instrument: str) -> Position:
        """Return the holding of ``instrument``, flat when it never traded."""
        return self._positions.get(instrument, Position())

    def transfer(self, amount: Decimal, ts_ns: int, text: str = "transfer") -> None:
        """Book money that came in (positive) or went out (negative).

        Raises:
            DataError: the amount lies off the grid of 1e-8.
        """
        units = units_from_amount(amount)
        self._book(ts_ns, text, (Account.CASH, units), (Account.CAPITAL, -units))

    def charge(self, fee: Decimal, ts_ns: int, text: str = "fee") -> None:
        """Book a fee of its own (negative: a rebate).

        Raises:
            DataError: the fee lies off the grid of 1e-8.
        """
        units = units_from_amount(fee)
        self._book(ts_ns, text, (Account.FEES, units), (Account.CASH, -units))

    def apply(self, fill: Fill) -> None:
        """Book a fill and its fee.

        Raises:
            DataError: the fee lies off the grid, or the instrument's multiplier changed while a
                position was open.
        """
        before = self.position(fill.instrument)
        self._check_multiplier(fill, before)
        fee = units_from_amount(fill.fee)
        after = before.apply(fill)
        paid = fill.side * fill.notional_units
        self._book(
            fill.ts_ns,
            fill.instrument,
            (Account.CASH, -paid - fee),
            (Account.INVENTORY, after.cost_units - before.cost_units),
            (Account.REALIZED, before.realized_units - after.realized_units),
            (Account.FEES, fee),
        )
        self._positions[fill.instrument] = after
        self._multipliers[fill.instrument] = fill.multiplier

    def replay(self, fills: Iterable[Fill]) -> None:
        """Book fills in order."""
        for fill in fills:
            self.apply(fill)

    def equity(self, marks: Mapping[str, Decimal]) -> Decimal:
        """Return cash and positions valued at ``marks`` (price by instrument).

        Raises:
            DataError: an open position has no mark.
        """
        units = self._balances[Account.CASH]
        for instrument, position in self._positions.items():
            if position.quantity:
                units += notional_units(
                    self._mark(marks, instrument), position.quantity, self._multipliers[instrument]
                )
        return amount_from_units(units)

    def unrealized(self, marks: Mapping[str, Decimal]) -> Decimal:
        """Return the open profit at ``marks``: equity less capital, realized profit and fees."""
        booked = self.capital + self.realized - self.fees
        return self.equity(marks) - booked

    @staticmethod
    def _mark(marks: Mapping[str, Decimal], instrument: str) -> Decimal:
        try:
            return marks[instrument]
        except KeyError:
            raise DataError(
                f"no mark for the open position in {instrument}", fix="give its last price"
            ) from None

    def _check_multiplier(self, fill: Fill, before: Position) -> None:
        known = self._multipliers.get(fill.instrument, fill.multiplier)
        if before.quantity and known != fill.multiplier:
            raise DataError(
                f"{fill.instrument} changed its multiplier from {known} to {fill.multiplier}",
                fix="close the position before the contract changes",
            )

    def _book(self, ts_ns: int, text: str, *postings: tuple[Account, int]) -> None:
        for account, units in postings:
            self._balances[account] += units
        self._entries.append(Entry(ts_ns, text, postings))
