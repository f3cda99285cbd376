"""The shipped alphas on inputs whose answer is known by hand."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from traider.signals import SHIPPED, Alpha
from traider.signals.mean_reversion import mean_reversion
from traider.signals.momentum import momentum
from traider.signals.sma_cross import sma_cross

pytestmark = pytest.mark.interpreted


def score(alpha: Alpha, *features: float) -> tuple[float, float]:
    """Return the answer with the alpha's own parameters."""
    answer: tuple[float, float] = alpha.compiled()(
        np.array(features, np.float64), np.array(list(alpha.params.values()), np.float64)
    )
    return answer


@pytest.mark.parametrize(
    ("features", "answer"),
    [
        ((101, 100, 50, 30), (1.0, 0.5)),
        ((99, 100, 50, 30), (-1.0, 0.5)),
        ((100, 100, 50, 30), (0.0, 0.5)),
        ((101, 100, 74.9, 40), (1.0, 1.0)),
        ((101, 100, 75, 40), (0.0, 1.0)),
        ((99, 100, 25.1, 40), (-1.0, 1.0)),
        ((99, 100, 25, 40), (0.0, 1.0)),
        ((101, 100, 50, 20), (1.0, 0.0)),
        ((101, 100, 50, 5), (1.0, 0.0)),
        ((101, 100, 50, 90), (1.0, 1.0)),
    ],
)
def test_momentum(features: Sequence[float], answer: tuple[float, float]) -> None:
    assert score(momentum, *features) == answer


@pytest.mark.parametrize(
    ("features", "answer"),
    [
        ((0.0, 10), (0.0, 1.0)),
        ((1.0, 10), (0.0, 1.0)),
        ((2.0, 25), (-0.5, 1.0)),
        ((-2.0, 25), (0.5, 1.0)),
        ((3.0, 37.5), (-1.0, 0.5)),
        ((-9.0, 50), (1.0, 0.0)),
        ((-9.0, 80), (1.0, 0.0)),
    ],
)
def test_mean_reversion(features: Sequence[float], answer: tuple[float, float]) -> None:
    assert score(mean_reversion, *features) == answer


@pytest.mark.parametrize(
    ("features", "answer"),
    [
        ((101, 100, 99, 100), (1.0, 1.0)),
        ((101, 100, 100, 100), (1.0, 1.0)),
        ((101, 100, 101, 100), (0.0, 1.0)),
        ((99, 100, 101, 100), (-1.0, 1.0)),
        ((99, 100, 100, 100), (-1.0, 1.0)),
        ((99, 100, 99, 100), (0.0, 1.0)),
        ((100, 100, 101, 100), (0.0, 1.0)),
    ],
)
def test_sma_cross(features: Sequence[float], answer: tuple[float, float]) -> None:
    assert score(sma_cross, *features) == answer


@pytest.mark.uncounted
@pytest.mark.parametrize("name", SHIPPED)
def test_answers_stay_in_range(name: str) -> None:
    alpha = SHIPPED[name]
    draw = np.random.default_rng(7)
    for features in draw.normal(50.0, 60.0, (300, len(alpha.features))):
        value, confidence = score(alpha, *features)
        assert -1.0 <= value <= 1.0
        assert 0.0 <= confidence <= 1.0
        assert not math.isnan(value + confidence)
