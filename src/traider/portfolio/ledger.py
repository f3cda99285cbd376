"""The exact ledger: double-entry replay of fills, fees and transfers.

Every entry's postings sum to zero, so the books' balance is zero at all times. A purchase moves
money from cash to inventory at cost; a sale moves the released cost back and books the difference
as realized profit; fees and transfers have accounts of their own. Perpetuals and futures are
booked like spot (inventory at cost), which gives the same equity at every mark.

Trading is in one currency, the ledger's own. Fees may be taken in others: each has books of its
own, an entry stays within one currency, and equity values the others at the rates it is given.

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
    """One booking: its time, what it is about, and what it moved (units of 1e-8, summing to 0)."""

    ts_ns: int
    text: str
    postings: tuple[tuple[Account, int], ...]
    currency: str


class Ledger:
    """The books of one account; ``currency`` is what it trades in and is measured in."""

    def __init__(self, currency: str, capital: Decimal = Decimal(0), ts_ns: int = 0) -> None:
        """Open the books with ``capital`` paid in."""
        self.currency = currency
        self._entries: list[Entry] = []
        self._books = {currency: dict.fromkeys(Account, 0)}
        self._positions: dict[str, Position] = {}
        self._multipliers: dict[str, Decimal] = {}
        if capital:
            self.transfer(capital, ts_ns, "capital")

    @property
    def cash(self) -> Decimal:
        """Money of the ledger's own currency, not held in positions."""
        return self.cash_in(self.currency)

    @property
    def fees(self) -> Decimal:
        """Fees paid so far in the ledger's own currency, rebates taken off."""
        return self.fees_in(self.currency)

    @property
    def realized(self) -> Decimal:
        """Profit of everything closed, before fees."""
        return amount_from_units(-self._books[self.currency][Account.REALIZED])

    @property
    def capital(self) -> Decimal:
        """Money of the ledger's own currency paid in, less money taken out."""
        return amount_from_units(-self._books[self.currency][Account.CAPITAL])

    @property
    def balances(self) -> dict[str, Decimal]:
        """The sum of all accounts of each currency: always zero."""
        return {name: amount_from_units(sum(book.values())) for name, book in self._books.items()}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every booking, oldest first."""
        return tuple(self._entries)

    @property
    def positions(self) -> dict[str, Position]:
        """Every instrument ever held, flat ones too."""
        return dict(self._positions)

    def cash_in(self, currency: str) -> Decimal:
        """Return the money of ``currency``, zero where none ever came in."""
        return self._sum(currency, Account.CASH)

    def fees_in(self, currency: str) -> Decimal:
        """Return the fees paid so far in ``currency``, in that currency, rebates taken off."""
        return self._sum(currency, Account.FEES)

    def position(self, instrument: str) -> Position:
        """Return the holding of ``instrument``, flat when it never traded."""
        return self._positions.get(instrument, Position())

    def transfer(
        self, amount: Decimal, ts_ns: int, text: str = "transfer", currency: str = ""
    ) -> None:
        """Book money that came in (positive) or went out (negative); the ledger's own by default.

        Raises:
            DataError: the amount lies off the grid of 1e-8.
        """
        units = units_from_amount(amount)
        postings = ((Account.CASH, units), (Account.CAPITAL, -units))
        self._book(ts_ns, text, postings, currency)

    def charge(self, fee: Decimal, ts_ns: int, text: str = "fee") -> None:
        """Book a fee of its own (negative: a rebate).

        Raises:
            DataError: the fee lies off the grid of 1e-8.
        """
        units = units_from_amount(fee)
        self._book(ts_ns, text, ((Account.FEES, units), (Account.CASH, -units)))

    def apply(self, fill: Fill) -> None:
        """Book a fill and its fee; one taken in another currency in an entry of that currency.

        Raises:
            DataError: the fee lies off the grid, or the instrument's multiplier changed while a
                position was open.
        """
        before = self.position(fill.instrument)
        self._check_multiplier(fill, before)
        fee = 0 if fill.fee_currency else units_from_amount(fill.fee)
        taken = units_from_amount(fill.fee_taken)
        after = before.apply(fill)
        paid = fill.side * fill.notional_units
        postings = (
            (Account.CASH, -paid - fee),
            (Account.INVENTORY, after.cost_units - before.cost_units),
            (Account.REALIZED, before.realized_units - after.realized_units),
            (Account.FEES, fee),
        )
        self._book(fill.ts_ns, fill.instrument, postings)
        if fill.fee_currency:
            moved = ((Account.CASH, -taken), (Account.FEES, taken))
            self._book(fill.ts_ns, fill.instrument, moved, fill.fee_currency)
        self._positions[fill.instrument] = after
        self._multipliers[fill.instrument] = fill.multiplier

    def replay(self, fills: Iterable[Fill]) -> None:
        """Book fills in order."""
        for fill in fills:
            self.apply(fill)

    def equity(
        self, marks: Mapping[str, Decimal], rates: Mapping[str, Decimal] | None = None
    ) -> Decimal:
        """Return cash, positions at ``marks`` (price by instrument) and other money at ``rates``.

        Each value is rounded half to even to 1e-8; a rate is what one of a currency is worth.

        Raises:
            DataError: an open position has no mark, or a currency with money no rate.
        """
        units = self._positions_at(marks)
        for currency in self._books:
            held = self.cash_in(currency)
            if currency == self.currency:
                units += units_from_amount(held)
            elif held:
                units += notional_units(self._rate(rates or {}, currency), held)
        return amount_from_units(units)

    def _positions_at(self, marks: Mapping[str, Decimal]) -> int:
        units = 0
        for instrument, position in self._positions.items():
            if position.quantity:
                units += notional_units(
                    self._mark(marks, instrument), position.quantity, self._multipliers[instrument]
                )
        return units

    def unrealized(self, marks: Mapping[str, Decimal]) -> Decimal:
        """Return the open profit at ``marks``: equity less capital, realized profit and fees.

        Money of other currencies is no position: it has no part in this.
        """
        booked = self.capital + self.realized - self.fees
        return self.cash + amount_from_units(self._positions_at(marks)) - booked

    def _sum(self, currency: str, account: Account) -> Decimal:
        return amount_from_units(self._books.get(currency, {}).get(account, 0))

    @staticmethod
    def _rate(rates: Mapping[str, Decimal], currency: str) -> Decimal:
        try:
            return rates[currency]
        except KeyError:
            raise DataError(f"no rate for {currency}", fix="give what one is worth") from None

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

    def _book(
        self, ts_ns: int, text: str, postings: tuple[tuple[Account, int], ...], currency: str = ""
    ) -> None:
        currency = currency or self.currency
        book = self._books.setdefault(currency, dict.fromkeys(Account, 0))
        for account, units in postings:
            book[account] += units
        self._entries.append(Entry(ts_ns, text, postings, currency))
