"""Times as venues write them: ``2026-08-09T21:05:48.628900123Z`` to ns, exactly.

RFC 3339 in UTC, with none to nine decimals; ``Z`` or ``+00:00`` ends it. Python's own reader keeps
six decimals, so seconds and decimals are read apart. A message's times lie in few seconds, so the
seconds read last are kept.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from traider.domain.errors import DataError

_SECONDS_LENGTH: Final = len("2026-08-09T21:05:48")
_DECIMALS_MAX: Final = 9
_SECOND_NS: Final = 1_000_000_000


def parse_ns(text: str) -> int:
    """Return the time in ns since 1970 UTC.

    Raises:
        DataError: the text is no such time.
    """
    whole, rest = text[:_SECONDS_LENGTH], text[_SECONDS_LENGTH:]
    digits = rest.removesuffix("Z").removesuffix("+00:00")
    if len(digits) == len(rest):
        raise _bad(text)
    if digits:
        decimals = digits[1:]
        is_number = decimals.isascii() and decimals.isdigit()
        if digits[0] != "." or not is_number or len(decimals) > _DECIMALS_MAX:
            raise _bad(text)
        return _seconds_ns(whole) + int(decimals.ljust(_DECIMALS_MAX, "0"))
    return _seconds_ns(whole)


def format_ns(time_ns: int) -> str:
    """Return the time as ``2026-08-09T21:05:48.628900123Z``, without zeros at the end."""
    seconds, rest = divmod(time_ns, _SECOND_NS)
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    decimals = f"{rest:09d}".rstrip("0")
    return f"{whole}.{decimals}Z" if decimals else f"{whole}Z"


@lru_cache(maxsize=256)
def _seconds_ns(text: str) -> int:
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise _bad(text) from None
    return int(moment.timestamp()) * _SECOND_NS


def _bad(text: str) -> DataError:
    return DataError(f"{text[:40]!r} is no time of RFC 3339 in UTC", fix="record it again")
