"""Risk of a traded run is what the command line tells of the same folder, and what the gate has."""

import json
import operator
import random
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from tests.api.people import enter
from tests.api.served import Caller, serving_on
from tests.api.traded_runs import CHANGE, CURRENCY
from tests.written_bars import HOUR_MS, write_bars
from traider.api.rights import Role
from traider.api.terms import ApiTerms
from traider.cli.main import run
from traider.runtime.config import load_config
from traider.runtime.config_limits import LimitsConfig
from traider.runtime.control.limit_names import LIMIT_NAMES
from traider.runtime.status_file import read_status

NAME = "BINANCE:BTC-USDT-PERP"
START_MS = 1_700_006_400_000


def got(caller: Caller, path: str) -> Any:
    answer = caller.made(f"/api/v1/{path}")
    assert answer.status == 200, answer.body
    return answer.json


def printed(capsys: pytest.CaptureFixture[str], *command: str) -> Any:
    """Return what a command prints as JSON."""
    capsys.readouterr()
    assert run([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_every_limit_is_told_with_its_use_and_who_changed_it(
    viewer: Caller, traded_state: Path
) -> None:
    body = got(viewer, "risk/limits")
    rows = {row["name"]: row for row in body["items"]}
    assert list(rows) == list(LIMIT_NAMES)
    status = read_status(traded_state)
    assert status is not None
    assert {name: row["value"] for name, row in rows.items() if row["value"]} == status.limits
    changed = rows["max_order_notional"]
    assert (changed["value"], changed["source"]) == (float(CHANGE.value), "changed")
    assert changed["changed"]["who"] == "ana"
    assert changed["changed"]["why"] == CHANGE.why
    assert (changed["changed"]["before"], changed["begun_with"]) == (50_000.0, 50_000.0)
    assert changed["used"] is None
    assert rows["max_gross_exposure"]["source"] == "settings"
    assert rows["max_exposure"]["source"] == "default"
    assert rows["max_exposure"]["default"] == LimitsConfig().max_exposure
    nav, (position,) = Decimal(status.nav), status.positions
    exposure = float(abs(Decimal(position.value)) / nav)
    for name in ("max_exposure", "max_gross_exposure", "max_leverage"):
        assert rows[name]["used"] >= exposure * 0.999
        assert rows[name]["share"] == pytest.approx(rows[name]["used"] / rows[name]["value"])
    assert rows["max_exposure"]["instrument"] == NAME
    assert rows["max_positions"]["used"] == 1.0
    assert rows["max_drawdown"]["used"] == pytest.approx(float(status.drawdown), abs=1e-6)
    assert rows["max_orders_per_minute"]["used"] >= 1.0
    assert rows["max_data_age_s"]["used"] < 60.0
    assert all(row["meaning"] and row["unit"] for row in rows.values())
    assert rows["max_order_notional"]["unit"] == CURRENCY


def test_exposure_is_that_of_the_status(viewer: Caller, traded_state: Path) -> None:
    body = got(viewer, "risk/exposure")
    status = read_status(traded_state)
    assert status is not None
    (row,), (position,) = body["instruments"], status.positions
    assert row["name"] == NAME
    assert Decimal(row["value"]) == pytest.approx(Decimal(position.value), rel=Decimal("1e-6"))
    assert body["gross"] == pytest.approx(abs(row["exposure"]))
    assert body["net"] == pytest.approx(row["exposure"])
    assert body["leverage"] >= body["gross"]
    assert (body["groups"], body["currency"]) == ([], CURRENCY)


def test_what_was_measured_is_what_traider_var_prints(
    viewer: Caller, traded_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = printed(capsys, "var", "--state", str(traded_state))
    body = got(viewer, "risk/var")
    assert body["measured"] == told
    tried = got(viewer, "risk/var/backtest")
    assert tried["tests"] == tried["cones"] == []
    assert "no bars are at hand" in tried["notes"][0]


def test_stress_is_what_traider_stress_prints(
    viewer: Caller, traded_state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = printed(capsys, "stress", "--state", str(traded_state))
    body = got(viewer, "risk/stress")
    assert [row["scenario"] for row in body["items"]] == [
        row["scenario"] for row in told["scenarios"]
    ]
    for row, known in zip(body["items"], told["scenarios"], strict=True):
        assert (row["loss"], row["is_liquidated"]) == (known["loss"], known["liquidated"])
        assert row["of_equity"] == pytest.approx(known["of_equity"], abs=1e-6)
        assert row["limits"] == known["limits"]
        assert [each["loss"] for each in row["positions"]] == [
            each["loss"] for each in known["positions"]
        ]
    assert (body["worst"], body["equity"]) == (told["worst"], told["equity"])
    assert got(viewer, "risk/stress")["made_ns"] == body["made_ns"]


def test_stress_is_made_anew_by_whoever_may_work(viewer: Caller, traded_state: Path) -> None:
    assert viewer.post("/api/v1/risk/stress").status == 403
    before = got(viewer, "risk/stress")["made_ns"]
    with serving_on(ApiTerms(traded_state, load_config())) as url, Caller(url) as caller:
        answer = enter(caller, traded_state, Role.TRADER).post("/api/v1/risk/stress")
        # The first one begins a process: it is on its way, and comes with GET.
        assert answer.status == 202
        assert answer.json["being_made"] is True
        first = got(caller, "risk/stress")["made_ns"]
        assert first > before
        assert caller.post("/api/v1/risk/stress").status in (200, 202)
        while (later := got(caller, "risk/stress")["made_ns"]) == first:
            time.sleep(0.05)
        assert later > first


def test_breakers_are_told_open_or_closed(viewer: Caller) -> None:
    rows = {row["name"]: row for row in got(viewer, "risk/breakers")["items"]}
    assert {"daily-loss", "drawdown-halt", "price-jump", "spread"} <= set(rows)
    loss = rows["daily-loss"]
    assert (loss["state"], loss["action"], loss["bound"]) == ("closed", "close-only", 0.03)
    assert (loss["closes_by"], loss["left_s"], loss["since_ns"]) == ("a person", None, None)
    assert (loss["words"], loss["instrument"]) == ("bound 3 %", "")
    assert rows["spread"]["instrument"] == NAME
    assert rows["spread"]["closes_by"] == "itself"


def test_correlation_is_a_matrix_of_the_instruments(viewer: Caller) -> None:
    body = got(viewer, "risk/correlation")
    assert body["instruments"] == [NAME]
    assert len(body["matrix"]) == len(body["volatilities"]) == len(body["samples"]) == 1
    assert (body["interval_s"], body["threshold"]) == (300.0, 0.7)


@pytest.fixture(scope="module")
def with_bars(
    traded_state: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Caller, Path]]:
    """A viewer of the run beside a folder of bars: enough hours for a back-test."""
    data = tmp_path_factory.mktemp("data") / "bars"
    data.mkdir()
    chance = random.Random(5)  # noqa: S311 - the same each time
    closes = [*accumulate((chance.gauss(1.0, 0.01) for _ in range(2_400)), operator.mul)]
    times = [START_MS + place * HOUR_MS for place in range(len(closes))]
    write_bars(data / "BINANCE-BTC-USDT-1h.parquet", times, [100.0 * each for each in closes])
    terms = ApiTerms(traded_state, load_config(), data)
    with serving_on(terms) as url, Caller(url) as caller:
        yield enter(caller, traded_state, Role.VIEWER), data


def test_the_back_test_of_var_is_the_one_of_traider_var(
    with_bars: tuple[Caller, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    caller, data = with_bars
    body = got(caller, "risk/var/backtest?model=normal&level=0.99")
    book = tmp_path / "book.csv"
    book.write_text("instrument,quantity\nBINANCE:BTC-USDT,1\n")
    position = got(caller, "risk/exposure")["instruments"][0]
    if position["value"].startswith("-"):
        book.write_text("instrument,quantity\nBINANCE:BTC-USDT,-1\n")
    told = printed(capsys, "var", "--positions", str(book), "--data", str(data))
    assert body["tests"] == told["backtests"]
    assert body["source"] == "the positions held then"
    assert f"BINANCE:BTC-USDT stands for {NAME}" in body["notes"]
    assert any(note.startswith("1d: ") for note in body["notes"])
    (cone,) = body["cones"]
    assert (cone["model"], cone["level"], cone["horizon"]) == ("normal", 0.99, "1h")
    assert len(cone["instants"]) == len(cone["returns"]) == len(cone["forecasts"]) == 500
    assert cone["breaches"] == [
        place
        for place, (made, feared) in enumerate(zip(cone["returns"], cone["forecasts"], strict=True))
        if -made > feared
    ]
    assert got(caller, "risk/var/backtest?model=normal&level=0.99") == body
    assert caller.get("/api/v1/risk/var/backtest?model=guess").status == 422
