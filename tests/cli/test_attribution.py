"""``traider attribution``: every view of a recorded run sums to its profit, to the last unit."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.parity.recorded_runs import recorded, rewritten, settings
from traider.cli.main import run
from traider.domain.errors import Interrupted
from traider.domain.events import EventArray, Kind
from traider.runtime.books.nav_replay import replayed_nav
from traider.runtime.books.run_attribution import VIEWS, run_attribution
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.status_body import Mode

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize("mode", [Mode.PAPER, Mode.DEMO])
def test_every_view_sums_to_the_profit(mode: Mode, tmp_path: Path, capsys: Capture) -> None:
    folder = recorded(tmp_path / "run", settings("level2-iceberg"), mode=mode)
    assert run(["attribution", "--state", str(folder), "--json"]) == 0
    body: dict[str, Any] = json.loads(capsys.readouterr().out)
    recorded_run = RecordedRun.open(folder)
    last = replayed_nav(recorded_run)[-1]
    total = Decimal(int(last["nav"]) - recorded_run.spec().capital_units) / 10**8
    assert Decimal(body["total"]) == total != 0
    assert list(body["views"]) == [name for name in VIEWS if name != "cost"] + ["cost"]
    for view in body["views"].values():
        assert sum(map(Decimal, view.values())) == total
        assert "unexplained" not in view
    assert body["trades"] > 0
    fees = Decimal(body["views"]["cost"]["maker_fees"]) + Decimal(
        body["views"]["cost"]["taker_fees"]
    )
    assert -fees == Decimal(int(last["fees"])) / 10**8
    assert set(body["views"]["regime"]) <= {"calm", "normal", "wild", "unknown"}
    alphas = {alpha.name for alpha in recorded_run.spec().alphas}
    assert alphas <= set(body["views"]["alpha"])
    asked = ["attribution", "--state", str(folder), "--by", "hour", "--by", "side"]
    assert run(asked) == 0
    shown = capsys.readouterr().out
    assert "hour" in shown
    assert "alpha" not in shown


def test_a_journal_that_is_not_its_replay_is_refused(tmp_path: Path, capsys: Capture) -> None:
    def changed(events: EventArray) -> EventArray:
        events["size"][int((events["kind"] == Kind.ORDER_INTENT).argmax())] += 2
        return events

    folder = recorded(tmp_path / "run", settings("level2-iceberg"))
    with pytest.raises(Interrupted):
        run_attribution(folder, stop=lambda: True)
    assert run(["attribution", "--state", str(rewritten(folder, changed))]) == 3
    assert "its replay makes something else" in capsys.readouterr().err
