"""Numbers and times as a person reads them: unit, sign, thousands, a dash where unknown."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

DASH = "\N{EM DASH}"
MINUS = "\N{MINUS SIGN}"
INFINITY = "\N{INFINITY}"

NS_PER_SECOND = 1_000_000_000
_NS_PER_MINUTE = 60 * NS_PER_SECOND
_NS_PER_HOUR = 60 * _NS_PER_MINUTE
_NS_PER_DAY = 24 * _NS_PER_HOUR

_HYPHEN_OF_NUMBER = re.compile(r"(?<![\w.,)\]])-(?=[\d.\N{INFINITY}])")

Number = float | Decimal


def fixed(value: Number, digits: int, *, signed: bool = False) -> str:
    """Return ``value`` with thousands separators and ``digits`` decimals.

    NaN is a dash; a value that rounds to zero carries no sign.
    """
    if math.isnan(value):
        return DASH
    if math.isinf(value):
        text = INFINITY
    else:
        text = f"{abs(value):,.{digits}f}"
        if not any(digit in text for digit in "123456789"):
            return text
    if value < 0:
        return MINUS + text
    return f"+{text}" if signed else text


def with_minus(text: str) -> str:
    """Return a sentence of ASCII with a true minus before its numbers, as pages write them.

    JSON and terminals have the same sentence with a hyphen, which dates and names keep here too.
    """
    return _HYPHEN_OF_NUMBER.sub(MINUS, text)


def with_hyphen(text: str) -> str:
    """Return text of a page with the hyphen for a minus, as terminals write it."""
    return text.replace(MINUS, "-")


def percent(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Return a fraction as a percentage, ``0.123`` as ``12.3%``."""
    text = fixed(value * 100.0, digits, signed=signed)
    return text if text == DASH else f"{text}%"


def times(value: float, digits: int = 2) -> str:
    """Return a multiple, ``1.5`` as ``1.50x`` with a real multiplication sign."""
    text = fixed(value, digits)
    return text if text == DASH else f"{text}\N{MULTIPLICATION SIGN}"


def significant(value: Number, digits: int = 8) -> str:
    """Return a price or a size with at most ``digits`` significant figures, no idle zeros.

    Integer digits are never cut.
    """
    if not math.isfinite(value):
        return fixed(value, 0)
    magnitude = math.floor(math.log10(abs(float(value)))) if value else 0
    text = fixed(value, max(0, digits - 1 - magnitude))
    return text.rstrip("0").rstrip(".") if "." in text else text


def duration(elapsed_ns: int) -> str:
    """Return a time span by its two largest units, such as ``3 d 4 h``; days alone from 100 on."""
    units = (("d", _NS_PER_DAY), ("h", _NS_PER_HOUR), ("min", _NS_PER_MINUTE))
    if elapsed_ns < _NS_PER_MINUTE:
        return f"{elapsed_ns / NS_PER_SECOND:.3g} s"
    parts: list[str] = []
    rest = elapsed_ns
    for name, size_ns in units:
        amount, rest = divmod(rest, size_ns)
        if amount:
            parts.append(f"{amount:,} {name}")
        elif parts:
            break
    return parts[0] if elapsed_ns >= 100 * _NS_PER_DAY else " ".join(parts[:2])


def moment(ts_ns: int) -> datetime:
    """Return nanoseconds since the epoch as an aware UTC time, cut to the microsecond."""
    seconds, rest_ns = divmod(ts_ns, NS_PER_SECOND)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest_ns // 1000)


def day_text(ts_ns: int) -> str:
    """Return the UTC day, ``2024-01-31``."""
    return f"{moment(ts_ns):%Y-%m-%d}"


def minute_text(ts_ns: int) -> str:
    """Return the UTC day and minute, ``2024-01-31 16:05``."""
    return f"{moment(ts_ns):%Y-%m-%d %H:%M}"


def instant_text(ts_ns: int, span_ns: int) -> str:
    """Return the UTC day, with the clock to the second where the whole span is under two days."""
    return day_text(ts_ns) if span_ns >= 2 * _NS_PER_DAY else f"{moment(ts_ns):%Y-%m-%d %H:%M:%S}"


def period_text(start_ns: int, end_ns: int) -> str:
    """Return both ends of a span."""
    span_ns = end_ns - start_ns
    return f"{instant_text(start_ns, span_ns)} to {instant_text(end_ns, span_ns)}"


@dataclass(frozen=True)
class MoneyText:
    """Write sums in the account's currency with decimals that suit the capital."""

    currency: str
    digits: int

    @classmethod
    def for_capital(cls, currency: str, capital: Decimal) -> MoneyText:
        """Choose two decimals for ordinary capital, more when the unit is worth much."""
        if capital >= 100:  # from here on cents are fine enough
            return cls(currency, 2)
        return cls(currency, 4 if capital >= 1 else 8)

    def bare(self, value: Number, *, signed: bool = False) -> str:
        """Return the sum without its unit, for a column whose heading names it."""
        return fixed(value, self.digits, signed=signed)

    def text(self, value: Number, *, signed: bool = False) -> str:
        """Return the sum with its unit."""
        text = self.bare(value, signed=signed)
        return text if text == DASH else f"{text} {self.currency}"
