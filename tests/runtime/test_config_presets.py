"""Names that set many settings at once: what they set, what comes before them, what is told."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from tests.runtime.test_sweep_points import CROSS, points_of
from traider.cli.main import run
from traider.domain.errors import ConfigError
from traider.runtime.config import Config, config_digest, load_config, load_with_origins
from traider.runtime.config_presets import NAMED, NAMED_ORIGINS
from traider.runtime.run_request import config_from, settings_of

OLD_LIMITS: Final = frozenset(
    {
        "max_order_notional",
        "price_collar_bps",
        "max_exposure",
        "max_leverage",
        "groups",
    }
)
"""Some of the limits there were before."""


def origins(*overrides: str) -> Mapping[str, str]:
    return {each.key: each.origin for each in load_with_origins(None, overrides).settings()}


def test_a_profile_sets_risk_leverage_and_positions() -> None:
    wanted = {"low": (0.01, 5.0, 2), "medium": (0.02, 10.0, 4), "high": (0.03, 20.0, 6)}
    for name, (risk, leverage, positions) in wanted.items():
        config = load_config(None, (f"risk.profile={name}",))
        assert config.risk.risk_per_trade == risk
        limits = config.limits
        assert (limits.max_leverage, limits.max_gross_exposure) == (leverage, leverage)
        assert (limits.max_exposure, limits.max_positions) == (leverage, positions)


def test_a_preset_sets_what_its_phase_may_lose() -> None:
    paper = load_config(None, ("risk.preset=paper",)).limits
    assert paper.max_position_notional == Decimal(2_000)
    assert paper.max_daily_loss_amount == Decimal(400)
    starter = load_config(None, ("risk.preset=starter",)).limits
    assert (starter.max_daily_loss, starter.max_exposure, starter.max_var) == (0.02, 0.2, 0.01)
    large = load_config(None, ("risk.preset=institutional",)).limits
    assert (large.max_daily_loss, large.max_exposure, large.max_var) == (0.001, 0.1, 0.001)
    for name, fall in (("3%", 0.03), ("5%", 0.05)):
        assert load_config(None, (f'risk.drawdown="{name}"',)).limits.max_drawdown == fall


def test_what_is_written_comes_before_a_name_and_a_preset_before_a_profile() -> None:
    found = load_config(
        None, ("risk.profile=high", "risk.preset=starter", "limits.max_positions=3")
    )
    assert (found.limits.max_exposure, found.limits.max_gross_exposure) == (0.2, 20.0)
    assert found.limits.max_positions == 3


def test_a_file_may_choose_and_the_command_line_choose_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('[risk]\npreset = "paper"\n[limits]\nmax_var = 0.5\n', encoding="utf-8")
    assert load_config(path).limits.max_daily_loss_amount == Decimal(400)
    other = load_config(path, ("risk.preset=starter",)).limits
    assert (other.max_daily_loss_amount, other.max_exposure) == (Decimal(0), 0.2)
    assert other.max_var == 0.5  # the file's own word
    assert load_config(path, ('risk.preset=""',)).limits.max_daily_loss_amount == Decimal(0)


def test_each_value_tells_where_it_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    found = origins("risk.profile=low", "risk.preset=starter", "limits.max_var=0.02")
    assert found["limits.max_leverage"] == "profile"
    assert found["limits.max_exposure"] == "preset"
    assert found["limits.max_var"] == "set"
    assert found["limits.max_es"] == "default"
    assert set(NAMED) == NAMED_ORIGINS
    assert run(["config", "show", "--json", "--set", 'risk.drawdown="3%"']) == 0
    body = json.loads(capsys.readouterr().out)
    shown = {each["key"]: each for each in body["settings"]}["limits.max_drawdown"]
    assert (shown["value"], shown["origin"]) == (0.03, "drawdown")


def test_every_name_stands_for_settings_that_exist() -> None:
    plain = Config().model_dump()
    for key, meanings in NAMED.items():
        assert set(meanings) == set(
            Config.model_json_schema()["$defs"]["RiskConfig"]["properties"][key]["enum"]
        ) - {""}
        for values in meanings.values():
            for dotted in values:
                table, name = dotted.split(".")
                assert name in plain[table]


def test_a_name_that_does_not_exist_is_told() -> None:
    with pytest.raises(ConfigError, match=r"risk\.preset"):
        load_config(None, ("risk.preset=brave",))


def test_a_bound_on_the_risk_of_a_trade_needs_a_plan_unless_a_name_sets_it() -> None:
    with pytest.raises(ConfigError, match=r"risk\.risk_per_trade: it does nothing with"):
        load_config(None, ("risk.risk_per_trade=0.01",))
    assert load_config(None, ("risk.profile=low",)).plan.stop == "off"
    crossing = load_config(None, (*CROSS, "risk.profile=low"))
    assert crossing.limits.max_positions == 2


def test_a_horizon_is_no_shorter_than_an_interval() -> None:
    with pytest.raises(ConfigError, match="the horizon 1h is shorter than 4h"):
        load_config(None, ("risk.horizon=1h", "risk.interval=4h"))


def test_a_sweep_over_names_sweeps_what_they_set() -> None:
    points, skipped = points_of(load_config(), "risk.preset=paper,starter")
    assert skipped.reasons == {}
    assert [point.config.limits.max_var for point in points] == [0.0, 0.01]
    assert points[0].config.limits.max_position_notional == Decimal(2_000)


def test_a_run_begun_before_there_were_these_settings_is_the_same_run() -> None:
    begun = settings_of(load_config(None, ("limits.max_exposure=0.5",)))
    del begun["risk"], begun["sizing"]["confidence_scaling"]
    begun["limits"] = {name: value for name, value in begun["limits"].items() if name in OLD_LIMITS}
    again = config_from(begun, Config())
    assert again.limits.max_exposure == 0.5
    assert (again.limits.max_var, again.limits.max_positions) == (0.0, 0)
    assert again.risk.risk_per_trade == 0.0
    other = load_config(None, ("limits.max_exposure=0.5", "risk.preset=paper", "limits.max_var=0"))
    assert config_digest(again, begun) == config_digest(other, begun)
    assert config_digest(again) != config_digest(other)
