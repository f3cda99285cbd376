"""Instruments: what can be traded where, on which grid, under which fees, margin and funding.

A name reads ``VENUE:BASE-QUOTE`` for spot, ``…-PERP`` for a perpetual and ``…-YYMMDD`` for a
future: ``BINANCE:BTC-USDT``, ``BINANCE:BTC-USDT-PERP``, ``BINANCE:BTC-USDT-250627``.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Final, Self

from traider.domain.errors import DataError, UsageError
from traider.domain.fees import FeeSchedule, FeeTier
from traider.domain.funding import FundingPhase, FundingSchedule
from traider.domain.margin import MarginSchedule, MarginTier
from traider.domain.money import inverse_notional_units, notional_units, pack_currency
from traider.domain.units import (
    Rounding,
    lots_from_size,
    price_from_ticks,
    size_from_lots,
    ticks_from_price,
)

__all__ = [
    "FeeSchedule",
    "FeeTier",
    "FundingPhase",
    "FundingSchedule",
    "Instrument",
    "InstrumentKind",
    "InstrumentName",
    "InstrumentStatus",
    "MarginSchedule",
    "MarginTier",
]

_NAME: Final = re.compile(r"([A-Z0-9_]+):([A-Z0-9]+)-([A-Z0-9]+)(?:-(PERP|\d{6}))?", re.ASCII)
_SECOND_NS: Final = 1_000_000_000


class InstrumentKind(Enum):
    """What is traded: the thing itself, or a contract on it without or with an end."""

    SPOT = "spot"
    PERPETUAL = "perpetual"
    FUTURE = "future"


class InstrumentStatus(IntEnum):
    """Whether it can be traded; the code of an INSTRUMENT_STATUS event."""

    TRADING = 1
    POST_ONLY = 2
    CANCEL_ONLY = 3
    HALTED = 4
    SETTLING = 5
    DELISTED = 6


@dataclass(frozen=True, slots=True, order=True)
class InstrumentName:
    """The name of an instrument; ``suffix`` is empty, ``PERP`` or the expiry as YYMMDD."""

    venue: str
    base: str
    quote: str
    suffix: str = ""

    def __post_init__(self) -> None:
        """Refuse parts that would not read back."""
        if not _NAME.fullmatch(str(self)):
            raise UsageError(f"{str(self)!r} is no instrument name", fix=_NAME_HINT)
        if self.kind is InstrumentKind.FUTURE:
            _expiry_day(self.suffix)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the name that ``text`` spells; letters may be small.

        Raises:
            UsageError: the text is no instrument name.
        """
        match = _NAME.fullmatch(text.strip().upper())
        if match is None:
            raise UsageError(f"{text!r} is no instrument name", fix=_NAME_HINT)
        venue, base, quote, suffix = match.groups()
        return cls(venue, base, quote, suffix or "")

    @property
    def kind(self) -> InstrumentKind:
        """What the suffix says."""
        if not self.suffix:
            return InstrumentKind.SPOT
        return InstrumentKind.PERPETUAL if self.suffix == "PERP" else InstrumentKind.FUTURE

    @property
    def pair(self) -> str:
        """The name without its venue."""
        return str(self).partition(":")[2]

    def __str__(self) -> str:
        """Return the name as it is written."""
        tail = f"-{self.suffix}" if self.suffix else ""
        return f"{self.venue}:{self.base}-{self.quote}{tail}"


_NAME_HINT: Final = "write VENUE:BASE-QUOTE, with -PERP or -YYMMDD for a perpetual or a future"


def _expiry_day(suffix: str) -> datetime:
    try:
        return datetime.strptime(suffix, "%y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError(f"{suffix!r} is no expiry day", fix=_NAME_HINT) from None


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """Everything about an instrument that does not move with the market.

    ``symbol`` is the venue's own. ``multiplier`` is how much of the base (linear) or of the quote
    (inverse) one unit of size stands for. ``min_size`` is in units of size, ``min_notional`` in the
    quote currency. ``expiry_ns`` is 0 but for futures.
    """

    name: InstrumentName
    symbol: str
    settle: str
    tick_size: Decimal
    lot_size: Decimal
    min_size: Decimal
    min_notional: Decimal = Decimal(0)
    multiplier: Decimal = Decimal(1)
    is_inverse: bool = False
    fees: FeeSchedule
    margin: MarginSchedule | None = None
    funding: FundingSchedule | None = None
    expiry_ns: int = 0
    status: InstrumentStatus = InstrumentStatus.TRADING

    def __post_init__(self) -> None:
        """Refuse a contradiction between the parts."""
        pack_currency(self.settle)
        for label in ("tick_size", "lot_size", "multiplier"):
            value: Decimal = getattr(self, label)
            if not (value.is_finite() and value > 0):
                raise self._refusal(f"{label} is {value}", "it must be positive")
        if not self.symbol:
            raise self._refusal("symbol is empty", "give the venue's own symbol")
        if self.min_notional < 0 or self.min_size < 0:
            raise self._refusal("a minimum is negative", "use 0 for none")
        lots_from_size(self.min_size, self.lot_size)
        self._check_kind()

    def _check_kind(self) -> None:
        is_spot = self.kind is InstrumentKind.SPOT
        if is_spot and (self.is_inverse or self.margin or self.settle != self.name.quote):
            raise self._refusal(
                "spot is linear, unmargined and settled in its quote", "mend the instrument"
            )
        if self.is_inverse and self.settle != self.name.base:
            raise self._refusal("an inverse contract settles in its base", f"not {self.settle}")
        if (self.kind is InstrumentKind.PERPETUAL) != (self.funding is not None):
            raise self._refusal("funding belongs to perpetuals", "give it to them alone")
        if (self.kind is InstrumentKind.FUTURE) != (self.expiry_ns > 0):
            raise self._refusal("an expiry belongs to futures", "give it to them alone")
        if self.expiry_ns:
            day = datetime.fromtimestamp(self.expiry_ns // _SECOND_NS, tz=UTC)
            if day.strftime("%y%m%d") != self.name.suffix:
                raise self._refusal(f"expiry is {day.isoformat()}", "the name says another day")

    def _refusal(self, what: str, fix: str) -> DataError:
        return DataError(what, where=str(self.name), fix=fix)

    @property
    def kind(self) -> InstrumentKind:
        """Spot, perpetual or future."""
        return self.name.kind

    @property
    def venue(self) -> str:
        """The venue it trades on."""
        return self.name.venue

    @property
    def base(self) -> str:
        """The currency that is bought."""
        return self.name.base

    @property
    def quote(self) -> str:
        """The currency that prices are in."""
        return self.name.quote

    def ticks(self, price: Decimal, rounding: Rounding | None = None) -> int:
        """Return ``price`` in ticks; off-tick prices need a named rounding."""
        return ticks_from_price(price, self.tick_size, rounding)

    def price(self, price_ticks: int) -> Decimal:
        """Return the price of ``price_ticks``."""
        return price_from_ticks(price_ticks, self.tick_size)

    def lots(self, size: Decimal, rounding: Rounding | None = None) -> int:
        """Return ``size`` in lots; off-lot sizes need a named rounding."""
        return lots_from_size(size, self.lot_size, rounding)

    def size(self, size_lots: int) -> Decimal:
        """Return the size of ``size_lots``."""
        return size_from_lots(size_lots, self.lot_size)

    def notional_units(self, price: Decimal, size: Decimal) -> int:
        """Return the notional in money units of the settlement currency, rounded half to even."""
        if self.is_inverse:
            return inverse_notional_units(price, size, self.multiplier)
        return notional_units(price, size, self.multiplier)
