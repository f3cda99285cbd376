"""The grid of symbols that nothing else tells: the finest decimals of what was recorded.

The venue's own mapper counts the messages on a grid far finer than any venue's; the largest power
of ten that divides all its prices is the tick, and all its sizes the lot.
"""

from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, Kind

FINE_STEP: Final = Decimal("1e-10")
"""Prices and sizes of up to nine hundred million fit into 63 bits; no venue quotes finer."""

_DECIMALS: Final = 10
_PRICED: Final = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.TRADE)


class FinestSteps:
    """The coarsest powers of ten on which everything seen of each instrument lies."""

    def __init__(self) -> None:
        self._common: dict[int, tuple[int, int]] = {}

    def add(self, events: EventArray) -> None:
        """Take in events counted on ``FINE_STEP``."""
        priced = events[np.isin(events["kind"], _PRICED)]
        for number in np.unique(priced["instrument"]).tolist():
            mine = priced[priced["instrument"] == number]
            price, size = self._common.get(number, (0, 0))
            self._common[number] = (_gcd(price, mine["price"]), _gcd(size, mine["size"]))

    def steps(self, number: int) -> tuple[Decimal, Decimal]:
        """Return tick and lot of an instrument; 1e-8 each when nothing was seen of it."""
        price, size = self._common.get(number, (100, 100))
        return _power(price), _power(size)


def _gcd(so_far: int, values: npt.NDArray[np.int64]) -> int:
    return int(np.gcd.reduce(values, initial=so_far))


def _power(common: int) -> Decimal:
    """Return the largest power of ten, at most 1, that divides ``common`` fine steps."""
    decimals = _DECIMALS
    while decimals > 0 and common % 10 == 0 and common > 0:
        common //= 10
        decimals -= 1
    return Decimal(1).scaleb(-decimals)
