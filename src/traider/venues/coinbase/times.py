"""Times in Coinbase's messages: RFC 3339 in UTC, and what stands for none.

A venue that has no time to tell writes 1970 or the year 1 (``0001-01-01T00:00:00Z``).
"""

from typing import Final

from traider.domain.errors import DataError
from traider.venues.rfc3339 import parse_ns

_FIRST_NS: Final = 978_307_200_000_000_000
"""2001."""
_LAST_NS: Final = 4_102_444_800_000_000_000
"""2100."""


def told_ns(text: str) -> int:
    """Return a time in ns since 1970 UTC.

    Raises:
        DataError: the text is no time between 2001 and 2100.
    """
    found = told_ns_or_none(text)
    if not found:
        raise DataError(f"the time {text[:40]} tells none", fix="record it again")
    return found


def told_ns_or_none(text: str) -> int:
    """Return the same, and 0 for a time before 2001, which says that there is none.

    Raises:
        DataError: the text is no time before 2100.
    """
    found = parse_ns(text)
    if found >= _LAST_NS:
        raise DataError(f"the time {text[:40]} lies after 2100", fix="record it again")
    return found if found >= _FIRST_NS else 0
