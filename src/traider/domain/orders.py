"""Orders as values: what a person or a strategy can ask for, checked when it is made.

Post-only, IOC and FOK are properties of a limit order. An order speaks in decimals;
``traider.domain.order_intents`` turns it into the records that carry it to the gate and back.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from itertools import pairwise
from typing import Final

from traider.domain.errors import DataError

EPOCH_BITS: Final = 11
SEQUENCE_BITS: Final = 44
LEG_BITS: Final = 8


class OrderType(IntEnum):
    """How an order finds its price; the low four flag bits of an intent."""

    MARKET = 1
    LIMIT = 2
    STOP = 3
    STOP_LIMIT = 4


class TimeInForce(IntEnum):
    """How long an order may rest; flag bits 4 and 5 of an intent."""

    GTC = 0
    IOC = 1
    FOK = 2
    GTD = 3


class Side(IntEnum):
    """The direction of an order, as records carry it."""

    BUY = 1
    SELL = -1


@dataclass(frozen=True, slots=True, order=True)
class OrderId:
    """Which decision an order comes from: leader epoch, journal sequence and leg.

    Derived from the journal alone, so a restart derives the same ids and cannot send twice.
    """

    epoch: int
    sequence: int
    leg: int = 0

    def __post_init__(self) -> None:
        """Refuse what the bits cannot hold."""
        for label, value, bits in (
            ("epoch", self.epoch, EPOCH_BITS),
            ("sequence", self.sequence, SEQUENCE_BITS),
            ("leg", self.leg, LEG_BITS),
        ):
            if not 0 <= value < 1 << bits:
                raise DataError(
                    f"order id: {label} {value} does not fit {bits} bits", fix="mend it"
                )

    def pack(self) -> int:
        """Return the id as one positive int64."""
        return (self.epoch << SEQUENCE_BITS | self.sequence) << LEG_BITS | self.leg

    @classmethod
    def unpack(cls, word: int) -> "OrderId":
        """Return the id that ``pack`` made.

        Raises:
            DataError: the word is no id.
        """
        sequence = word >> LEG_BITS & (1 << SEQUENCE_BITS) - 1
        return cls(word >> SEQUENCE_BITS + LEG_BITS, sequence, word & (1 << LEG_BITS) - 1)


@dataclass(frozen=True, kw_only=True)
class _Sized:
    """What every order has: where, which way and how much.

    ``size`` is in units of the instrument, rounded to lots by whoever makes the order.
    """

    instrument: str
    side: Side
    size: Decimal
    is_reduce_only: bool = False

    def __post_init__(self) -> None:
        """Refuse an order for nothing."""
        _require_positive("size", self.size)


@dataclass(frozen=True, kw_only=True)
class MarketOrder(_Sized):
    """Trade at once at the best price; with ``is_quote_sized`` ``size`` is money to spend."""

    is_quote_sized: bool = False

    def __post_init__(self) -> None:
        """Refuse a purchase of money with money."""
        _Sized.__post_init__(self)
        if self.is_quote_sized and self.side is not Side.BUY:
            raise DataError("only a purchase can be sized in quote", fix="give a sale's size")


@dataclass(frozen=True, kw_only=True)
class LimitOrder(_Sized):
    """Trade at ``price`` or better; ``expire_ns`` goes with GTD alone."""

    price: Decimal
    time_in_force: TimeInForce = TimeInForce.GTC
    expire_ns: int = 0
    is_post_only: bool = False

    def __post_init__(self) -> None:
        """Refuse contradicting terms."""
        _Sized.__post_init__(self)
        _require_positive("price", self.price)
        _require_expiry(self.time_in_force, self.expire_ns)
        if self.is_post_only and self.time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
            raise DataError(
                f"a post-only order cannot be {self.time_in_force.name}",
                fix="let it rest, or drop post-only",
            )


@dataclass(frozen=True, kw_only=True)
class StopOrder(_Sized):
    """Sleep until the market trades at ``trigger`` or beyond, then trade at once."""

    trigger: Decimal
    time_in_force: TimeInForce = TimeInForce.GTC
    expire_ns: int = 0

    def __post_init__(self) -> None:
        """Refuse contradicting terms."""
        _Sized.__post_init__(self)
        _require_positive("trigger", self.trigger)
        _require_resting(self.time_in_force)
        _require_expiry(self.time_in_force, self.expire_ns)


@dataclass(frozen=True, kw_only=True)
class StopLimitOrder(_Sized):
    """Sleep until the market trades at ``trigger`` or beyond, then rest at ``price``."""

    trigger: Decimal
    price: Decimal
    time_in_force: TimeInForce = TimeInForce.GTC
    expire_ns: int = 0

    def __post_init__(self) -> None:
        """Refuse contradicting terms."""
        _Sized.__post_init__(self)
        _require_positive("trigger", self.trigger)
        _require_positive("price", self.price)
        _require_resting(self.time_in_force)
        _require_expiry(self.time_in_force, self.expire_ns)


@dataclass(frozen=True, kw_only=True)
class BracketOrder:
    """An entry with its exits: a stop and a target that sleep until the entry fills.

    Each exit is for the entry's size, and one cancels the other.
    """

    entry: MarketOrder | LimitOrder
    stop_trigger: Decimal
    target_price: Decimal

    def __post_init__(self) -> None:
        """Refuse exits on the wrong side of each other or of the entry."""
        _require_positive("stop trigger", self.stop_trigger)
        _require_positive("target price", self.target_price)
        entry = self.entry
        levels = [self.stop_trigger, self.target_price]
        if isinstance(entry, LimitOrder):
            levels.insert(1, entry.price)
        rises = all(low < high for low, high in pairwise(levels))
        falls = all(low > high for low, high in pairwise(levels))
        if not (rises if entry.side is Side.BUY else falls):
            raise DataError(
                f"a {entry.side.name} bracket with levels {', '.join(map(str, levels))}",
                fix="put the stop on the losing side and the target on the winning side",
            )
        if entry.is_reduce_only or (isinstance(entry, MarketOrder) and entry.is_quote_sized):
            raise DataError(
                "a bracket's entry opens a position of known size",
                fix="drop reduce-only, and size it in units of the instrument",
            )


@dataclass(frozen=True, kw_only=True)
class CancelRequest:
    """Take back the order ``order_id``."""

    instrument: str
    order_id: OrderId


SimpleOrder = MarketOrder | LimitOrder | StopOrder | StopLimitOrder
Order = SimpleOrder | BracketOrder


def _require_positive(label: str, value: Decimal) -> None:
    if not (value.is_finite() and value > 0):
        raise DataError(f"an order's {label} is {value}", fix="it must be positive")


def _require_resting(time_in_force: TimeInForce) -> None:
    if time_in_force in (TimeInForce.IOC, TimeInForce.FOK):
        raise DataError(
            f"a stop cannot be {time_in_force.name}: it sleeps first", fix="use GTC or GTD"
        )


def _require_expiry(time_in_force: TimeInForce, expire_ns: int) -> None:
    if (time_in_force is TimeInForce.GTD) != (expire_ns > 0):
        raise DataError(
            f"{time_in_force.name} with expiry {expire_ns}", fix="an expiry goes with GTD alone"
        )
