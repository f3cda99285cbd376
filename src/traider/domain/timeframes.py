"""Bar lengths: the code a bar carries in its flags, its name and its length in nanoseconds."""

from typing import Final

from traider.domain.errors import UsageError

SECOND_NS: Final = 1_000_000_000

_SECONDS: Final = {
    "1s": 1,
    "5s": 5,
    "15s": 15,
    "30s": 30,
    "1m": 60,
    "3m": 180,
    "5m": 300,
    "15m": 900,
    "30m": 1_800,
    "1h": 3_600,
    "2h": 7_200,
    "4h": 14_400,
    "6h": 21_600,
    "8h": 28_800,
    "12h": 43_200,
    "1d": 86_400,
}

TIMEFRAMES: Final = tuple(_SECONDS)
"""Names, shortest first. The code of a timeframe is its position here plus one; 0 means none."""

DAY_NS: Final = 86_400 * SECOND_NS


def timeframe_ns(name: str) -> int:
    """Return the length of timeframe ``name`` in nanoseconds.

    Raises:
        UsageError: the name is not one of ``TIMEFRAMES``.
    """
    try:
        return _SECONDS[name] * SECOND_NS
    except KeyError:
        raise UsageError(
            f"unknown timeframe {name!r}", fix=f"use one of {', '.join(TIMEFRAMES)}"
        ) from None


def timeframe_code(name: str) -> int:
    """Return the code that bars of timeframe ``name`` carry in the low byte of their flags."""
    timeframe_ns(name)
    return TIMEFRAMES.index(name) + 1


def timeframe_of(length_ns: int) -> str:
    """Return the name of the timeframe that is ``length_ns`` long.

    Raises:
        UsageError: no timeframe has that length.
    """
    for name, seconds in _SECONDS.items():
        if seconds * SECOND_NS == length_ns:
            return name
    raise UsageError(
        f"no timeframe is {length_ns / SECOND_NS:g} seconds long",
        fix=f"use bars of one of {', '.join(TIMEFRAMES)}",
    )
