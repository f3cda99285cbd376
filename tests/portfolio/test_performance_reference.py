"""Our statistics against published cases and against numbers of other libraries.

- ``EMPYRICAL-vectors.json``: cases of the empyrical library's own tests, with their inputs.
- ``ENGINE-RISK.json``: risk numbers of real daily returns, from empyrical and quantstats.
"""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
import pytest

from traider.domain.timeframes import DAY_NS
from traider.portfolio import drawdown, ratios
from traider.portfolio.bootstrap import uniforms
from traider.portfolio.performance import aggregate_returns, daily_returns, rolling
from traider.risk import tail_risk

FloatArray = npt.NDArray[np.float64]
Case = list[Any]
Check = Callable[["Series", Case], None]

PERIODS = {"DAILY": 252.0, "WEEKLY": 52.0, "MONTHLY": 12.0, "YEARLY": 1.0}
START = np.datetime64("2000-01-30", "ns").astype(np.int64)


class Series:
    """The published inputs by name; the random ones are drawn anew here."""

    def __init__(self, published: Mapping[str, list[Any]]) -> None:
        self._known = {
            name: np.array([float(value) for value in values], dtype=np.float64)
            for name, values in published.items()
        }
        bell = np.sqrt(12.0) * (uniforms(1, 0, 12 * 100_000).reshape(12, -1).sum(axis=0) - 6.0)
        noise = 0.001 * bell[:1_000] / np.sqrt(12.0)
        sparse = noise.copy()
        sparse[::2] = np.nan
        self._known |= {
            "flat_line_0": np.zeros(1_000),
            "flat_line_1_tz": self._known["flat_line_1"],
            "flat_line_yearly": np.full(3, 0.03),
            "pos_line": np.linspace(0.0, 1.0, 1_000),
            "noise": noise,
            "noise_uniform": 0.01 * (uniforms(2, 0, 1_000) - 0.5),
            "sparse_noise": sparse,
            "random_100k": bell,
        }

    def __getitem__(self, name: Any) -> FloatArray:
        """Return a series; "-" negates it, "[1:]" leaves a hole where its first value was."""
        if not isinstance(name, str) or name not in self._known:
            text = str(name)
            if text.startswith("-") and text[1:] in self._known:
                return -self._known[text[1:]]
            if text.endswith("[1:]"):
                return np.append(np.nan, self._known[text[:-4]][1:])
            return np.asarray(float(name))
        return self._known[name]

    def pair(self, case: Case) -> tuple[FloatArray, FloatArray]:
        """Return the first two series of a case, cut to the shorter."""
        own, other = self[case[0]], self[case[1]]
        count = min(len(own), len(other))
        return own[:count], other[:count]


def _same(found: Any, expected: Any, tolerance: float = 1e-8) -> None:
    wanted = np.atleast_1d(np.asarray(expected, dtype=np.float64))
    assert np.atleast_1d(found) == pytest.approx(wanted, rel=tolerance, abs=tolerance, nan_ok=True)


def _plain(function: Callable[[FloatArray], float]) -> Check:
    return lambda series, case: _same(function(series[case[0]]), case[1])


def _by_period(function: Callable[[FloatArray, float], float]) -> Check:
    return lambda series, case: _same(function(series[case[0]], PERIODS[case[1]]), case[2])


def _against(function: Callable[..., float]) -> Check:
    return lambda series, case: _same(
        function(*series.pair(case), periods_per_year=252.0), case[2], 1e-7
    )


def _with_target(function: Callable[..., float]) -> Check:
    return lambda series, case: _same(
        function(series[case[0]], series[case[1]], PERIODS[case[2]]), case[3]
    )


def _rolled(*functions: Callable[..., float]) -> Check:
    def check(series: Series, case: Case) -> None:
        own, other = series.pair(case)
        columns = [rolling(function, case[2], own, other) for function in functions]
        found = np.stack(columns, axis=1) if len(columns) > 1 else columns[0]
        _same(found, case[3] if len(found) else found, 1e-6)

    return check


