"""The kinds of orders that Coinbase takes, as the wire has them.

    LimitGtc(side, base_size, limit_price, post_only=True).wire()
    == {"limit_limit_gtc": {"base_size": "0.001", "limit_price": "50000", "post_only": True}}

Amounts are exact decimals and are written without exponents. There is no limit order that is
immediate or canceled but the one that may be routed (``sor_limit_ioc``).

Source: docs.cdp.coinbase.com, "Create order" (2026-07-20); coinbase-advanced-py 1.8.4.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

Words = dict[str, str | bool]
Wire = dict[str, Words]


class StopDirection(StrEnum):
    """Which way the price must go to wake a stop-limit order."""

    UP = "STOP_DIRECTION_STOP_UP"
    DOWN = "STOP_DIRECTION_STOP_DOWN"


class OrderConfiguration(Protocol):
    """One of the kinds below."""

    def wire(self) -> Wire:
        """Return the object that a request has under ``order_configuration``."""


def text(value: Decimal) -> str:
    """Return a decimal without an exponent."""
    return f"{value:f}"


@dataclass(frozen=True)
class MarketIoc:
    """Take what is there; in a size of the base, or for an amount of the quote."""

    base_size: Decimal | None = None
    quote_size: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse both and neither."""
        if (self.base_size is None) == (self.quote_size is None):
            raise ValueError("a market order has a base size or a quote size")

    def wire(self) -> Wire:
        """Return the object of the request."""
        if self.base_size is not None:
            return {"market_market_ioc": {"base_size": text(self.base_size)}}
        return {"market_market_ioc": {"quote_size": text(self.quote_size or Decimal(0))}}


@dataclass(frozen=True)
class LimitGtc:
    """Rest until canceled."""

    base_size: Decimal
    limit_price: Decimal
    post_only: bool = False

    def wire(self) -> Wire:
        """Return the object of the request."""
        words = _limit(self.base_size, self.limit_price)
        return {"limit_limit_gtc": {**words, "post_only": self.post_only}}


@dataclass(frozen=True)
class LimitGtd:
    """Rest until a time."""

    base_size: Decimal
    limit_price: Decimal
    end_time: str
    """RFC 3339."""
    post_only: bool = False

    def wire(self) -> Wire:
        """Return the object of the request."""
        words = _limit(self.base_size, self.limit_price)
        more: Words = {"end_time": self.end_time, "post_only": self.post_only}
        return {"limit_limit_gtd": {**words, **more}}


@dataclass(frozen=True)
class LimitIoc:
    """Take what is there up to a price."""

    base_size: Decimal
    limit_price: Decimal

    def wire(self) -> Wire:
        """Return the object of the request."""
        return {"sor_limit_ioc": _limit(self.base_size, self.limit_price)}


@dataclass(frozen=True)
class LimitFok:
    """Take all of it up to a price, or nothing."""

    base_size: Decimal
    limit_price: Decimal

    def wire(self) -> Wire:
        """Return the object of the request."""
        return {"limit_limit_fok": _limit(self.base_size, self.limit_price)}


@dataclass(frozen=True)
class StopLimit:
    """Become a limit order when the price passes ``stop_price``; until a time if one is given."""

    base_size: Decimal
    limit_price: Decimal
    stop_price: Decimal
    direction: StopDirection
    end_time: str = ""

    def wire(self) -> Wire:
        """Return the object of the request."""
        words: Words = {
            **_limit(self.base_size, self.limit_price),
            "stop_price": text(self.stop_price),
            "stop_direction": self.direction.value,
        }
        if self.end_time:
            return {"stop_limit_stop_limit_gtd": {**words, "end_time": self.end_time}}
        return {"stop_limit_stop_limit_gtc": words}


@dataclass(frozen=True)
class Bracket:
    """Take the profit at ``limit_price`` or stop at ``stop_trigger_price``: one or the other."""

    base_size: Decimal
    limit_price: Decimal
    stop_trigger_price: Decimal
    end_time: str = ""

    def wire(self) -> Wire:
        """Return the object of the request."""
        words: Words = {
            **_limit(self.base_size, self.limit_price),
            "stop_trigger_price": text(self.stop_trigger_price),
        }
        if self.end_time:
            return {"trigger_bracket_gtd": {**words, "end_time": self.end_time}}
        return {"trigger_bracket_gtc": words}


@dataclass(frozen=True)
class AttachedBracket:
    """A bracket that wakes with the fills of the order it is attached to, over their size."""

    limit_price: Decimal
    stop_trigger_price: Decimal

    def wire(self) -> Wire:
        """Return the object of the request."""
        words: Words = {
            "limit_price": text(self.limit_price),
            "stop_trigger_price": text(self.stop_trigger_price),
        }
        return {"trigger_bracket_gtc": words}


def _limit(base_size: Decimal, limit_price: Decimal) -> Words:
    return {"base_size": text(base_size), "limit_price": text(limit_price)}
