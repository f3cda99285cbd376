"""Weights as convex programs: what is minimized, under bounds and a limit on turnover.

The programs are solved by cvxpy's interior-point solver Clarabel, to about 1e-8.
"""

from types import ModuleType
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from traider.domain.errors import ConfigError, DataError
from traider.portfolio.weights.estimates import Estimates
from traider.portfolio.weights.terms import Terms, turnover

if TYPE_CHECKING:
    import cvxpy

FloatArray = npt.NDArray[np.float64]

_SLACK: Final = 1e-7
"""A turnover limit that the bounds alone need is met with this much to spare."""


def minimum_variance(past: Estimates, terms: Terms, before: FloatArray | None) -> FloatArray:
    """Return the weights of least variance (Markowitz, 1952), costs weighed in.

    Variance and costs are in one currency through the risk aversion of the utility.
    """
    return _utility(past, terms, before, np.zeros(past.assets))


def mean_variance(past: Estimates, terms: Terms, before: FloatArray | None) -> FloatArray:
    """Return the weights of most utility with the past's mean returns, costs weighed in."""
    return _utility(past, terms, before, past.means)


def best_utility(
    means: FloatArray, past: Estimates, terms: Terms, before: FloatArray | None
) -> FloatArray:
    """Return the weights of most utility with expected returns ``means`` per period."""
    return _utility(past, terms, before, means)


def least_shortfall(past: Estimates, terms: Terms, before: FloatArray | None) -> FloatArray:
    """Return the weights of least conditional value at risk over the past, costs weighed in.

    Source: Rockafellar and Uryasev (2000): minimize a + mean(max(loss - a, 0)) / (1 - level).
    """
    cp = _library()
    weights = cp.Variable(past.assets)
    threshold = cp.Variable()
    losses = -past.returns @ weights
    beyond = cp.sum(cp.pos(losses - threshold)) / (len(past.returns) * (1.0 - terms.level))
    return _solved(threshold + beyond + _cost(weights, terms, before), weights, terms, before)


def risk_parity(past: Estimates, terms: Terms, before: FloatArray | None) -> FloatArray:
    """Return the weights whose parts of the variance are equal, then the nearest that are allowed.

    Source: Maillard, Roncalli and Teiletche (2010): minimize variance / 2 - mean(log(weight)),
    and scale to one.
    """
    cp = _library()
    scale = float(np.mean(np.diag(past.covariance)))
    weights = cp.Variable(past.assets)
    variance = cp.quad_form(weights, cp.psd_wrap(past.covariance / scale))
    problem = cp.Problem(cp.Minimize(variance / 2.0 - cp.sum(cp.log(weights)) / past.assets))
    raw = _values(problem, weights)
    return nearest(raw / raw.sum(), terms, before)


def nearest(target: FloatArray, terms: Terms, before: FloatArray | None) -> FloatArray:
    """Return the allowed weights nearest to ``target``, by the sum of squares."""
    cp = _library()
    weights = cp.Variable(len(target))
    return _solved(cp.sum_squares(weights - target), weights, terms, before)


def _utility(
    past: Estimates, terms: Terms, before: FloatArray | None, means: FloatArray
) -> FloatArray:
    cp = _library()
    weights = cp.Variable(past.assets)
    variance = cp.quad_form(weights, cp.psd_wrap(past.covariance))
    utility = means @ weights - terms.risk_aversion / 2.0 * variance
    return _solved(_cost(weights, terms, before) - utility, weights, terms, before)


def _cost(
    weights: "cvxpy.Variable", terms: Terms, before: FloatArray | None
) -> "cvxpy.Expression | float":
    """Return what the change costs, per period that it is held."""
    if before is None:
        return 0.0
    change: cvxpy.Expression = _library().norm1(weights - before)
    return terms.cost / terms.periods_held * change


def _solved(
    wanted: "cvxpy.Expression",
    weights: "cvxpy.Variable",
    terms: Terms,
    before: FloatArray | None,
) -> FloatArray:
    """Minimize ``wanted`` over the weights that are allowed."""
    cp = _library()
    count = weights.size
    terms.check(count)
    allowed = [
        cp.sum(weights) == 1.0,
        weights >= terms.weight_min,
        weights <= terms.weight_max,
    ]
    if before is not None and terms.turnover_max > 0.0:
        # Prices may have carried weights out of their bounds: the way back is always allowed.
        program = cp.Problem(cp.Minimize(cp.sum_squares(weights - before)), allowed)
        least = turnover(before, _values(program, weights))
        limit = max(terms.turnover_max, least + _SLACK)
        allowed.append(cp.norm1(weights - before) <= limit)
    found = _values(cp.Problem(cp.Minimize(wanted), allowed), weights)
    clipped = np.clip(found, terms.weight_min, terms.weight_max)
    return np.asarray(clipped / clipped.sum(), dtype=np.float64)


def _values(problem: "cvxpy.Problem", weights: "cvxpy.Variable") -> FloatArray:
    cp = _library()
    try:
        problem.solve(solver=cp.CLARABEL)  # type: ignore[no-untyped-call]
    except cp.SolverError as fault:
        raise _unsolved(str(fault)) from None
    if weights.value is None or problem.status not in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE):
        raise _unsolved(str(problem.status))
    return np.asarray(weights.value, dtype=np.float64)


def _unsolved(why: str) -> DataError:
    return DataError(
        f"the weights were not found: {why}", fix="look at the returns: are they numbers?"
    )


def _library() -> ModuleType:
    """Return cvxpy, which takes a second to import and is an extra.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        import cvxpy
    except ImportError:
        raise ConfigError(
            "cvxpy is not installed", where="traider optimize", fix="install traider[optimize]"
        ) from None
    return cvxpy
