"""The rolling Sharpe ratio of a run, over a window that suits its length."""

from typing import Final

from traider.backtest.results import FloatArray, RollingSharpe, TimeArray
from traider.domain.timeframes import DAY_NS
from traider.portfolio.performance import rolling_sharpe

ROLLING_WINDOWS: Final = (365, 90, 30)
"""In days, the longest first."""

_WINDOWS_IN_A_RUN: Final = 2


def rolling_view(days_ns: TimeArray, returns: FloatArray) -> RollingSharpe:
    """Return the Sharpe ratio of the longest window that fits twice into the daily returns.

    A value stands at the end of the last day it covers; a run shorter than two of the shortest
    windows has none.
    """
    fitting = (days for days in ROLLING_WINDOWS if len(returns) >= _WINDOWS_IN_A_RUN * days)
    window = next(fitting, ROLLING_WINDOWS[-1])
    if len(returns) < _WINDOWS_IN_A_RUN * window:
        return RollingSharpe(window, days_ns[:0], returns[:0])
    return RollingSharpe(window, days_ns[window - 1 :] + DAY_NS, rolling_sharpe(returns, window))
