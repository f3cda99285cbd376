"""Messages that cannot be decoded: what decoding raises, and the error that a person reads."""

from typing import Final

from msgspec import DecodeError

from traider.domain.errors import DataError

UNREADABLE: Final = (DecodeError, RecursionError, UnicodeDecodeError)
"""No JSON, or not the fields expected; nested deeper than any message; no text."""


def unreadable(fault: Exception) -> DataError:
    """Return the error for a message whose decoding raised ``fault``."""
    return DataError(f"a message cannot be read: {fault}", fix="record it again")
