"""Did a forecast of value at risk hold: how often it was exceeded, and whether in clusters.

Sources: Kupiec (1995), Techniques for verifying the accuracy of risk measurement models;
Christoffersen (1998), Evaluating interval forecasts.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]

_ACCEPTED: Final = 0.05
"""A forecast is rejected where so bad a record would come by chance less often than this."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the tests find; each p is the chance of so bad a record if the forecast were right."""

    periods: int
    exceedances: int
    expected: float
    kupiec_p: float
    """That the number of exceedances is right."""
    independence_p: float
    """That an exceedance is as likely after another as after none."""
    conditional_p: float
    """Both at once."""

    @property
    def is_accepted(self) -> bool:
        """Whether neither their number nor their order speaks against the forecast."""
        return self.kupiec_p >= _ACCEPTED and self.conditional_p >= _ACCEPTED


def coverage(exceeded: BoolArray, level: float) -> Coverage:
    """Test a record of exceedances, oldest first, of forecasts at confidence ``level``."""
    periods, count = len(exceeded), int(exceeded.sum())
    number = _number_ratio(periods, count, 1.0 - level)
    order = _order_ratio(exceeded)
    return Coverage(
        periods=periods,
        exceedances=count,
        expected=periods * (1.0 - level),
        kupiec_p=chi_square_tail_1(number),
        independence_p=chi_square_tail_1(order),
        conditional_p=math.exp(-(number + order) / 2.0),
    )


def chi_square_tail_1(value: float) -> float:
    """Return the chance that chi-square with one degree of freedom is above ``value``."""
    return math.erfc(math.sqrt(max(value, 0.0) / 2.0))


def _number_ratio(periods: int, count: int, chance: float) -> float:
    """Return Kupiec's likelihood ratio: the observed share of exceedances against the stated."""
    if periods == 0:
        return 0.0
    stated = _log_likelihood(periods - count, count, chance)
    return max(2.0 * (_log_likelihood(periods - count, count, count / periods) - stated), 0.0)


def _order_ratio(exceeded: BoolArray) -> float:
    """Return Christoffersen's ratio: one chance after each state against one chance for all."""
    if len(exceeded) < 2:
        return 0.0
    before, after = exceeded[:-1], exceeded[1:]
    quiet_quiet, quiet_bad = int((~before & ~after).sum()), int((~before & after).sum())
    bad_quiet, bad_bad = int((before & ~after).sum()), int((before & after).sum())
    bad = quiet_bad + bad_bad
    one = _log_likelihood(quiet_quiet + bad_quiet, bad, bad / (len(exceeded) - 1))
    two = _log_likelihood(quiet_quiet, quiet_bad, _share(quiet_bad, quiet_quiet))
    two += _log_likelihood(bad_quiet, bad_bad, _share(bad_bad, bad_quiet))
    return max(2.0 * (two - one), 0.0)


def _share(part: int, rest: int) -> float:
    return part / (part + rest) if part + rest else 0.0


def _log_likelihood(misses: int, hits: int, chance: float) -> float:
    """Return the logarithm of (1 - chance)^misses * chance^hits, 0^0 being 1."""
    total = misses * math.log1p(-chance) if misses and chance < 1.0 else 0.0
    return total + (hits * math.log(chance) if hits and chance > 0.0 else 0.0)
