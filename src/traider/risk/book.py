"""The risk of a book of positions: every model, horizon and confidence, fast enough each second.

What depends on the past alone is made once (``PreparedHorizon.of``); a measurement is then a few
products with the exposures of the moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from traider.risk.covariance import shrinkage_intensity, shrunk, weighted_covariance
from traider.risk.models import (
    NOTHING,
    ONE_SERIES,
    UNKNOWN,
    Model,
    TailLoss,
    filtered_historical,
    historical,
    normal_loss,
)
from traider.risk.parts import Parts, deviation_of, parts_of
from traider.risk.scenarios import degrees_of_freedom, root_of, standard_draws

FloatArray = npt.NDArray[np.float64]

LEVELS: Final = (0.95, 0.99)
DRAWS: Final = 10_000
SEED: Final = 20_200_312
PERIODS_MIN: Final = 30
"""Fewer past periods say nothing about a tail; nothing is measured from them."""


@dataclass(frozen=True)
class Measurement:
    """One number of the book; money lost, positive, in the currency of the exposures."""

    model: Model
    horizon: str
    level: float
    loss: TailLoss
    periods: int
    """Past periods it stands on."""


@dataclass(frozen=True)
class PreparedHorizon:
    """The past of a book's instruments at one horizon, ready to be measured with."""

    name: str
    returns: FloatArray
    """Simple returns, periods by instruments, oldest first."""
    decay: float
    covariance: FloatArray
    """Weighted, and shrunk towards one common correlation."""
    intensity: float
    """How far it was shrunk, from 0 to 1."""
    draws: FloatArray
    """Returns of the Monte Carlo, draws by instruments."""

    @classmethod
    def of(
        cls, name: str, returns: FloatArray, decay: float, draws: int = DRAWS, seed: int = SEED
    ) -> Self:
        """Prepare ``returns``; each weighted period counts ``decay`` of the one after it."""
        if len(returns) < PERIODS_MIN:
            empty = np.zeros((0, returns.shape[1]))
            return cls(name, returns, decay, np.zeros((returns.shape[1],) * 2), 0.0, empty)
        intensity = shrinkage_intensity(returns)
        covariance = shrunk(weighted_covariance(returns, decay), intensity)
        standard = standard_draws(draws, returns.shape[1], degrees_of_freedom(returns), seed)
        return cls(name, returns, decay, covariance, intensity, standard @ root_of(covariance).T)

    @property
    def is_known(self) -> bool:
        """Whether there is enough of the past to say something."""
        return len(self.returns) >= PERIODS_MIN

    def measure(self, exposures: FloatArray, levels: Sequence[float]) -> list[Measurement]:
        """Return what every model says of ``exposures``, confidence by confidence."""
        series, drawn = _profits(self.returns, exposures), _profits(self.draws, exposures)
        found = []
        for level in levels:
            losses = dict.fromkeys(Model, UNKNOWN if exposures.any() else NOTHING)
            if self.is_known and not series.any():
                losses = dict.fromkeys(Model, NOTHING)  # held, and never moved
            elif self.is_known and exposures.any():
                losses |= {model: rule(series, level) for model, rule in ONE_SERIES.items()}
                losses[Model.FILTERED] = filtered_historical(series, level, self.decay)
                deviation = deviation_of(exposures, self.covariance)
                losses[Model.WEIGHTED] = normal_loss(level).times(deviation)
                losses[Model.MONTE_CARLO] = historical(drawn, level)
            found += [
                Measurement(model, self.name, level, loss, len(series))
                for model, loss in losses.items()
            ]
        return found

    def parts(self, exposures: FloatArray, level: float) -> Parts:
        """Return what each position brings."""
        return parts_of(exposures, self.covariance, self.returns, level)


def measure_book(
    horizons: Sequence[PreparedHorizon], exposures: FloatArray, levels: Sequence[float] = LEVELS
) -> list[Measurement]:
    """Return every number of the book, horizon by horizon."""
    return [found for horizon in horizons for found in horizon.measure(exposures, levels)]


def _profits(returns: FloatArray, exposures: FloatArray) -> FloatArray:
    """Return the profit of each period or draw.

    Not by the library of matrices: its threads wait for each other longer than so small a product
    takes, and the sum's order would depend on them.
    """
    return np.asarray(np.einsum("ij,j->i", returns, exposures), dtype=np.float64)