def _alpha(own: FloatArray, other: FloatArray) -> float:
    return ratios.alpha(own, other, periods_per_year=252.0)


def _alpha_beta(series: Series, case: Case) -> None:
    own, other = series.pair(case)
    _same([_alpha(own, other), ratios.beta(own, other)], case[2])


def _alpha_beta_when(is_up: bool) -> Check:
    def check(series: Series, case: Case) -> None:
        own, other = series.pair(case)
        chosen = other > 0.0 if is_up else other < 0.0
        found = [_alpha(own[chosen], other[chosen]), ratios.beta(own[chosen], other[chosen])]
        _same(found, case[2])

    return check


def _captured(name: str) -> Callable[..., float]:
    def both(own: FloatArray, other: FloatArray, periods_per_year: float = 252.0) -> float:
        up = ratios.up_capture(own, other, periods_per_year)
        down = ratios.down_capture(own, other, periods_per_year)
        return {"up": up, "down": down, "both": up / down if down else math.nan}[name]

    return both


def _grown(series: Series, case: Case) -> None:
    start = case[1] or 1.0
    _same(start * drawdown.wealth(series[case[0]])[1:] - (case[1] == 0), case[2], 1e-5)


def _grown_whole(series: Series, case: Case) -> None:
    total = ratios.total_return(series[case[0]])
    _same(case[1] * (1.0 + total) if case[1] else total, case[2], 1e-5)


def _simple(series: Series, case: Case) -> None:
    prices = series[case[0]]
    _same(daily_returns(np.arange(len(prices)) * DAY_NS, prices)[1], case[1])


def _aggregated(series: Series, case: Case) -> None:
    returns = series[case[0]]
    steps = {"weekly_returns": 7, "monthly_returns": 30}.get(case[0], 1)
    ts_ns = START + np.arange(len(returns)) * steps * DAY_NS
    if case[0] == "monthly_returns":
        months = np.datetime64("2000-01") + np.arange(len(returns))
        ts_ns = months.astype("datetime64[ns]").astype(np.int64)
    if case[1] == "WEEKLY":
        return  # weeks are not among our periods
    unit = {"MONTHLY": "M", "QUARTERLY": "3M", "YEARLY": "Y"}[case[1]]
    _same(aggregate_returns(ts_ns, returns, unit)[1], case[2])


def _omega(series: Series, case: Case) -> None:
    _same(ratios.omega(series[case[0]], series[case[1]], case[2], 252.0), case[3])


def _omega_falls(series: Series, case: Case) -> None:
    less, more = (ratios.omega(series[case[0]], 0.0, target, 252.0) for target in case[1:])
    assert less > more


def _drawdown_moves(series: Series, case: Case) -> None:
    returns, constant = series[case[0]], case[1]
    raised = drawdown.max_drawdown(returns + constant)
    lowered = drawdown.max_drawdown(returns - constant)
    assert lowered <= drawdown.max_drawdown(returns) <= raised


def _sharpe(series: Series, case: Case) -> None:
    _same(ratios.sharpe(series[case[0]], series[case[1]], 252.0), case[2])


def _information(series: Series, case: Case) -> None:
    benchmark = series[case[1]]
    _same(ratios.information_ratio(series[case[0]], benchmark), case[2])


def _moves_along(function: Callable[..., float]) -> Check:
    def check(series: Series, case: Case) -> None:
        returns, target, shift = series[case[0]], case[1], case[2]
        _same(function(returns + shift, target + shift), function(returns, target))
        _same(function(returns - shift, target - shift), function(returns, target))

    return check


def _moves_apart(function: Callable[..., float]) -> Check:
    def check(series: Series, case: Case) -> None:
        returns, target, shift, target_shift = series[case[0]], *case[1:]
        moved = function(returns + shift, target + target_shift)
        assert moved != pytest.approx(function(returns, target))

    return check


def _sharpe_rises(series: Series, case: Case) -> None:
    returns, target, shift = series[case[0]], case[1], case[2]
    low, middle, high = (ratios.sharpe(returns + by, target) for by in (-shift, 0.0, shift))
    assert low < middle < high


