"""What a check of the gate measured, in words: the audit keeps the gate's own numbers."""

from typing import Final

_NS_PER_S: Final = 1_000_000_000
_AGES: Final = frozenset(("stale-data",))
"""Checks that measure nanoseconds."""
_LOTS: Final = frozenset(("min-size", "short-not-allowed"))
"""Checks that count lots."""


def measured(check: str, value: object) -> str:
    """Return ``value`` as ``check`` measures it, with a unit where it is not a plain number."""
    if value is None:
        return "not known"
    if not isinstance(value, int | float):
        return str(value)
    if check in _AGES:
        return f"{value / _NS_PER_S:,.8g} s"
    if check in _LOTS:
        return f"{value:,.8g} {'lot' if value == 1 else 'lots'}"
    return f"{value:,.8g}"
