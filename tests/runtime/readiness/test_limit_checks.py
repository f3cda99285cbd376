"""Laws of limits with real money behind them.

1. No limit becomes wider than its phase allows; every limit may become narrower, from anywhere.
2. What a live run goes on with counts beside the file: begun with, changed by hand, changed in it.
"""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.control.test_conversion import TERMS
from tests.runtime.parity.recorded_runs import instruments
from traider.domain.errors import UsageError
from traider.journal.writer import JournalWriter
from traider.runtime.config import Config, load_with_origins
from traider.runtime.config_readiness import Phase
from traider.runtime.control.commands import SetLimit
from traider.runtime.control.conversion import control_events
from traider.runtime.limit_bounds import PRESETS, PhaseBounds, is_wider, limit_values
from traider.runtime.readiness.limit_checks import check_limits
from traider.runtime.readiness.limits_in_force import limits_in_force
from traider.runtime.run_request import RunRequest
from traider.runtime.session.settings import keep_settings
from traider.runtime.state_folder import RunPaths, StateFolder
from traider.runtime.status_body import Mode

WHO: dict[str, Any] = {"who": "ana", "why": "a test"}
names = st.sampled_from(sorted(limit_values(Config().limits)))
values = st.floats(0, 1_000)


@given(names, values, values, st.sampled_from(sorted(PRESETS)))
def test_law_1_only_what_widens_beyond_the_phase_is_refused(
    name: str, value: float, previous: float, phase: Phase
) -> None:
    bounds = PhaseBounds(phase, Decimal(5_000))
    if is_wider(name, value, previous) and bounds.fault(name, value):
        with pytest.raises(UsageError, match=f"the bound of the phase {phase}"):
            bounds.check_change(name, value, previous)
    else:
        bounds.check_change(name, value, previous)
    assert not (is_wider(name, value, previous) and is_wider(name, previous, value))
    assert is_wider(name, value, previous) or is_wider(name, previous, value) or value == previous


@pytest.mark.parametrize(
    ("name", "value", "previous", "what"),
    [
        ("max_order_notional", 18_000, 2_000, "max_order_notional 18000 is not .* within 2000"),
        ("max_order_notional", 0, 2_000, "max_order_notional 0 is not above 0"),
        ("max_exposure", 3, 0.5, "max_exposure 3 is wider than 0.5"),
        ("max_gross_exposure", 3, 0.5, "max_gross_exposure 3 is wider than 0.5"),
        ("max_orders_per_minute", 290, 30, "max_orders_per_minute 290 is wider than 30"),
        ("refuse_self_trades", 0, 1, "refuse_self_trades is off"),
    ],
)
def test_law_1_what_was_found_wide_open(
    name: str, value: float, previous: float, what: str
) -> None:
    bounds = PhaseBounds("first", Decimal(20_000))
    with pytest.raises(UsageError, match=what) as found:
        bounds.check_change(name, value, previous)
    assert found.value.where == f"limits.{name}"
    assert "readiness.phase" in found.value.fix
    bounds.check_change("max_exposure", 2, 3)


def test_law_2_limits_in_force_are_those_of_the_next_start(tmp_path: Path) -> None:
    state = tmp_path / "live"
    begun = _config()
    with StateFolder(state) as folder:
        assert limits_in_force(state, begun).values == {}
        folder.begin(RunRequest(Mode.LIVE, "coinbase", ("X",), begun), instruments(), 1)
    assert limits_in_force(state, begun).values == limit_values(begun.limits)
    with JournalWriter.open(RunPaths(state).journal, instruments()) as journal:
        for name, value in (
            ("max_exposure", "3"),
            ("price_collar_bps", "150"),
            ("max_leverage", "1"),
        ):
            change = SetLimit(**WHO, name=name, value=Decimal(value))
            journal.append(control_events(change, TERMS, 5))
    held = limits_in_force(state, begun).values
    changed = {"max_exposure": 3.0, "price_collar_bps": 150.0, "max_leverage": 1.0}
    assert held == limit_values(begun.limits) | changed
    # What the file says otherwise than it was read last is taken at a start; the rest stays.
    keep_settings(state, _config(max_leverage=0.3))
    held = limits_in_force(state, begun).values
    assert (held["max_leverage"], held["max_exposure"]) == (0.5, 3.0)


def test_what_a_name_in_the_file_sets_is_written_there(tmp_path: Path) -> None:
    path = tmp_path / "live.toml"
    limits = {name: value for name, value in _config().limits if name != "max_daily_loss_amount"}
    lines = ["[limits]", *(f"{name} = {_toml(value)}" for name, value in limits.items())]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert "not in the file: max_daily_loss_amount" in check_limits(load_with_origins(path)).found
    by_hand = load_with_origins(path, ("risk.preset=paper",))
    assert "not in the file: max_daily_loss_amount" in check_limits(by_hand).found
    path.write_text("\n".join([*lines, "[risk]", 'preset = "paper"']), encoding="utf-8")
    assert check_limits(load_with_origins(path)).ok


def test_law_2_the_row_tells_of_them(tmp_path: Path) -> None:
    state = tmp_path / "live"
    file = tmp_path / "live.toml"
    file.write_text(
        "\n".join(["[limits]", *(f"{name} = {_toml(value)}" for name, value in _config().limits)])
    )
    loaded = load_with_origins(file)
    assert check_limits(loaded).ok
    with StateFolder(state) as folder:
        folder.begin(RunRequest(Mode.LIVE, "coinbase", ("X",), loaded.config), instruments(), 1)
    assert check_limits(loaded, limits_in_force(state, loaded.config)).ok
    with JournalWriter.open(RunPaths(state).journal, instruments()) as journal:
        for name, value in (("max_exposure", "3"), ("max_drawdown", "0.05")):
            change = SetLimit(**WHO, name=name, value=Decimal(value))
            journal.append(control_events(change, TERMS, 5))
    row = check_limits(loaded, limits_in_force(state, loaded.config))
    assert not row.ok
    assert row.found == f"in force in {state}: max_exposure 3 is wider than 0.5"
    assert "its line in the file" in row.fix


def _config(**limits: object) -> Config:
    narrow = {
        "max_order_notional": "500", "price_collar_bps": 100, "max_exposure": 0.5,
        "max_gross_exposure": 0.5, "max_leverage": 0.5, "max_orders_per_minute": 30,
        "max_daily_loss": 0.02, "max_drawdown": 0.1, "max_data_age_s": 30,
    }  # fmt: skip
    return Config.model_validate({"limits": {**narrow, **limits}})


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "[]" if isinstance(value, tuple) else str(value)
