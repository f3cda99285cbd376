"""Numbers of a status as a person reads them; exact ones are in ``traider status --json``."""

from decimal import Decimal
from typing import Final

from rich.text import Text

UNKNOWN: Final = "–"

_UNITS_US: Final = ((1e6, "s"), (1e3, "ms"), (1.0, "us"))


def amount(text: str, unit: str = "") -> str:
    """Return money with two decimals and its unit: ``10,012.35 USD``."""
    if not text:
        return UNKNOWN
    return f"{Decimal(text):,.2f} {unit}".rstrip()


def change(text: str, unit: str = "") -> Text:
    """Return money with its sign, green when it is a gain and red when it is a loss."""
    if not text:
        return Text(UNKNOWN, style="dim")
    value = Decimal(text)
    style = "green" if value > 0 else "red" if value < 0 else ""
    return Text(f"{value:+,.2f} {unit}".rstrip(), style=style)


def percent(text: str) -> str:
    """Return a fraction as a percentage: ``0.0123`` is ``1.23 %``."""
    return f"{100 * Decimal(text):.2f} %" if text else UNKNOWN


def exact(text: str) -> str:
    """Return a price or size as it is, with thousands set apart."""
    if not text:
        return UNKNOWN
    number, space, unit = text.partition(" ")
    return f"{Decimal(number):,f}{space}{unit}"


def age(seconds: float) -> str:
    """Return a span in its two largest units: ``3 min 20 s``, ``2 d 4 h``."""
    whole = max(int(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    for size, unit, part, name in (
        (86_400, "d", 3_600, "h"),
        (3_600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {unit} {rest} {name}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"


def duration_us(microseconds: float) -> str:
    """Return a latency in the unit that suits it: ``412 us``, ``1.3 ms``, ``2.1 s``."""
    for size, unit in _UNITS_US:
        if microseconds >= size:
            value = microseconds / size
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"
    return "0 us"
