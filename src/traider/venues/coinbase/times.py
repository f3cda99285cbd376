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
_SECOND_NS: Final = 1_000_000_000
_SECOND_CHARS: Final = len("2026-08-09T21:05:48")
_FIRST_DIGIT: Final = _SECOND_CHARS + 1
_DIGITS_MAX: Final = 9
_SCALES: Final[tuple[int, ...]] = tuple(
    10 ** (_DIGITS_MAX - digits) for digits in range(_DIGITS_MAX + 1)
)
_KEPT_MAX: Final = 64

_seconds: Final[dict[str, int]] = {}
"""ns of the seconds read last; at most ``_KEPT_MAX``."""


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
    # The second of the message before, and digits after it: all but a few messages.
    second, digits = text[:_SECOND_CHARS], text[_FIRST_DIGIT:-1]
    is_plain = text[_SECOND_CHARS:_FIRST_DIGIT] == "." and text[-1] == "Z"
    if is_plain and digits.isdigit() and digits.isascii() and len(digits) <= _DIGITS_MAX:
        whole = _seconds.get(second)
        if whole is not None:
            return whole + int(digits) * _SCALES[len(digits)]
    found = parse_ns(text)
    if found >= _LAST_NS:
        raise DataError(f"the time {text[:40]} lies after 2100", fix="record it again")
    if found < _FIRST_NS:
        return 0
    if len(_seconds) >= _KEPT_MAX:
        _seconds.clear()
    _seconds[second] = found // _SECOND_NS * _SECOND_NS
    return found
