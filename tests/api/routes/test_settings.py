"""Settings of a run over a real connection: in force, who changed them, what a change would do."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.api.people import enter
from tests.api.served import Caller, serving, serving_on
from tests.runtime.books.written_runs import WrittenRun
from traider.api.rights import Role
from traider.api.terms import ApiTerms
from traider.runtime.config import load_with_origins
from traider.runtime.control.commands import SetLimit, SetThreshold


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    state = tmp_path_factory.mktemp("settings") / "run"
    with WrittenRun(state) as run:
        run.book(640_000, 640_001)
        for value in ("0.3", "0.2"):
            run.asked(
                SetLimit(who="ana", why=f"to {value}", name="max_drawdown", value=Decimal(value))
            )
        run.asked(SetThreshold(who="bob", why="calmer", name="enter", value=Decimal("0.9")))
        run.trade(640_001, 100)
    with serving(state) as url, Caller(url) as asks:
        yield enter(asks, state, Role.VIEWER)


def rows(caller: Caller) -> dict[str, dict[str, Any]]:
    answer = caller.get("/api/v1/settings")
    assert answer.status == 200, answer.json
    names = [each["name"] for each in answer.json["groups"]]
    assert len(names) == len(set(names))
    return {row["key"]: row for group in answer.json["groups"] for row in group["settings"]}


def test_each_setting_tells_what_is_in_force_and_who_changed_it_last(caller: Caller) -> None:
    found = rows(caller)
    drawdown = found["limits.max_drawdown"]
    assert (drawdown["value"], drawdown["default"], drawdown["control"]) == (0.2, 0.3, "limits")
    assert (drawdown["changed_by"], drawdown["changed_why"]) == ("ana", "to 0.2")
    assert drawdown["changed_ns"] > 0
    assert not drawdown["is_as_file"]
    assert (drawdown["origin"], drawdown["changed_from"]) == ("event", 0.3)
    assert drawdown["unit"] == "of the peak of equity"
    assert found["limits.max_order_notional"]["unit"] == "USDT"
    enter_at = found["strategy.enter"]
    assert (enter_at["value"], enter_at["changed_by"]) == (0.9, "bob")
    capital = found["capital"]
    assert (capital["control"], capital["changed_by"], capital["changed_ns"]) == ("", "", None)
    assert all(row["description"] for row in found.values())
    weights = [row for key, row in found.items() if key.endswith(".weight")]
    assert weights
    assert {row["control"] for row in weights} == {"weights"}


def test_each_setting_tells_where_it_came_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, file = tmp_path / "run", tmp_path / "trader.toml"
    with WrittenRun(state) as run:
        run.book(640_000, 640_001)
    file.write_text("[api]\nrequests_at_once = 300\n", encoding="utf-8")
    monkeypatch.setenv("TRAIDER_API__PORT", "8123")
    loaded = load_with_origins(file, ("api.two_person=true", "capital=77"))
    terms = ApiTerms(state, loaded.config, state / "data", layers=loaded.layers)
    with serving_on(terms) as url, Caller(url) as asks:
        found = rows(enter(asks, state, Role.VIEWER))
    told = {key: (row["origin"], row["place"], row["unit"]) for key, row in found.items()}
    assert told["api.requests_at_once"] == ("file", "trader.toml", "")
    assert told["api.port"] == ("environment", "TRAIDER_API__PORT", "")
    assert told["api.two_person"] == ("command line", "api.two_person", "")
    assert told["api.session_hours"] == ("default", "", "hours")
    # The run keeps what it was begun with.
    assert told["capital"][0] == "run"
    assert found["capital"]["file_value"] == "77"


def test_a_change_is_shown_before_it_is_made(caller: Caller) -> None:
    asked = {
        "limits.max_drawdown": "0.4",
        "limits.max_exposure": "0.01",
        "limits.max_daily_loss": "7",
        "strategy.enter": "0.5",
        "capital": "5",
        "no.such": "1",
    }
    body = {"changes": [{"key": key, "value": value} for key, value in asked.items()]}
    answer = caller.post("/api/v1/settings/preview", body)
    assert answer.status == 200, answer.json
    found = {each["key"]: each for each in answer.json["changes"]}
    raised = found["limits.max_drawdown"]
    assert (raised["before"], raised["control"], raised["wants_fresh_code"]) == (
        0.2,
        "limits",
        True,
    )
    assert found["limits.max_exposure"]["wants_fresh_code"] is False
    assert found["limits.max_daily_loss"]["fault"]
    assert found["limits.max_daily_loss"]["control"] == ""
    assert (found["strategy.enter"]["before"], found["strategy.enter"]["control"]) == (
        0.9,
        "thresholds",
    )
    assert "begin another run" in found["capital"]["fault"]
    assert found["no.such"]["fault"] == "there is no such setting"
    assert rows(caller)["limits.max_drawdown"]["value"] == 0.2
