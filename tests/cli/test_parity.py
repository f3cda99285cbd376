"""``traider parity``: what it prints, its exit codes, and its one-line errors."""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.parity.recorded_runs import recorded, rewritten, settings
from traider.cli.main import run
from traider.domain.events import EventArray, Kind
from traider.runtime.status_body import Mode

Capture = pytest.CaptureFixture[str]


def test_an_identical_run_is_told_and_ends_with_0(tmp_path: Path, capsys: Capture) -> None:
    folder = str(recorded(tmp_path))
    assert run(["parity", folder, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["ok"] is True
    assert [check["name"] for check in body["checks"]] == [
        "journal",
        "settings",
        "decisions",
        "back-test",
    ]
    assert all(check["first_difference"] is None for check in body["checks"])
    assert len(body["fingerprint"]) == 32
    found = body["attribution"]
    assert (found["difference"], found["unexplained"]) == ("0.00000000", "0.00000000")
    assert found["back_test_fingerprint"] == body["fingerprint"]
    assert run(["parity", folder, "--quiet"]) == 0
    shown = capsys.readouterr().out
    assert "decisions: identical" in shown
    assert shown.rstrip().endswith("identical")


def test_the_difference_to_a_back_test_is_told_by_trade(tmp_path: Path, capsys: Capture) -> None:
    folder = str(recorded(tmp_path, settings("level2-iceberg"), mode=Mode.DEMO))
    assert run(["parity", folder, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["attribution"]
    assert list(found["parts"]) == ["signal", "latency", "fill", "fee", "funding", "data"]
    assert found["matched"]["both"] > 0
    assert {"kind", "run_orders", "back_test_orders", "total", "parts"} <= set(found["trades"][0])
    assert run(["parity", folder]) == 0
    shown = capsys.readouterr().out
    assert "beside a back-test of the market's events alone" in shown
    assert "of which" in shown
    assert "latency: as measured, in time of the market" in shown
    assert "% of its profit or loss" in shown
    assert "with the latency of the settings, " in shown


def test_what_the_back_test_assumes_is_told(tmp_path: Path, capsys: Capture) -> None:
    folder = str(recorded(tmp_path, settings("level2-iceberg"), mode=Mode.DEMO))
    found = {}
    for latency in ("measured", "settings"):
        assert run(["parity", folder, "--json", "--latency", latency]) == 0
        found[latency] = json.loads(capsys.readouterr().out)["attribution"]
    measured, plain = found["measured"], found["settings"]
    assert measured["back_test"]["latency"] == "as measured"
    assert measured["back_test"]["orders_us"]["count"] > 0
    assert measured["back_test"]["fill_tier"] == plain["back_test"]["fill_tier"]
    assert plain["back_test"]["latency"] == "as in the settings"
    assert (plain["back_test"]["orders_us"], plain["with_latency_of_settings"]) == (None, None)
    # Both ways lead to the same back-test.
    apart = measured["with_latency_of_settings"]
    assert apart["back_test_profit"] == plain["back_test_profit"]
    assert apart["difference"] == plain["difference"]
    alone = Decimal(measured["back_test_profit"]) - Decimal(plain["back_test_profit"])
    assert Decimal(apart["by_latency_alone"]) == alone
    assert {"kind", "ts", "total"} <= set(apart["trades"][0])
    for body in found.values():
        share = float(body["difference"]) / abs(float(body["run_profit"]))
        assert body["share_of_profit"] == pytest.approx(share)
        turned = float(body["difference"]) / float(body["turnover"])
        assert body["share_of_turnover"] == pytest.approx(turned)


def test_a_changed_decision_ends_with_1_and_names_it(tmp_path: Path, capsys: Capture) -> None:
    def changed(events: EventArray) -> EventArray:
        events["size"][np.flatnonzero(events["kind"] == Kind.ORDER_INTENT)[3]] += 2
        return events

    folder = str(rewritten(recorded(tmp_path), changed))
    assert run(["parity", folder, "--json"]) == 1
    body = json.loads(capsys.readouterr().out)
    assert (body["ok"], body["attribution"]) == (False, None)
    assert "ORDER_INTENT" in body["checks"][2]["first_difference"]
    assert run(["parity", folder]) == 1
    shown = capsys.readouterr().out
    (line,) = [line for line in shown.splitlines() if "decisions: DIFFERENT" in line]
    assert "ORDER_INTENT of instrument 0: size" in line
    assert shown.rstrip().endswith("different")


def test_a_folder_without_a_run_is_one_line(tmp_path: Path, capsys: Capture) -> None:
    assert run(["parity", str(tmp_path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert line.endswith("holds no run; name the --state folder of traider run")
