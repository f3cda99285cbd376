"""Join the tests' samples into one curve and one series of daily returns."""

import numpy as np
import numpy.typing as npt

from traider.backtest.collecting import CurveThinner
from traider.backtest.results import Curve
from traider.kernel.records import Records
from traider.portfolio.performance import daily_returns

FloatArray = npt.NDArray[np.float64]


class Joined:
    """The equity of consecutive tests, each of which begins with what the last one left."""

    def __init__(self, capital: float) -> None:
        self._capital = capital
        self._thinner = CurveThinner()
        self._last_ns = -1

    def add(self, samples: Records) -> None:
        """Take in the samples of the next test; its first may repeat the last one's instant."""
        later = samples[samples["ts"] > self._last_ns]
        self._thinner.add(later)
        self._last_ns = int(later["ts"][-1]) if len(later) else self._last_ns

    def curve(self) -> Curve:
        """Return the joined curve, thinned."""
        return self._thinner.curve()

    @property
    def max_drawdown(self) -> float:
        """The worst fall from a peak at any sample, <= 0, a fraction."""
        return self._thinner.worst

    def returns(self) -> FloatArray:
        """Return the daily returns, the first from the capital, of the days with samples."""
        days, closes = self._thinner.daily()
        _, returns = daily_returns(days, closes, self._capital)
        return returns
