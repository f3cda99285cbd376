"""Scenarios that are done are kept, and done once; one is lived through for real."""

from pathlib import Path
from typing import Final

import msgspec
import pytest

from traider.domain.errors import DataError, Interrupted, UsageError
from traider.runtime.config import load_config
from traider.runtime.config_model import config_digest
from traider.runtime.stress.through import markets, passing
from traider.runtime.stress.through.markets import MINUTE_NS
from traider.runtime.stress.through.passing import EAGER
from traider.runtime.stress.through.scenarios import (
    FAULTS,
    MADE,
    WINDOWS,
    ThroughScenario,
    all_scenarios,
    scenario_named,
)
from traider.runtime.stress.through.series import (
    RESULTS_NAME,
    ThroughOrder,
    ThroughResult,
    live_through,
)
from traider.venues.simulated.faults.rules import FaultRule, check_rule

DEMO: Final = Path(__file__).parents[4] / "examples" / "demo.toml"
CRASH: Final = ThroughScenario("flash-crash", "none")
DONE: Final = ThroughResult(scenario="flash-crash", move=-0.2, loss="12.50", orders=3, fills=2)


def kept(folder: Path, *results: ThroughResult, digest: str = "") -> Path:
    """Leave results in a folder as a series does."""
    own = digest or config_digest(load_config(DEMO, EAGER)).hex()
    body = {"digest": own, "results": list(results)}
    (folder / RESULTS_NAME).write_bytes(msgspec.json.encode(body))
    return folder


def silent(_done: float, _what: str) -> None:
    """Hear nothing."""


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_one_that_the_exchange_takes(name: str) -> None:
    for fault in FAULTS[name]:
        check_rule(FaultRule(**fault))


def test_every_scenario_has_a_name_that_finds_it() -> None:
    found = all_scenarios(has_past=True)
    assert [scenario_named(each.name) for each in found] == list(found)
    assert {each.market for each in found} == {*MADE, *WINDOWS}
    assert {each.fault for each in found} == set(FAULTS)
    assert all(each.begins_ns is None for each in all_scenarios(has_past=False))
    assert scenario_named("flash-crash+flood") is None
    assert scenario_named("2019-01-01") is None


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    order = ThroughOrder((CRASH,), DEMO, out=kept(tmp_path, DONE))
    assert live_through(order, silent) == (DONE,)


def test_results_of_another_trader_are_refused(tmp_path: Path) -> None:
    order = ThroughOrder((CRASH,), DEMO, ("capital=5",), out=kept(tmp_path, DONE))
    with pytest.raises(UsageError, match="results of other settings"):
        live_through(order, silent)
    (tmp_path / RESULTS_NAME).write_text("{")
    with pytest.raises(DataError, match="cannot be read"):
        live_through(order, silent)


@pytest.mark.slow
def test_a_trader_lives_through_a_crash_and_keeps_every_law(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passing, "SPEED", 60.0)
    monkeypatch.setattr(passing, "AFTER_NS", 4 * MINUTE_NS)
    monkeypatch.setattr(passing, "_WAITS_NS", 2 * MINUTE_NS)
    monkeypatch.setattr(passing, "BY_HAND_NS", MINUTE_NS)
    monkeypatch.setattr(markets, "BEFORE_NS", 3 * MINUTE_NS)
    told: list[str] = []
    order = ThroughOrder((CRASH,), DEMO, out=tmp_path)
    (found,) = live_through(order, lambda _done, what: told.append(what))
    # A busy machine may be late with the strategy's first order: then something is bought by hand.
    assert found.broken == ()
    assert found.orders
    assert found.move == pytest.approx(-0.2, abs=0.02)
    assert "price-jump" in found.breakers
    assert "flash-crash: +0 min from the shock" in told

    def ends(_done: float, what: str) -> None:
        raise Interrupted(what)

    with pytest.raises(Interrupted):
        live_through(ThroughOrder((ThroughScenario("gap-up", "none"),), DEMO), ends)
    assert live_through(order, silent) == (found,)