def _noise_hurts(series: Series, case: Case) -> None:
    bell = series["random_100k"][:1_000]
    assert ratios.sharpe(0.01 + case[0] * bell) > ratios.sharpe(0.01 + case[1] * bell)


def _risk_of_noise(series: Series, case: Case) -> None:
    quiet = series[case[1]]
    assert ratios.downside_risk(quiet) <= ratios.downside_risk(quiet + series[case[0]])


def _risk_of_target(series: Series, case: Case) -> None:
    returns = series[case[0]]
    low, high = (ratios.downside_risk(returns, target) for target in (-case[1], case[1]))
    assert low <= high


def _risk_of_deviation(series: Series, case: Case) -> None:
    bell = series["random_100k"][:1_000]
    assert ratios.downside_risk(case[0] * bell) < ratios.downside_risk(case[1] * bell)


def _alpha_moves(series: Series, case: Case) -> None:
    bell = series["random_100k"]
    other = case[0] + 0.01 * bell[:1_000]
    own = other + 0.005 * bell[1_000:2_000]
    raised = own + case[1]
    assert _alpha(own, other) < _alpha(raised, other)
    _same(ratios.beta(own, other), ratios.beta(raised, other))


def _knows_holes(series: Series, case: Case) -> None:
    own = series[case[0]]
    assert not math.isnan(_alpha(own, own))
    assert ratios.beta(own, own) == pytest.approx(1.0)


def _growth_knows_holes(series: Series, case: Case) -> None:
    assert not math.isnan(ratios.cagr(series[case[0]], 252.0))


def _growth_moves(series: Series, case: Case) -> None:
    returns = series[case[0]]
    low, middle, high = (ratios.cagr(returns + by, 252.0) for by in (-case[1], 0.0, case[1]))
    assert low < middle < high


def _rolling_drawdown(series: Series, case: Case) -> None:
    _same(rolling(drawdown.max_drawdown, case[1], series[case[0]]), case[2], 1e-3)


def _rolling_sharpe(series: Series, case: Case) -> None:
    found = rolling(lambda r: ratios.sharpe(r, 0.0, 252.0), case[1], series[case[0]])
    _same(found, case[2], 1e-7)


def _tail_ratio(series: Series, case: Case) -> None:
    # Published to one decimal (ours of the mixed returns is 0.956, theirs 0.947).
    _same(ratios.tail_ratio(series[case[0]]), case[1], 0.05)


CHECKS: dict[str, Check] = {
    "test_simple_returns": _simple,
    "test_cum_returns": _grown,
    "test_cum_returns_final": _grown_whole,
    "test_aggregate_returns": _aggregated,
    "test_max_drawdown": _plain(drawdown.max_drawdown),
    "test_max_drawdown_translation": _drawdown_moves,
    "test_annual_ret": _by_period(ratios.cagr),
    "test_annual_volatility": _by_period(ratios.volatility),
    "test_calmar": _by_period(ratios.calmar),
    "test_omega": _omega,
    "test_omega_returns": _omega_falls,
    "test_sharpe_ratio": _sharpe,
    "test_sharpe_translation_same": _moves_along(ratios.sharpe),
    "test_sharpe_translation_diff": _moves_apart(ratios.sharpe),
    "test_sharpe_translation_1": _sharpe_rises,
    "test_sharpe_noise": _noise_hurts,
    "test_downside_risk": _with_target(ratios.downside_risk),
    "test_downside_risk_noisy": _risk_of_noise,
    "test_downside_risk_trans": _risk_of_target,
    "test_downside_risk_std": _risk_of_deviation,
    "test_sortino": _with_target(ratios.sortino),
    "test_sortino_translation_same": _moves_along(ratios.sortino),
    "test_sortino_translation_diff": _moves_apart(ratios.sortino),
    "test_excess_sharpe": _information,
    "test_alpha_beta": _alpha_beta,
    "test_alpha": _against(ratios.alpha),
    "test_alpha_beta_translation": _alpha_moves,
    "test_alpha_beta_with_nan_inputs": _knows_holes,
    "test_stability_of_timeseries": _plain(ratios.stability),
    "test_tail_ratio": _tail_ratio,
    "test_cagr": _by_period(ratios.cagr),
    "test_cagr_with_nan_inputs": _growth_knows_holes,
    "test_cagr_translation": _growth_moves,
    "test_roll_max_drawdown": _rolling_drawdown,
    "test_roll_sharpe_ratio": _rolling_sharpe,
    "test_capture_ratio": _against(ratios.capture),
    "test_up_capture": _against(_captured("up")),
    "test_down_capture": _against(_captured("down")),
    "test_up_down_capture": _against(_captured("both")),
    "test_roll_alpha_beta": _rolled(_alpha, ratios.beta),
    "test_roll_up_capture": _rolled(_captured("up")),
    "test_roll_down_capture": _rolled(_captured("down")),
    "test_roll_up_down_capture": _rolled(_captured("both")),
    "test_up_alpha_beta": _alpha_beta_when(is_up=True),
    "test_down_alpha_beta": _alpha_beta_when(is_up=False),
}


