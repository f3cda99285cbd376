"""What a back-test leaves behind explains its orders, and takes its profit apart.

Laws:
1. A refusal is told with every check, and with the size that would have passed.
2. Each view sums to the profit, to the last unit.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.backtest.report.small_run import small_plan, small_run
from traider.backtest.files import write_files
from traider.backtest.shown_checks import with_checks
from traider.cli.main import run

Capture = pytest.CaptureFixture[str]
SHOWN = 3
LARGEST = "1.5"
"""``limits.max_order_size`` of the run."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    write_files(with_checks(small_run(), small_plan(), SHOWN), folder)
    return folder


def rows(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / "reasons.parquet").to_pylist()
    return found


def said(arguments: list[str], capsys: Capture) -> dict[str, Any]:
    assert run([*arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_refusal_is_told_with_every_check_and_what_would_have_passed(
    results: Path, capsys: Capture
) -> None:
    refused = [row for row in rows(results) if row["verdict"] == "max_size"]
    assert refused
    row = refused[-1]
    found = said(["explain", str(row["order_id"]), "--state", str(results)], capsys)
    assert found["kind"] == "refusal"
    assert found["verdict"] == {"check": "max_size", "number": row["number"], "limit": 1.5}
    checks = {each["check"]: each for each in found["gate"]["checks"]}
    assert len(checks) > 5
    assert [name for name, each in checks.items() if not each["passed"]] == ["max-size"]
    assert checks["max-size"]["number"] == row["number"] > float(LARGEST)
    assert found["gate"]["otherwise"]["largest_size"] == LARGEST
    assert found["would_have_passed"] == f"would have passed at size {LARGEST} and less"
    assert run(["explain", str(row["order_id"]), "--state", str(results)]) == 0
    assert "FAILED  max-size" in capsys.readouterr().out


def test_what_is_known_of_other_orders_is_said(results: Path, capsys: Capture) -> None:
    told = {row["order_id"]: row["checks"] for row in rows(results)}
    shown = next(order for order, checks in told.items() if checks and all_passed(checks))
    other = next(order for order, checks in told.items() if checks is None)
    found = said(["explain", str(shown), "--state", str(results)], capsys)
    assert all(each["passed"] for each in found["gate"]["checks"])
    assert found["would_have_passed"].startswith("would have passed up to size")
    found = said(["explain", str(other), "--state", str(results)], capsys)
    assert (found["gate"], found["would_have_passed"]) == (None, None)
    assert any("its deciding check alone is known" in note for note in found["notes"])


def all_passed(checks: list[dict[str, Any]]) -> bool:
    return all(each["passed"] for each in checks)


def test_every_view_of_the_profit_sums_to_it(results: Path, capsys: Capture) -> None:
    body = said(["attribution", "--state", str(results)], capsys)
    chosen = small_run().chosen
    assert Decimal(body["total"]) == chosen.attribution.total != 0
    assert list(body["views"]) == ["alpha", "instrument", "side", "cost", "state", "hour"]
    for view in body["views"].values():
        assert sum(map(Decimal, view.values())) == Decimal(body["total"])
        assert "unexplained" not in view
    assert len(body["views"]["hour"]) > 1
    assert run(["attribution", "--state", str(results), "--by", "regime"]) == 2
    assert "keeps nothing to tell its profit by regime" in capsys.readouterr().err
    assert run(["attribution", "--state", str(results), "--by", "side"]) == 0
    assert "long" in capsys.readouterr().out
