"""Hierarchical risk parity: similar assets are grouped, and risk is halved between groups.

Source: Lopez de Prado (2016), Building diversified portfolios that outperform out of sample:
single linkage of distances sqrt((1 - correlation) / 2) between their columns, quasi-diagonal order,
recursive bisection by inverse variance.
"""

import numpy as np
import numpy.typing as npt

from traider.domain.errors import ConfigError
from traider.portfolio.weights.estimates import Estimates
from traider.portfolio.weights.programs import nearest
from traider.portfolio.weights.terms import Terms

FloatArray = npt.NDArray[np.float64]


def hierarchical_risk_parity(
    past: Estimates, terms: Terms, before: FloatArray | None
) -> FloatArray:
    """Return the weights, then the nearest that are allowed."""
    # The tree is of the sample as it is: shrunk to one common correlation, all assets would be
    # equally alike, and rounding would decide.
    centered = past.returns - past.returns.mean(axis=0)
    weights = hierarchical_weights(past.covariance, centered.T @ centered)
    return nearest(weights, terms, before)


def hierarchical_weights(covariance: FloatArray, alike: FloatArray | None = None) -> FloatArray:
    """Return the weights of the paper for a covariance.

    Args:
        covariance: what risk is reckoned with.
        alike: covariance, at any scale, that the tree is made of; the same where none is given.
    """
    count = len(covariance)
    weights = np.ones(count)
    groups = [_order(covariance if alike is None else alike)] if count > 1 else []
    while groups:
        halves = []
        for group in groups:
            middle = len(group) // 2
            first, second = group[:middle], group[middle:]
            variances = [_group_variance(covariance, half) for half in (first, second)]
            share = 1.0 - variances[0] / (variances[0] + variances[1])
            weights[first] *= share
            weights[second] *= 1.0 - share
            halves += [half for half in (first, second) if len(half) > 1]
        groups = halves
    return weights


def _order(covariance: FloatArray) -> list[int]:
    """Return the assets in the order of the tree's leaves."""
    try:
        from scipy.cluster.hierarchy import leaves_list, linkage
        from scipy.spatial.distance import pdist
    except ImportError:
        raise ConfigError(
            "SciPy is not installed", where="traider optimize", fix="install traider[optimize]"
        ) from None
    deviations = np.sqrt(np.diag(covariance))
    correlation = np.clip(covariance / np.outer(deviations, deviations), -1.0, 1.0)
    distance = np.sqrt((1.0 - correlation) / 2.0)
    order: list[int] = leaves_list(linkage(pdist(distance), "single")).tolist()
    return order


def _group_variance(covariance: FloatArray, group: list[int]) -> float:
    """Return the variance of the group's inverse-variance portfolio."""
    part = covariance[np.ix_(group, group)]
    weights = 1.0 / np.diag(part)
    weights /= weights.sum()
    return float(weights @ part @ weights)
