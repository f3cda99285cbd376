"""Black and Litterman: what equilibrium expects, moved by views in the measure of their confidence.

Source: Black and Litterman (1992); He and Litterman (1999) for the formulas; the uncertainty of a
view follows from its confidence c as in Walters (2014): its variance is (1 - c) / c times that of
the view under the prior, so that 1 is certain and towards 0 it says nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

PRIOR_SCALE: Final = 0.05
"""Tau: how uncertain the equilibrium itself is, as a share of the covariance."""
_CERTAIN: Final = 1.0 - 1e-9


@dataclass(frozen=True)
class View:
    """One asset is expected to return so much a period, or so much more than another."""

    asset: int
    expected: float
    """Simple return per period."""
    confidence: float
    """From 0, no more than a guess, to 1, certain."""
    against: int | None = None
    """The asset it is compared with; None for the return itself."""


def equilibrium(covariance: FloatArray, held: FloatArray, risk_aversion: float) -> FloatArray:
    """Return the expected returns for which ``held`` is the best portfolio."""
    return np.asarray(risk_aversion * covariance @ held, dtype=np.float64)


def posterior(prior: FloatArray, covariance: FloatArray, views: Sequence[View]) -> FloatArray:
    """Return the expected returns after the views; without any, ``prior``.

    Formula: prior + tau S P' (P tau S P' + Omega)^-1 (q - P prior).
    """
    told = [view for view in views if view.confidence > 0.0]
    if not told:
        return prior
    picks = np.zeros((len(told), len(prior)))
    for row, view in enumerate(told):
        picks[row, view.asset] = 1.0
        if view.against is not None:
            picks[row, view.against] = -1.0
    scaled = PRIOR_SCALE * covariance
    spread = picks @ scaled @ picks.T
    confidence = np.minimum([view.confidence for view in told], _CERTAIN)
    doubt = np.diag(np.diag(spread) * (1.0 - confidence) / confidence)
    surprise = np.array([view.expected for view in told]) - picks @ prior
    # The least squares solution is the inverse's where there is one, and a limit where not.
    step = np.linalg.lstsq(spread + doubt, surprise, rcond=None)[0]
    return np.asarray(prior + scaled @ picks.T @ step, dtype=np.float64)
