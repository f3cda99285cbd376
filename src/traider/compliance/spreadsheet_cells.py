"""Text that goes out as CSV, made so that no spreadsheet runs it."""

from typing import Final

_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Text that begins so would be run by a spreadsheet; the last four are the full-width signs."""


def harmless(text: str) -> str:
    """Return ``text`` as it is, or behind a ``'`` where a spreadsheet would run it."""
    return f"'{text}" if text.startswith(_FORMULAS) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
