"""``traider stress``: one object, a table, a page, and one line for what cannot be."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from tests.runtime.stress.through.test_series import DEMO, DONE, kept
from tests.written_bars import HOUR_MS, write_bars
from traider.cli.main import run

Capture = pytest.CaptureFixture[str]
START_MS = 1_577_836_800_000
HOURS = 24 * 60


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Sixty days of hours: bitcoin falls by half in the middle, ether twice as far by the hour."""
    folder = tmp_path / "bars"
    folder.mkdir()
    steps = 0.002 * np.where(np.arange(HOURS) % 2, 1.0, -1.0)
    steps[700:710] = -0.05
    for name, beta in (("BTC", 1.0), ("ETH", 2.0)):
        closes = 1_000.0 * np.cumprod(1.0 + beta * steps)
        times = (START_MS + np.arange(HOURS) * HOUR_MS).tolist()
        write_bars(folder / f"BINANCE-{name}-USDT-1h.parquet", times, closes.tolist())
    return folder


@pytest.fixture
def positions(tmp_path: Path) -> Path:
    path = tmp_path / "book.csv"
    path.write_text("instrument,quantity,price\nBTC-USDT,2,1000\nETH-USDT,1,500\n")
    return path


def scenarios(said: list[str], capsys: Capture) -> tuple[dict[str, Any], dict[str, Any]]:
    assert run(["stress", *said, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    return body, {each["scenario"]: each for each in body["scenarios"]}


def test_one_object_with_everything(
    data: Path, positions: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "out"
    said = ["--positions", str(positions), "--data", str(data), "--out", str(out)]
    body, by = scenarios(said, capsys)
    assert (body["equity"], body["gross"], body["cash"]) == ("2500.00", "2500.00", "0.00")
    crash = by["flash-crash"]
    # 2000 falls by 20 %, 500 by 40 %: ether's beta of hours is two.
    assert float(crash["price"]) == pytest.approx(600.0, abs=0.1)
    assert crash["limits"]
    # No breaker is on: those of a live run are shown, and that is said.
    assert "price-jump" in {each["breaker"] for each in crash["breakers"]}
    assert [note for note in body["notes"] if "breakers.preset = live" in note]
    assert not crash["liquidated"]
    falls = [each for name, each in by.items() if name.startswith("fall-")]
    window = max(falls, key=lambda each: float(each["loss"]))
    assert "by beta" not in window["meaning"]
    assert float(window["price"]) == pytest.approx(
        2000 * (1 - 0.95**10) + 500 * (1 - 0.9**10), rel=0.02
    )
    assert by["outage-hour"]["positions"][0]["move"] == "-0.050000"
    assert json.loads((out / "stress.json").read_text())["worst"] == body["worst"]
    page = (out / "stress.html").read_text()
    assert "Flash crash" in page
    assert "2020-01-30" in page


def test_limits_and_breakers_of_the_settings_are_judged(
    data: Path, positions: Path, tmp_path: Path, capsys: Capture
) -> None:
    settings = tmp_path / "own.toml"
    settings.write_text(
        "[limits]\nmax_var = 0.001\n[breakers.spread]\naction = 'halt'\nspread = 0.01\n"
        "[breakers.price_jump]\naction = 'alert'\nmove = 0.04\nwindow_s = 3600\n"
    )
    said = ["--positions", str(positions), "--data", str(data), "--config", str(settings)]
    body, by = scenarios(said, capsys)
    assert any(line.startswith("VaR: adds nothing") for line in by["gap-down"]["limits"])
    assert [each["breaker"] for each in by["spread"]["breakers"]] == []
    assert not [note for note in body["notes"] if "breakers.preset" in note]
    falls = [each for name, each in by.items() if name.startswith("fall-")]
    jumps = [each for fall in falls for each in fall["breakers"]]
    assert {each["action"] for each in jumps} == {"alert"}
    assert max(each["number"] for each in jumps) == pytest.approx(0.1, rel=0.01)


def test_worth_and_borrowed_money(data: Path, positions: Path, capsys: Capture) -> None:
    said = ["--positions", str(positions), "--data", str(data), "--equity", "500"]
    body, by = scenarios(said, capsys)
    assert body["cash"] == "-2000.00"
    assert by["flash-crash"]["liquidated"]
    # What is owed in a currency that falls is a gain.
    assert float(by["depeg"]["cash"]) == -240.0


def test_without_data_it_says_what_it_assumes(positions: Path, capsys: Capture) -> None:
    assert run(["stress", "--positions", str(positions)]) == 0
    shown = capsys.readouterr().out
    assert "Flash crash" in shown
    assert "assumed, no window tried" in shown
    assert "Fall of" not in shown


def test_an_empty_book_can_lose_its_peg_alone(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "book.csv"
    path.write_text("instrument,quantity,price\nBTC-USDT,0,1000\n")
    body, by = scenarios(["--positions", str(path), "--equity", "100"], capsys)
    assert body["cash"] == "100.00"
    assert {name for name, each in by.items() if float(each["loss"])} == {"depeg"}
    assert by["depeg"]["loss"] == "12.00"


def test_an_instrument_of_which_only_a_price_is_known(data: Path, capsys: Capture) -> None:
    book = data / "book.json"
    book.write_text('{"positions": [{"instrument": "ETH-USDT", "quantity": -1}]}')
    body, by = scenarios(["--positions", str(book), "--data", str(data)], capsys)
    assert float(body["net"]) < 0
    assert float(by["gap-up"]["price"]) > 0 > float(by["gap-down"]["price"])


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ([], "needs one book"),
        (["--positions", "{book}", "--state", "x"], "needs one book"),
        (["--positions", "{book}", "--equity", "-3"], "is no worth above 0"),
        (["--positions", "{book}", "--equity", "1e400"], "at most 1,000,000,000,000,000"),
        (["--state", "nowhere"], "holds no run"),
        (["--state", "nowhere", "--equity", "3"], "a run has its own worth"),
        (["--positions", "{bare}"], "the price of BTC-USDT is not known"),
    ],
)
def test_what_cannot_be_is_one_line(
    positions: Path, said: list[str], line: str, capsys: Capture
) -> None:
    bare = positions.with_name("bare.csv")
    bare.write_text("instrument,quantity\nBTC-USDT,1\n")
    words = [word.format(book=positions, bare=bare) for word in said]
    assert run(["stress", *words]) == 2
    assert line in capsys.readouterr().err


def test_what_the_whole_trader_lived_through_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    kept(tmp_path, DONE)
    said = ["stress", "--through", "--config", str(DEMO), "--out", str(tmp_path)]
    assert run([*said, "--scenario", "flash-crash", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["whole"]
    assert [each["loss"] for each in body["scenarios"]] == ["12.50"]
    assert "flash-crash" in (tmp_path / "through.html").read_text()
    broken = replace(DONE, broken=("lost: an order",), breakers=("outage",), by_hand=True)
    monkeypatch.setattr("traider.cli.stress_through.live_through", lambda *_: (broken,))
    assert run([*said, "--scenario", "flash-crash"]) == 1
    shown = capsys.readouterr().out
    assert "BROKEN flash-crash: lost: an order" in shown
    assert "bought by hand" in shown
    assert "lost: an order" in (tmp_path / "through.html").read_text()


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (["--through", "--scenario", "rain"], "'rain' is no scenario"),
        (["--through", "--scenario", "2021-09-07"], "needs the bars of then"),
        (["--through", "--state", "x"], "lives through its own book"),
        (["--through", "--config", "nowhere.toml"], "there is no nowhere.toml here"),
        (["--state", "x", "--scenario", "gap-up"], "named for --through alone"),
    ],
)
def test_what_cannot_be_lived_through_is_one_line(
    said: list[str], line: str, capsys: Capture
) -> None:
    assert run(["stress", *said]) == 2
    assert line in capsys.readouterr().err


def test_one_bar_of_the_past_says_no_worst_period(tmp_path: Path, capsys: Capture) -> None:
    write_bars(tmp_path / "BINANCE-BTC-USDT-1h.parquet", [START_MS], [1_000.0])
    path = tmp_path / "book.csv"
    path.write_text("instrument,quantity\nBTC-USDT,2\n")
    _, by = scenarios(["--positions", str(path), "--data", str(tmp_path)], capsys)
    assert "15% in an hour, assumed" in by["outage-hour"]["meaning"]
    assert float(by["outage-day"]["price"]) == pytest.approx(800.0)
