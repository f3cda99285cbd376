"""Forecasts are those of the models on the past alone; nothing that follows moves them."""

import numpy as np
import numpy.typing as npt
import pytest

from traider.risk.forecasts import forecast, forecast_coverage
from traider.risk.models import Model, cornish_fisher, historical, normal

FloatArray = npt.NDArray[np.float64]
WINDOW = 100
SERIES: FloatArray = 0.02 * np.random.default_rng(5).standard_t(6, 3_000)


@pytest.mark.parametrize("model", list(Model))
@pytest.mark.parametrize("level", [0.95, 0.99])
def test_the_future_moves_no_forecast(model: Model, level: float) -> None:
    changed = SERIES.copy()
    changed[600:] *= 5.0
    before = forecast(model, SERIES, level, WINDOW, 0.94)
    after = forecast(model, changed, level, WINDOW, 0.94)
    assert len(before) == len(SERIES) - WINDOW
    assert (before[: 601 - WINDOW] == after[: 601 - WINDOW]).all()
    assert (before[700:] != after[700:]).any()


@pytest.mark.parametrize(
    ("model", "rule"),
    [
        (Model.HISTORICAL, historical),
        (Model.NORMAL, normal),
        (Model.CORNISH_FISHER, cornish_fisher),
    ],
)
def test_each_forecast_is_the_model_on_its_window(model: Model, rule: object) -> None:
    assert callable(rule)
    found = forecast(model, SERIES, 0.99, WINDOW, 0.94)
    for place in (0, 1, 1_949, 1_950, len(found) - 1):
        expected = rule(SERIES[place : place + WINDOW], 0.99)
        assert found[place] == pytest.approx(expected.value_at_risk)


def test_of_normal_returns_the_normal_forecast_holds_and_a_halved_one_does_not() -> None:
    bell = np.random.default_rng(9).standard_normal(6_000)
    held = forecast_coverage(Model.NORMAL, bell, 0.95, 500, 0.94)
    assert held.periods == 5_500
    assert held.kupiec_p > 0.01
    fooled = np.concatenate([bell[:500], 2.0 * bell[500:700]])
    assert forecast_coverage(Model.NORMAL, fooled, 0.95, 500, 0.94).kupiec_p < 1e-3


def test_too_short_a_past_gives_no_forecast() -> None:
    assert len(forecast(Model.NORMAL, SERIES[:WINDOW], 0.95, WINDOW, 0.94)) == 0
