"""Sessions and seasons: VWAP since midnight, funding against the same time of day, changes."""

import math
from typing import Final

import numpy as np
import pytest

from tests.kernel.builders import (
    CASH_UNITS,
    HOUR_NS,
    START_NS,
    bar_records,
    feature_values,
    market,
    random_bars,
    record,
)
from traider.domain.events import Kind
from traider.features import build_graph, parse
from traider.kernel.machine import DeciderMachine
from traider.kernel.specification import KernelSpec, StrategySpec, VenueSpec

pytestmark = pytest.mark.interpreted

BARS: Final = random_bars(5, 120, missing=0.1)


@pytest.mark.parametrize("hours", [24, 8])
def test_session_vwap_begins_anew_with_each_session(hours: int) -> None:
    text = f"session_vwap({hours})"
    found = feature_values([text], "1h", bar_records(BARS))[text]
    typical = (BARS.high + BARS.low + BARS.close) / 3.0
    sessions = BARS.ts_ns // (hours * HOUR_NS)
    for n in range(len(found)):
        mine = np.flatnonzero(sessions[: n + 1] == sessions[n])
        volume = BARS.volume[mine].sum()
        wanted = (typical[mine] * BARS.volume[mine]).sum() / volume if volume else BARS.close[n]
        assert found[n] == pytest.approx(wanted, rel=1e-12)
    assert len(set(sessions.tolist())) > 4


def test_change_is_the_difference_to_the_bar_n_before() -> None:
    found = feature_values(["change(close, 3)"], "1h", bar_records(BARS))["change(close, 3)"]
    assert np.isnan(found[:3]).all()
    assert found[3:].tolist() == (BARS.close[3:] - BARS.close[:-3]).tolist()


def test_beta_is_the_least_squares_slope() -> None:
    text = "beta(close, volume, 6)"
    found = feature_values([text], "1h", bar_records(BARS))[text]
    for n in range(5, len(found)):
        y, x = BARS.close[n - 5 : n + 1], BARS.volume[n - 5 : n + 1]
        assert found[n] == pytest.approx(np.polyfit(x.astype(float), y, 1)[0], rel=1e-6, abs=1e-12)
    assert np.isnan(feature_values(["beta(close, gap, 3)"], "4h", bar_records(BARS))[
        "beta(close, gap, 3)"
    ]).any()  # fmt: skip


def funding_features(rates: list[float], hours: list[int], texts: list[str]) -> list[list[float]]:
    """Return the features after each settlement at ``hours`` since the start."""
    expressions = [parse(text) for text in texts]
    graph = build_graph(expressions, "1h")
    machine = DeciderMachine(
        KernelSpec(
            markets=(market(can_short=True),),
            tape=graph.tape,
            alphas=(),
            strategy=StrategySpec(decision_ns=HOUR_NS),
            venue=VenueSpec(),
            cash_units=CASH_UNITS,
        )
    )
    found = []
    for rate, hour in zip(rates, hours, strict=True):
        words = {"w0": round(rate * 1e12), "w3": 8 * HOUR_NS, "w4": 1}
        machine.step(record(Kind.FUNDING, START_NS + hour * HOUR_NS, **words), 0)
        announced = {"w0": 10**9, "w3": 8 * HOUR_NS}
        machine.step(record(Kind.FUNDING, START_NS + hour * HOUR_NS + 1, **announced), 0)
        found.append([float(machine.decider.values[0, graph.slots[e]]) for e in expressions])
    return found


def test_funding_features_know_the_time_of_day() -> None:
    random = np.random.default_rng(3)
    rates = (random.normal(1e-4, 5e-5, 40) + np.tile([0.0, 1e-4, -1e-4, 0.0], 10)).tolist()
    rates = [round(rate, 12) for rate in rates]
    hours = [8 * n for n in range(40)]
    texts = ["funding_rate()", "funding_mean(5)", "funding_seasonal(12)", "funding_drift(12)"]
    found = funding_features(rates, hours, texts)
    for n in range(40):
        rate, mean, seasonal, drift = found[n]
        assert rate == pytest.approx(rates[n], abs=1e-16)
        if n >= 4:
            assert mean == pytest.approx(np.mean(rates[n - 4 : n + 1]))
        if n < 12:
            assert math.isnan(seasonal)
            continue
        same = [rates[m] for m in range(n - 12, n) if hours[m] % 24 == hours[n] % 24]
        assert len(same) == 4
        assert seasonal == pytest.approx(np.mean(same))
        assert drift == pytest.approx((rates[n] - np.mean(same)) / np.std(same, ddof=1))


def test_a_changed_interval_and_a_missed_settlement_are_seen() -> None:
    hours = [0, 8, 16, 24, 32, 48, 52, 56, 60, 64, 68, 72]
    rates = [1e-4 * (1 + n) for n in range(12)]
    found = funding_features(rates, hours, ["gap@funding", "seasonal_mean(close, 8)@funding"])
    assert [row[0] for row in found] == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    # Midnight stands twice among the eight before hour 72: at hours 24 and 48.
    assert found[-1][1] == pytest.approx((rates[3] + rates[5]) / 2)
    # Among the eight before hour 64 its time of day, 16 h, stands once: too few for a mean.
    assert math.isnan(found[9][1])
    steady = funding_features([1e-4] * 9, [8 * n for n in range(9)], ["funding_drift(6)"])
    assert steady[-1][0] == 0.0
