"""What the account must hold: as it was when the run began, and what is known to have changed it.

    total of a currency = opening + fills + changes from outside
    the run's part      = capital allotted + its own fills + what it took over from a person's
    the reserve         = total - the run's part: what the account holds beside the run

Everything is an exact decimal, so the books can be held against the venue's to the last digit. What
was in the account before the run is no difference, and nothing that the run may touch: of it the
run has the capital that it was allotted, and no coins.

A fill enters the kernel's books in ticks, lots and units of 1e-8. What rounding would lose goes
into the fee's word, so that the run's cash there is its exact cash to within half a unit at any
time, however many fills there were.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, assert_never

import msgspec
from msgspec import Struct

from traider.domain.errors import DataError
from traider.domain.instruments import Instrument
from traider.domain.units import EXACT, MONEY_STEP, Rounding, steps_of
from traider.gateway.account_entries import (
    AccountEntry,
    Adjusted,
    CapitalMoved,
    Changed,
    FillTaken,
    FillUndone,
    Opened,
)
from traider.gateway.executor import VenueFill

_ZERO: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Booked:
    """What an entry changed of the run's part, as the kernel's records have it."""

    price_ticks: int = 0
    size_lots: int = 0
    """Of a fill as traded; of an adjustment what the position gained."""
    fee_units: int = 0
    """Of a fill: the fee, and what rounding left over before."""
    cash_units: int = 0
    """What the run's cash gained."""


@dataclass(frozen=True, slots=True)
class Holding:
    """The run's part of one instrument."""

    size: Decimal = _ZERO
    """Base units, negative when short."""
    cash: Decimal = _ZERO
    """Quote currency that its trades brought, fees off."""
    average_price: Decimal = _ZERO
    """Of what is held; 0 when nothing is."""


class _State(Struct, frozen=True):
    """The books, as they are kept."""

    opened_ns: int
    forgot_ns: int
    totals: dict[str, Decimal]
    capital: dict[str, Decimal]
    fills: list[VenueFill]
    holdings: dict[str, Holding]


