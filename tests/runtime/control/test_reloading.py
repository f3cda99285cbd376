"""Laws of a reload.

1. A changed limit, weight or threshold becomes its command; done one after the other, none is
   refused on the way.
2. Everything else that changed is told, and stays.
3. What the file did not change is left as a person set it.
"""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runtime.control.desk import KeepingDesk
from tests.runtime.control.test_conversion import TERMS
from traider.domain.errors import ConfigError, UsageError
from traider.domain.events import Kind
from traider.runtime.config import Config, load_config
from traider.runtime.control.commands import (
    ControlCommand,
    Kill,
    Rearm,
    Reload,
    SetLimit,
    SetThreshold,
    SetWeight,
)
from traider.runtime.control.conversion import control_events
from traider.runtime.control.front_desk import FrontDesk
from traider.runtime.control.kill_file import found_kill, leave_kill
from traider.runtime.control.reloading import ConfigReload, changes_of

WHO: dict[str, Any] = {"who": "reload", "why": "a test"}
ASKED = Reload(who="ana", why="weekend")


def config(**tables: Any) -> Config:
    strategy = {"kind": "ensemble", **tables.pop("strategy", {})}
    return Config.model_validate({**tables, "strategy": strategy})


def test_law_1_what_may_change_becomes_commands() -> None:
    before = config()
    after = config(
        limits={"max_exposure": 0.5, "refuse_self_trades": False},
        strategy={
            "enter": 0.4,
            "alphas": [{"name": "momentum"}, {"name": "mean-reversion", "weight": 2}],
        },
    )
    found = changes_of(before, after, "a test")
    assert set(found.commands) == {
        SetLimit(**WHO, name="max_exposure", value=Decimal("0.5")),
        SetLimit(**WHO, name="refuse_self_trades", value=Decimal(0)),
        SetThreshold(**WHO, name="enter", value=Decimal("0.4")),
        SetWeight(**WHO, alpha="mean-reversion", value=Decimal("2.0")),
    }
    assert found.untaken == ()


pairs = st.tuples(st.integers(1, 100), st.integers(0, 100)).filter(lambda pair: pair[0] >= pair[1])


@settings(max_examples=40)
@given(pairs, pairs)
def test_law_1_thresholds_are_never_refused_on_the_way(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    old, new = (
        config(strategy={"enter": enter / 100, "exit": leave / 100})
        for enter, leave in (before, after)
    )
    terms = replace(TERMS, enter=before[0] / 100, exit=before[1] / 100)
    for command in changes_of(old, new, "a test").commands:
        for event in control_events(command, terms, 1):
            assert event["kind"] == Kind.THRESHOLDS_CHANGE
            value = float(event["f1"])
            is_enter = event["w0"] == 0
            terms = replace(terms, enter=value) if is_enter else replace(terms, exit=value)
    assert (terms.enter, terms.exit) == (after[0] / 100, after[1] / 100)


def test_law_2_everything_else_is_told() -> None:
    after = config(
        capital=5,
        costs={"taker_fee": "0.002"},
        limits={"groups": [["A", "B"]]},
        strategy={"cooldown_s": 9.0, "alphas": [{"name": "momentum", "params": {"window": 9.0}}]},
    )
    found = changes_of(config(), after, "a test")
    assert found.commands == ()
    assert {"capital", "costs.taker_fee", "limits.groups", "strategy.cooldown_s"} <= set(
        found.untaken
    )
    assert any(key.startswith("strategy.alphas.0.params") for key in found.untaken)
    assert any(key.startswith("strategy.alphas.1.") for key in found.untaken)


class _Narrow(KeepingDesk):
    """Refuses to let a drawdown be wide."""

    def command(self, command: ControlCommand) -> str:
        if isinstance(command, SetLimit) and command.name == "max_drawdown":
            raise UsageError("max_drawdown is too wide", where="limits.max_drawdown", fix="narrow")
        return super().command(command)


def test_law_1_what_is_refused_keeps_nothing_else_from_being_narrowed() -> None:
    after = config(limits={"max_drawdown": 0.9, "max_exposure": 0.4})
    kept: list[Config] = []
    desk, reloading = _Narrow(), ConfigReload(config(), lambda: after, kept.append)
    for _ in range(2):  # what was refused is tried again by the next one
        with pytest.raises(UsageError, match="max_drawdown is too wide; taken: SetLimit done"):
            reloading.carry_out(desk, ASKED)
    assert kept == []


def test_law_3_a_file_that_did_not_change_asks_for_nothing(tmp_path: Path) -> None:
    file = tmp_path / "traider.toml"
    file.write_text("[limits]\nmax_exposure = 1.0\n", encoding="utf-8")
    desk = KeepingDesk()
    reloading = ConfigReload(load_config(file), lambda: load_config(file))
    assert "no limit" in reloading.carry_out(desk, ASKED)
    file.write_text("[limits]\nmax_exposure = 0.8\n[costs]\ntaker_fee = 0.002\n", encoding="utf-8")
    told = reloading.carry_out(desk, ASKED)
    assert told == "SetLimit done; not taken without a start: costs.taker_fee"
    (command,) = desk.asked
    assert isinstance(command, SetLimit)
    assert (command.name, command.who, command.why) == ("max_exposure", "reload", "ana: weekend")
    assert "no limit" in reloading.carry_out(desk, ASKED)


def test_a_file_that_is_wrong_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "traider.toml"
    file.write_text("[limits]\nmax_exposure = 1.0\n", encoding="utf-8")
    desk = KeepingDesk()
    reloading = ConfigReload(load_config(file), lambda: load_config(file))
    file.write_text("[limits]\nmax_exposure = -1\n", encoding="utf-8")
    with pytest.raises(UsageError, match="not read again") as found:
        reloading.carry_out(desk, ASKED)
    assert isinstance(found.value.__cause__, ConfigError)
    assert desk.asked == []


def test_the_front_desk_reads_files_and_passes_the_rest_on(tmp_path: Path) -> None:
    desk = KeepingDesk()
    front = FrontDesk(desk, tmp_path)
    with pytest.raises(UsageError, match="no configuration file"):
        front.command(ASKED)
    leave_kill(tmp_path, Kill(**WHO))
    assert front.command(Kill(**WHO)) == "Kill done"
    assert found_kill(tmp_path) is None
    assert front.command(Rearm(**WHO)) == "Rearm done"
    assert front.status() == desk.status()
    reloading = ConfigReload(config(), lambda: config(limits={"max_leverage": 0.9}))
    assert FrontDesk(desk, tmp_path, reloading).command(ASKED) == "SetLimit done"
