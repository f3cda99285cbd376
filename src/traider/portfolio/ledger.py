"""The exact ledger: double-entry booking of fills, fees, funding, transfers and corrections.

Every entry's postings sum to zero, so the books' balance is zero at all times. A purchase moves
money from cash to inventory at cost; a sale moves the released cost back and books the difference
as realized profit; fees, funding and transfers have accounts of their own, and so has what a
reconciliation takes over from the venue. Perpetuals and futures are booked like spot (inventory at
cost), which gives the same equity at every mark.

Each currency has books of its own, and an entry stays within one: an instrument is booked in the
currency of its price, a fee in the one it was taken in, and what is exchanged for another goes
through the account EXCHANGE of both. ``currency`` is what the ledger is measured in: the others are
valued at rates that ``equity`` and ``valuation`` are given.

Cash and fees are exact to 1e-8. Rounding happens in three named places: notional (half to even),
the fee (by whoever made the fill) and the cost released by a partial close (half to even).
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from traider.domain.errors import DataError
from traider.domain.fills import Fill
from traider.domain.money import notional_units
from traider.domain.positions import Position
from traider.domain.units import (
    amount_from_units,
    lots_from_size,
    size_from_lots,
    units_from_amount,
)
from traider.portfolio.accounts import Account, Entry, EntryLog, fee_postings, fill_postings
from traider.portfolio.currency_rates import Rate, RateSource
from traider.portfolio.fill_columns import FillColumns, FillGrid, OpenColumns, book_columns
from traider.portfolio.funding import FundingPayment
from traider.portfolio.valuation import Valuation

__all__ = ["Account", "Entry", "Ledger"]

Rates = RateSource | Mapping[str, Decimal]
"""What one of each other currency is worth."""
_ONE = Decimal(1)


class Ledger:
    """The books of one account; ``currency`` is what it is measured in."""

    def __init__(self, currency: str, capital: Decimal = Decimal(0), ts_ns: int = 0) -> None:
        """Open the books with ``capital`` paid in."""
        self.currency = currency
        self._log = EntryLog()
        self._books = {currency: dict.fromkeys(Account, 0)}
        self._positions: dict[str, Position] = {}
        self._multipliers: dict[str, Decimal] = {}
        self._quotes: dict[str, str] = {}
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
    def funding(self) -> Decimal:
        """Funding paid so far in the ledger's own currency; negative where it was received."""
        return self._sum(self.currency, Account.FUNDING)

    @property
    def realized(self) -> Decimal:
        """Profit of everything closed in the ledger's own currency, before fees."""
        return self.realized_in(self.currency)

    @property
    def capital(self) -> Decimal:
        """Money of the ledger's own currency paid in, less money taken out."""
        return -self._sum(self.currency, Account.CAPITAL)

    @property
    def adjusted(self) -> Decimal:
        """What corrections added in the ledger's own currency, positions at their price."""
        return -self._sum(self.currency, Account.ADJUSTMENTS)

    @property
    def balances(self) -> dict[str, Decimal]:
        """The sum of all accounts of each currency: always zero."""
        return {name: amount_from_units(sum(book.values())) for name, book in self._books.items()}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every booking, oldest first."""
        return tuple(self._log)

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

    def realized_in(self, currency: str) -> Decimal:
        """Return the profit of everything closed that is priced in ``currency``, before fees."""
        return -self._sum(currency, Account.REALIZED)

    def position(self, instrument: str) -> Position:
        """Return the holding of ``instrument``, flat when it never traded."""
        return self._positions.get(instrument, Position())

    # ---------------------------------------------------------------------------------- booking

    def transfer(
        self, amount: Decimal, ts_ns: int, text: str = "transfer", currency: str = ""
    ) -> None:
        """Book money that came in (positive) or went out (negative); the ledger's own by default.

        Raises:
            DataError: the amount lies off the grid of 1e-8.
        """
        self._move(Account.CAPITAL, units_from_amount(amount), ts_ns, text, currency)

    def charge(self, fee: Decimal, ts_ns: int, text: str = "fee", currency: str = "") -> None:
        """Book a fee of its own (negative: a rebate).

        Raises:
            DataError: the fee lies off the grid of 1e-8.
        """
        self._book(ts_ns, text, fee_postings(units_from_amount(fee)), currency)

    def fund(self, payment: FundingPayment, currency: str = "") -> None:
        """Book what was paid, or received, for holding a perpetual.

        Raises:
            DataError: the amount lies off the grid of 1e-8.
        """
        units = -units_from_amount(payment.amount)
        self._move(Account.FUNDING, units, payment.ts_ns, payment.instrument, currency)

    def exchange(self, given: tuple[Decimal, str], got: tuple[Decimal, str], ts_ns: int) -> None:
        """Book money of one currency that was exchanged for money of another; both positive.

        Raises:
            DataError: an amount lies off the grid of 1e-8 or is not positive, or both are of one
                currency.
        """
        (paid, left), (received, right) = given, got
        out, come = units_from_amount(paid), units_from_amount(received)
        if left == right or out <= 0 or come <= 0:
            raise DataError(
                f"{paid} {left} exchanged for {received} {right}",
                fix="name two currencies and what was given and got of them",
            )
        text = f"{left} for {right}"
        self._move(Account.EXCHANGE, -out, ts_ns, text, left)
        self._move(Account.EXCHANGE, come, ts_ns, text, right)

    def adjust(self, correction: Fill) -> None:
        """Take over a position of the venue's books: like a fill, and no money moves.

        Raises:
            DataError: the instrument's multiplier or currency changed while a position was open.
        """
        before, after = self._moved(correction)
        inventory = after.cost_units - before.cost_units
        gained = after.realized_units - before.realized_units
        postings = (
            (Account.INVENTORY, inventory),
            (Account.REALIZED, -gained),
            (Account.ADJUSTMENTS, gained - inventory),
        )
        self._book(correction.ts_ns, correction.instrument, postings, correction.currency)

    def adjust_cash(self, amount: Decimal, ts_ns: int, currency: str = "") -> None:
        """Take over a balance of the venue's books: ``amount`` is what it has more than ours.

        Raises:
            DataError: the amount lies off the grid of 1e-8.
        """
        self._move(Account.ADJUSTMENTS, units_from_amount(amount), ts_ns, "adjustment", currency)

    def apply(self, fill: Fill) -> None:
        """Book a fill and its fee; one taken in another currency in an entry of that currency.

        Raises:
            DataError: the fee lies off the grid, or the instrument's multiplier or currency changed
                while a position was open.
        """
        fee = 0 if fill.fee_currency else units_from_amount(fill.fee)
        taken = units_from_amount(fill.fee_taken)
        before, after = self._moved(fill)
        postings = fill_postings(
            fill.side * fill.notional_units,
            after.cost_units - before.cost_units,
            after.realized_units - before.realized_units,
            fee,
        )
        self._book(fill.ts_ns, fill.instrument, postings, fill.currency)
        if fill.fee_currency and taken:
            self._book(fill.ts_ns, fill.instrument, fee_postings(taken), fill.fee_currency)

    def replay(self, fills: Iterable[Fill]) -> None:
        """Book fills in order."""
        for fill in fills:
            self.apply(fill)

    def apply_columns(self, fills: FillColumns) -> None:
        """Book many fills at once; the books are those of booking them one by one.

        Raises:
            DataError: a fill trades nothing, what is held lies off the grid of an instrument, or
                its multiplier or currency changed while a position was open.
        """
        grids, currency = fills.grids, self.currency
        for grid in grids:
            self._check_terms(grid.name, grid.multiplier, grid.currency or currency)
        before = [self.position(grid.name) for grid in grids]
        lots = [
            lots_from_size(each.quantity, grid.lot_size)
            for each, grid in zip(before, grids, strict=True)
        ]
        held = OpenColumns(lots, [each.cost_units for each in before])
        booked = book_columns(fills, held, currency)
        gained, paid, fees = ([0] * len(grids) for _ in range(3))
        rows = zip(fills.instruments, booked.gained, booked.paid, booked.fees, strict=True)
        for number, gain, cost, fee in rows:
            gained[number] += gain
            paid[number] += cost
            fees[number] += fee
        for number in sorted(set(fills.instruments)):
            grid, was = grids[number], before[number]
            now = Position(
                size_from_lots(held.lots[number], grid.lot_size),
                held.costs[number],
                was.realized_units + gained[number],
            )
            self._set(grid, now)
            moved = now.cost_units - was.cost_units
            postings = fill_postings(paid[number], moved, gained[number], fees[number])
            self._post(postings, grid.currency or currency)
        if any(booked.other_fees):
            self._post(fee_postings(sum(booked.other_fees)), fills.fee_currency)
        self._log.add_columns(booked)

    # ---------------------------------------------------------------------------------- valuing

    def equity(self, marks: Mapping[str, Decimal], rates: Rates | None = None) -> Decimal:
        """Return cash and positions at ``marks`` (price by instrument), other currencies at rates.

        Each position, and each currency's sum, is rounded half to even to 1e-8.

        Raises:
            DataError: an open position has no mark, or a currency with money no rate.
        """
        return self.valuation(marks, rates).nav

    def valuation(self, marks: Mapping[str, Decimal], rates: Rates | None = None) -> Valuation:
        """Return what the account is worth in the ledger's currency, and what made it so.

        Raises:
            DataError: an open position has no mark, or a currency with money no rate.
        """
        held = self._positions_at(marks)
        total = Valuation()
        for currency, book in self._books.items():
            own = Valuation.of_book(book, held.get(currency, 0))
            if currency != self.currency:
                own = own.valued(self._rate(rates, currency)) if own.has_value else Valuation()
            total = total.plus(own)
        return total

    def unrealized(self, marks: Mapping[str, Decimal]) -> Decimal:
        """Return the open profit at ``marks`` of what is priced in the ledger's own currency.

        Raises:
            DataError: an open position has no mark.
        """
        held = self._positions_at(marks).get(self.currency, 0)
        return amount_from_units(held - self._books[self.currency][Account.INVENTORY])

    def _positions_at(self, marks: Mapping[str, Decimal]) -> dict[str, int]:
        """Return what the positions are worth, by the currency of their price."""
        units: dict[str, int] = {}
        for instrument, position in self._positions.items():
            if position.quantity:
                mark, quote = self._mark(marks, instrument), self._quotes[instrument]
                worth = notional_units(mark, position.quantity, self._multipliers[instrument])
                units[quote] = units.get(quote, 0) + worth
        return units

    def _rate(self, rates: Rates | None, currency: str) -> Rate:
        if rates is not None and not isinstance(rates, Mapping):
            return rates.rate(currency)
        try:
            return (rates or {})[currency]
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

    # --------------------------------------------------------------------------------- the books

    def _sum(self, currency: str, account: Account) -> Decimal:
        return amount_from_units(self._books.get(currency, {}).get(account, 0))

    def _moved(self, fill: Fill) -> tuple[Position, Position]:
        """Return the position before and after ``fill``, and keep the latter."""
        self._check_terms(fill.instrument, fill.multiplier, fill.currency or self.currency)
        before = self.position(fill.instrument)
        after = before.apply(fill)
        grid = FillGrid(fill.instrument, _ONE, _ONE, fill.multiplier, fill.currency)
        self._set(grid, after)
        return before, after

    def _set(self, grid: FillGrid, position: Position) -> None:
        self._positions[grid.name] = position
        self._multipliers[grid.name] = grid.multiplier
        self._quotes[grid.name] = grid.currency or self.currency

    def _check_terms(self, instrument: str, multiplier: Decimal, quote: str) -> None:
        if not self.position(instrument).quantity:
            return
        known, currency = self._multipliers[instrument], self._quotes[instrument]
        if known != multiplier:
            raise DataError(
                f"{instrument} changed its multiplier from {known} to {multiplier}",
                fix="close the position before the contract changes",
            )
        if currency != quote:
            raise DataError(
                f"{instrument} was priced in {currency} and now in {quote}",
                fix="close the position before the currency changes",
            )

    def _move(self, account: Account, units: int, ts_ns: int, text: str, currency: str) -> None:
        """Book money that came to cash out of an account."""
        self._book(ts_ns, text, ((Account.CASH, units), (account, -units)), currency)

    def _book(
        self, ts_ns: int, text: str, postings: tuple[tuple[Account, int], ...], currency: str
    ) -> None:
        currency = currency or self.currency
        self._post(postings, currency)
        self._log.add(Entry(ts_ns, text, postings, currency))

    def _post(self, postings: tuple[tuple[Account, int], ...], currency: str) -> None:
        book = self._books.setdefault(currency, dict.fromkeys(Account, 0))
        for account, units in postings:
            book[account] += units
