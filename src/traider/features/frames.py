"""Frames: what ends a bar. Lengths of time, volume, notional, or settlements of funding.

15s … 1d        bars of time (``traider.domain.timeframes``)
50base          a bar each 50 units of the base currency traded
1000000quote    a bar each 1,000,000 units of the quote currency traded
funding         a bar each settlement; its open, high, low and close are the rate
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traider.domain.errors import StrategyError
from traider.domain.timeframes import TIMEFRAMES, timeframe_code, timeframe_ns
from traider.kernel.codes import FrameKind

FUNDING: Final = "funding"
LIVE: Final = "live"
"""Frame of the features brought up to date at once; never written by a person."""

_THRESHOLD: Final = re.compile(r"(\d+(?:\.\d+)?)(base|quote)")


@dataclass(frozen=True)
class Frame:
    """What a frame's name means."""

    name: str
    kind: FrameKind
    length_ns: int = 0
    code: int = 0
    threshold: Decimal = Decimal(0)

    @property
    def rank(self) -> tuple[int, int, Decimal, str]:
        """Order of frames: time by length, volume, notional, funding, live."""
        return int(self.kind), self.length_ns, self.threshold, self.name


def frame_of(name: str) -> Frame:
    """Return what ``name`` means.

    Raises:
        StrategyError: it means nothing.
    """
    if name in TIMEFRAMES:
        return Frame(name, FrameKind.TIME, timeframe_ns(name), timeframe_code(name))
    if name in (FUNDING, LIVE):
        return Frame(name, FrameKind.FUNDING if name == FUNDING else FrameKind.LIVE)
    match = _THRESHOLD.fullmatch(name)
    if match is None or not Decimal(match[1]):
        raise StrategyError(
            f"unknown timeframe {name!r}",
            fix=f"use {', '.join(TIMEFRAMES)}, or bars like 50base, 1000000quote, {FUNDING}",
        )
    kind = FrameKind.VOLUME if match[2] == "base" else FrameKind.NOTIONAL
    return Frame(name, kind, threshold=Decimal(match[1]))