class AccountBooks:
    """The account as it must be, and the run's part of it.

    Args:
        instruments: by number; of spot, settled in their quote.
    """

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self.instruments = tuple(instruments)
        self.opened_ns = 0
        """Time of the venue at which the opening balances were read; 0 before."""
        self.fills: dict[str, VenueFill] = {}
        """Fills of the account, a person's too, by fill id; those that ``forget`` left."""
        self.capital: dict[str, Decimal] = {}
        """What the run was allotted of each currency."""
        self._forgot_ns = 0
        self._totals: dict[str, Decimal] = {}
        self._holdings: dict[int, Holding] = {}

    @property
    def is_open(self) -> bool:
        """Whether the opening balances are known."""
        return self.opened_ns > 0

    def expected(self) -> Mapping[str, Decimal]:
        """Return what the account must hold of each currency."""
        return dict(self._totals)

    def holding(self, number: int) -> Holding:
        """Return the run's part of an instrument."""
        return self._holdings.get(number, Holding())

    def parts(self) -> Mapping[str, Decimal]:
        """Return the run's part of each currency: its capital, its coins, the cash it made."""
        parts = dict(self.capital)
        for number, holding in self._holdings.items():
            instrument = self.instruments[number]
            for currency, amount in (
                (instrument.base, holding.size),
                (instrument.quote, holding.cash),
            ):
                parts[currency] = EXACT.add(parts.get(currency, _ZERO), amount)
        return parts

    def state(self) -> bytes:
        """Return the books as bytes, to be restored after a restart."""
        return msgspec.json.encode(
            _State(
                self.opened_ns,
                self._forgot_ns,
                self._totals,
                self.capital,
                list(self.fills.values()),
                {str(number): holding for number, holding in self._holdings.items()},
            )
        )

    def restore(self, state: bytes) -> None:
        """Take the books as ``state`` returned them.

        Raises:
            DataError: the bytes are something else.
        """
        try:
            kept = msgspec.json.decode(state, type=_State)
        except msgspec.DecodeError as fault:
            raise DataError(
                f"the account's books cannot be read: {fault}", fix="verify the order log"
            ) from fault
        self.opened_ns, self._forgot_ns = kept.opened_ns, kept.forgot_ns
        self.capital = kept.capital
        self._totals = kept.totals
        self.fills = {fill.fill_id: fill for fill in kept.fills}
        self._holdings = {int(number): holding for number, holding in kept.holdings.items()}

    @property
    def known_since_ns(self) -> int:
        """From when on every fill that was counted is known by its id."""
        return max(self.opened_ns, self._forgot_ns)

    def forget(self, before_ns: int) -> None:
        """Drop fills of which nobody asks any more; what they changed stays counted."""
        self._forgot_ns = max(self._forgot_ns, before_ns)
        self.fills = {name: fill for name, fill in self.fills.items() if fill.ts_ns >= before_ns}

    def apply(self, entry: AccountEntry) -> Booked:
        """Take an entry; return what it changed of the run's part.

        A fill that is known already changes nothing.

        Raises:
            DataError: a fill of ours is of no instrument of the run, or off its lots.
        """
        match entry:
            case Opened():
                self.opened_ns, self._totals = entry.ts_ns, dict(entry.balances)
                self.capital = dict(entry.capital)
            case CapitalMoved(currency, amount):
                self.capital[currency] = EXACT.add(self.capital.get(currency, _ZERO), amount)
            case FillTaken(fill) if fill.fill_id not in self.fills:
                return self._fill(fill)
            case FillTaken():
                return Booked()
            case FillUndone(fill):
                self.fills.pop(fill.fill_id, None)
                self._account(fill, -1)
            case Changed():
                self._change(entry.currency, entry.amount)
            case Adjusted():
                return self._adjust(entry)
            case _:
                assert_never(entry)
        return Booked()

    def _fill(self, fill: VenueFill) -> Booked:
        if not fill.order_id:
            self.fills[fill.fill_id] = fill
            self._account(fill, 1)
            return Booked()
        instrument = self._instrument(fill.instrument)
        size_lots = instrument.lots(fill.size)
        price_ticks = instrument.ticks(fill.price, Rounding.HALF_EVEN)
        self.fills[fill.fill_id] = fill
        self._account(fill, 1)
        cash_units = self._move(fill.instrument, fill.side * fill.size, cash_of(fill), fill.price)
        notional = instrument.notional_units(instrument.price(price_ticks), fill.size)
        return Booked(price_ticks, size_lots, -fill.side * notional - cash_units, cash_units)

    def _adjust(self, entry: Adjusted) -> Booked:
        instrument = self._instrument(entry.instrument)
        size_lots = instrument.lots(entry.size)
        price_ticks = instrument.ticks(entry.price, Rounding.HALF_EVEN)
        cash_units = self._move(entry.instrument, entry.size, entry.cash, entry.price)
        return Booked(price_ticks, size_lots, 0, cash_units)

    def _move(self, number: int, size: Decimal, cash: Decimal, price: Decimal) -> int:
        """Move the run's part by a trade; return the change of its cash as records have it."""
        before = self.holding(number)
        after = EXACT.add(before.size, size)
        cash = EXACT.add(before.cash, cash)
        self._holdings[number] = Holding(after, cash, _average_after(before, size, price, after))
        return _units(cash) - _units(before.cash)

    def _account(self, fill: VenueFill, sign: int) -> None:
        base, quote = currencies_of(fill.symbol)
        self._change(base, sign * fill.side * fill.size)
        self._change(quote, sign * cash_of(fill))

    def _change(self, currency: str, amount: Decimal) -> None:
        self._totals[currency] = EXACT.add(self._totals.get(currency, _ZERO), amount)

    def _instrument(self, number: int) -> Instrument:
        if not 0 <= number < len(self.instruments):
            raise DataError(
                f"a trade of instrument {number}, which the run does not have",
                fix="count it for the account alone",
            )
        return self.instruments[number]


def _units(cash: Decimal) -> int:
    return steps_of(cash, MONEY_STEP, Rounding.HALF_EVEN)


def cash_of(fill: VenueFill) -> Decimal:
    """Return what a fill brought in quote currency, its fee off."""
    return EXACT.subtract(-EXACT.multiply(fill.side * fill.size, fill.price), fill.fee)


def currencies_of(symbol: str) -> tuple[str, str]:
    """Return base and quote of a symbol as ``BTC-USD``."""
    base, _, rest = symbol.partition("-")
    return base, rest.partition("-")[0]


def _average_after(before: Holding, size: Decimal, price: Decimal, after: Decimal) -> Decimal:
    """Return the average price of what is held: it moves as more is taken, not as it is closed."""
    if after == 0:
        return _ZERO
    if before.size * after <= 0:
        return price
    if abs(after) <= abs(before.size):
        return before.average_price
    return (before.average_price * before.size + price * size) / after