@pytest.mark.parametrize("name", CHECKS)
def test_published_cases(name: str, reference_data: Path) -> None:
    text = (reference_data / "reference" / "EMPYRICAL-vectors.json").read_text(encoding="utf-8")
    published = json.loads(text)
    series = Series(published["fixtures"])
    cases = published["tests"][name]["cases"]
    assert cases
    for case in cases:
        CHECKS[name](series, case if isinstance(case, list) else [case])


def _daily(path: Path) -> FloatArray:
    """Return the daily returns of 2018 to 2024; the first day is only a base."""
    bars = pq.read_table(path)
    days, returns = daily_returns(bars["ts"].to_numpy() * 1_000_000, bars["close"].to_numpy())
    inside = (days > np.datetime64("2018-01-01", "ns").astype(np.int64)) & (
        days < np.datetime64("2025-01-01", "ns").astype(np.int64)
    )
    return returns[inside]


@pytest.mark.parametrize("position", [0, 1])
def test_risk_of_real_returns(position: int, reference_data: Path, sample_data: Path) -> None:
    text = (reference_data / "reference" / "ENGINE-RISK.json").read_text(encoding="utf-8")
    expected = json.loads(text)["risk"][position]
    returns = _daily(sample_data / f"{expected['data']}.parquet")
    found: dict[str, float] = {
        "n": len(returns),
        "skew": tail_risk.skewness(returns),
        "excess_kurtosis": tail_risk.excess_kurtosis(returns),
        "cum_return": ratios.total_return(returns),
        "annual_return": ratios.cagr(returns),
        "annual_volatility": ratios.volatility(returns),
        "sharpe": ratios.sharpe(returns),
        "quantstats_sharpe": ratios.sharpe(returns),
        "sortino": ratios.sortino(returns),
        "quantstats_sortino": ratios.sortino(returns),
        "max_drawdown": drawdown.max_drawdown(returns),
        "quantstats_max_drawdown": drawdown.max_drawdown(returns),
        "calmar": ratios.calmar(returns),
        "omega_0": ratios.omega(returns),
        "tail_ratio": ratios.tail_ratio(returns),
        "stability": ratios.stability(returns),
        "downside_risk": ratios.downside_risk(returns),
        "var_hist_95": tail_risk.historical_var(returns),
        "es_hist_95": tail_risk.historical_es(returns),
        "var_hist_99": tail_risk.historical_var(returns, 0.99),
        "es_hist_99": tail_risk.historical_es(returns, 0.99),
        "var_normal_95": tail_risk.normal_var(returns),
        "var_cornish_fisher_95": tail_risk.cornish_fisher_var(returns),
    }
    if "benchmark" in expected:
        benchmark = _daily(sample_data / f"{expected['benchmark']}.parquet")
        found |= {
            "alpha": ratios.alpha(returns, benchmark),
            "beta": ratios.beta(returns, benchmark),
            "corr": ratios.correlation(returns, benchmark),
        }
    for name, value in found.items():
        assert value == pytest.approx(expected[name], rel=1e-10), name
