"""Times that venues write as text, to ns without a rounding.

A venue writes 0 to 9 digits after the second (``2023-02-09T20:32:50.714964855Z``), more than the
standard library keeps.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import Final

from traider.domain.errors import DataError

_FORM: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)", re.ASCII
)
_SECOND_NS: Final = 1_000_000_000


def utc_ns(text: str) -> int:
    """Return the ns since 1970 UTC that an RFC 3339 time in UTC says.

    Raises:
        DataError: the text is no such time.
    """
    match = _FORM.fullmatch(text)
    if match is None:
        raise DataError(f"{text[:40]!r} is no time", fix="record it again")
    second, decimals = match.groups()
    return _second(second) * _SECOND_NS + int((decimals or "").ljust(9, "0"))


@lru_cache(maxsize=64)
def _second(text: str) -> int:
    try:
        return int(datetime.fromisoformat(f"{text}+00:00").timestamp())
    except ValueError:
        raise DataError(f"{text!r} is no time", fix="record it again") from None
