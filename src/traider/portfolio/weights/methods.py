"""The ways to choose weights, by name."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.portfolio.weights.estimates import Estimates
from traider.portfolio.weights.hierarchy import hierarchical_risk_parity
from traider.portfolio.weights.programs import (
    best_utility,
    least_shortfall,
    mean_variance,
    minimum_variance,
    nearest,
    risk_parity,
)
from traider.portfolio.weights.terms import Terms
from traider.portfolio.weights.views import View, equilibrium, posterior

FloatArray = npt.NDArray[np.float64]
Choice = Callable[[Estimates, Terms, FloatArray | None], FloatArray]


class Method(Enum):
    """How weights are chosen."""

    EQUAL = "equal-weight"
    MEAN_VARIANCE = "mean-variance"
    MINIMUM_VARIANCE = "minimum-variance"
    RISK_PARITY = "risk-parity"
    HIERARCHICAL = "hierarchical-risk-parity"
    BLACK_LITTERMAN = "black-litterman"
    SHORTFALL = "minimum-cvar"


def equal_weight(past: Estimates, terms: Terms, before: FloatArray | None) -> FloatArray:
    """Return the same weight for every asset, as far as it is allowed."""
    return nearest(np.full(past.assets, 1.0 / past.assets), terms, before)


_WITHOUT_VIEWS: Final[Mapping[Method, Choice]] = MappingProxyType(
    {
        Method.EQUAL: equal_weight,
        Method.MEAN_VARIANCE: mean_variance,
        Method.MINIMUM_VARIANCE: minimum_variance,
        Method.RISK_PARITY: risk_parity,
        Method.HIERARCHICAL: hierarchical_risk_parity,
        Method.SHORTFALL: least_shortfall,
    }
)


def choose_weights(
    method: Method,
    past: Estimates,
    terms: Terms,
    before: FloatArray | None = None,
    views: Sequence[View] = (),
) -> FloatArray:
    """Return the weights of ``method``; they sum to one.

    Args:
        method: how they are chosen.
        past: what is known of the assets.
        terms: bounds and costs.
        before: weights held now; None where nothing is held, so that nothing is limited.
        views: of Black-Litterman; the equilibrium is that of equal weights.
    """
    terms.check(past.assets)
    if method is Method.BLACK_LITTERMAN:
        held = np.full(past.assets, 1.0 / past.assets)
        prior = equilibrium(past.covariance, held, terms.risk_aversion)
        return best_utility(posterior(prior, past.covariance, views), past, terms, before)
    return _WITHOUT_VIEWS[method](past, terms, before)
