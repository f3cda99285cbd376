"""Times as the wire has them: RFC 3339 in UTC, with the digits that are needed."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

SECOND_NS: Final = 1_000_000_000
NEVER: Final = "0001-01-01T00:00:00Z"

_RFC3339: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class TimeText:
    """Write times quickly: the text of a second is made once, and that of the last time kept."""

    __slots__ = ("_head", "_last_ns", "_second", "_text")

    def __init__(self) -> None:
        self._second = self._last_ns = -1
        self._head = self._text = ""

    def __call__(self, time_ns: int) -> str:
        """Return ``time_ns`` as text, without zeros at its end."""
        if time_ns == self._last_ns:
            return self._text
        second, rest = divmod(time_ns, SECOND_NS)
        if second != self._second:
            self._second = second
            self._head = (_EPOCH + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S")
        fraction = f".{rest:09d}".rstrip("0") if rest else ""
        self._last_ns, self._text = time_ns, f"{self._head}{fraction}Z"
        return self._text


time_text: Final = TimeText()


def parse_time_ns(text: str) -> int | None:
    """Return the time of RFC 3339 text in ns; None when it is no such text."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        return None
    zone = "+00:00" if found[4] in "Zz" else found[4]
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}{zone}")
    except ValueError:
        return None
    seconds = (moment - _EPOCH) // timedelta(seconds=1)
    return seconds * SECOND_NS + int((found[3] or "").ljust(9, "0"))
