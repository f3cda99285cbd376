"""An attribution is made beside the answers, kept, and made anew when that is worth its time."""

import json
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.api.served import Caller
from traider.api.books.attribution import AttributionKeeper
from traider.api.problems import ConflictError
from traider.cli.main import run as run_command
from traider.domain.errors import DataError

BODY: dict[str, Any] = {
    "currency": "USDT",
    "total": "-1.50",
    "trades": 2,
    "regime_step_s": 1,
    "journal_events": 10,
    "until_ns": 5,
    "views": {"side": {"long": "-2.00", "short": "0.50"}},
}


def test_it_is_made_once_for_all_who_ask(tmp_path: Path) -> None:
    made: list[int] = []
    go = threading.Event()

    def make() -> dict[str, Any]:
        made.append(1)
        assert go.wait(30.0)
        return BODY

    keeper = AttributionKeeper(tmp_path, make)
    with pytest.raises(ConflictError, match="still being replayed"):
        keeper.get(10, wait_s=0.0)
    found: list[str] = []
    several = [threading.Thread(target=lambda: found.append(keeper.get(10).total)) for _ in "abcd"]
    for each in several:
        each.start()
    go.set()
    for each in several:
        each.join(30.0)
    assert (found, made) == (["-1.50"] * 4, [1])
    # Nothing new is in the journal, or what is new may wait: what was made stays.
    assert keeper.get(10).views[0].parts[1].value == "0.50"
    assert keeper.get(11).journal_events == 10
    assert made == [1]


def test_a_fault_is_told_and_the_next_one_tries_again(tmp_path: Path) -> None:
    faults = [DataError("its replay makes something else")]

    def make() -> dict[str, Any]:
        if faults:
            raise faults.pop()
        return BODY

    keeper = AttributionKeeper(tmp_path, make)
    with pytest.raises(DataError, match="something else"):
        keeper.get(10)
    assert keeper.get(10).trades == 2


def test_a_folder_without_a_run_is_told_in_one_line(tmp_path: Path) -> None:
    keeper = AttributionKeeper(tmp_path / "none")
    keeper.close()
    with pytest.raises(ConflictError, match="the API ends"):
        keeper.get(10)


@pytest.mark.slow
def test_the_parts_of_each_view_sum_to_the_total(
    viewer: Caller, traded_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["attribution", "--state", str(traded_state), "--json"]) == 0
    wanted = json.loads(capsys.readouterr().out)
    answer = viewer.get("/api/v1/portfolio/attribution")
    while answer.status == 409 and "still being replayed" in answer.json["detail"]:
        answer = viewer.get("/api/v1/portfolio/attribution")
    assert answer.status == 200, answer.body
    told = answer.json
    assert {each["by"] for each in told["views"]} == set(wanted["views"])
    for view in told["views"]:
        parts = {each["name"]: each["value"] for each in view["parts"]}
        assert parts == wanted["views"][view["by"]]
        assert sum(map(Decimal, parts.values()), Decimal(0)) == Decimal(told["total"])
    assert told["total"] == wanted["total"]
    assert told["journal_events"] == wanted["journal_events"] > 0
