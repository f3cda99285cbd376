"""Prices of an instrument from all its bars of an hour or less, and its hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from traider.backtest.bar_files import read_batches
from traider.risk.crash_windows import HOUR_NS, Bars
from traider.runtime.price_panel import BarSource

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class PriceSeries:
    """Every bar of an instrument; where two end together the finer is last."""

    instrument: str
    bars: Bars

    @cached_property
    def hours(self) -> Bars:
        """The hours that hold a bar, each whole."""
        numbers = (self.bars.ends_ns - 1) // HOUR_NS
        first = np.flatnonzero(np.diff(numbers, prepend=-1))
        last = np.append(first[1:], len(numbers)) - 1
        return Bars(
            (numbers[first] + 1) * HOUR_NS,
            np.maximum.reduceat(self.bars.highs, first),
            np.minimum.reduceat(self.bars.lows, first),
            self.bars.closes[last],
        )

    def at(self, instants_ns: TimeArray) -> FloatArray:
        """Return the last price of the hour before each instant; NaN where there is none."""
        ends = self.bars.ends_ns
        places = np.searchsorted(ends, instants_ns, side="right") - 1
        used = np.maximum(places, 0)
        fresh = (places >= 0) & (instants_ns - ends[used] < HOUR_NS)
        return np.where(fresh, self.bars.closes[used], np.nan)


def load_series(instrument: str, sources: Sequence[BarSource]) -> PriceSeries | None:
    """Return the bars of an instrument, None where no source of an hour or finer holds any."""
    parts = []
    fit = [s for s in sources if s.instrument == instrument and HOUR_NS % s.length_ns == 0]
    for source in sorted(fit, key=lambda each: -each.length_ns):
        parts += [
            (batch.ts_ns + source.length_ns, batch.high, batch.low, batch.close)
            for batch in read_batches(source.path, None, None)
        ]
    if not parts:
        return None
    ends = np.concatenate([part[0] for part in parts])
    order = np.argsort(ends, kind="stable")
    highs, lows, closes = (
        np.concatenate([part[place] for part in parts])[order] for place in (1, 2, 3)
    )
    return PriceSeries(instrument, Bars(ends[order], highs, lows, closes))
