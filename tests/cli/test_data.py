"""``traider data``: what it prints, its exit codes, and its one-line errors."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.backtest.bar_tables import START_MS
from tests.store.source_tables import NAME, hours, parts, write_csv, write_parquet
from traider.cli.data import column_options
from traider.cli.main import run
from traider.domain.errors import UsageError


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")


@pytest.fixture
def sound(tmp_path: Path) -> str:
    """The name of a file of sound bars."""
    return write_parquet(tmp_path / f"{NAME}.parquet", hours(60)).name


@pytest.fixture
def broken(tmp_path: Path) -> str:
    """The name of a file with an impossible bar."""
    columns = hours(60)
    columns["high"][40] = 1.0
    return write_parquet(tmp_path / f"{NAME}-broken.parquet", columns).name


def called(code: int, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Run ``traider data`` with --json; return the one object it prints."""
    assert run(["data", *arguments, "--json"]) == code
    shown = capsys.readouterr()
    assert shown.err == ""
    assert len(shown.out.splitlines()) == 1
    found: dict[str, Any] = json.loads(shown.out)
    return found


def refusal(code: int, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run ``traider data``; return its one line on stderr."""
    assert run(["data", *arguments]) == code
    shown = capsys.readouterr()
    assert shown.err.startswith("traider: error: ")
    assert len(shown.err.splitlines()) == 1
    return shown.err


def test_an_import_tells_what_became_of_every_row(
    sound: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "import", sound]) == 0
    shown = capsys.readouterr().out
    assert f"{sound}\n  60 rows = 60 imported + 0 known + 0 quarantined" in shown
    assert "BINANCE:BTC-USDT bars-1h: 60 imported, 2024-01-01T00:00:00Z to" in shown
    assert len(parts(Path("lake"))) == 3


def test_an_import_as_json(sound: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = called(0, capsys, "import", sound, "--to", "other")
    (file,) = body["files"]
    assert body["lake"] == "other"
    assert (file["rows"], file["imported"], file["duplicates"], file["quarantined"]) == (
        60,
        60,
        0,
        0,
    )
    assert file["series"][0]["folder"] == "other/venue=BINANCE/instrument=BTC-USDT/kind=bars-1h"
    assert (file["unit"], file["findings"], file["ignored_columns"]) == ("ms", [], [])
    assert called(0, capsys, "import", sound, "--to", "other")["files"][0]["duplicates"] == 60


def test_one_refused_file_does_not_keep_the_others_out(
    sound: str, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    body = called(3, capsys, "import", broken, sound, "gone.csv")
    assert [("error" in file) for file in body["files"]] == [True, False, True]
    assert body["files"][1]["imported"] == 60
    assert body["error"]["exit_code"] == 3
    assert body["error"]["line"] == body["files"][0]["error"]["line"]
    assert run(["data", "import", broken, sound, "gone.csv"]) == 3
    shown = capsys.readouterr()
    assert "60 known" in shown.out
    assert [line.split(": ")[2] for line in shown.err.splitlines()] == [broken, "gone.csv"]


def test_bad_rows_can_be_set_aside(broken: str, capsys: pytest.CaptureFixture[str]) -> None:
    (file,) = called(0, capsys, "import", broken, "--on-bad", "quarantine")["files"]
    assert (file["imported"], file["quarantined"]) == (59, 1)
    assert "impossible" in Path(file["quarantine_file"]).read_text("utf-8")
    assert run(["data", "import", broken, "--on-bad", "quarantine", "--quiet"]) == 0
    assert f"bad rows: {file['quarantine_file']}" in capsys.readouterr().out


def test_what_the_person_says_reaches_the_import(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = hours(60)
    columns["stamp"] = columns.pop("ts") * 1_000 + 3_600_000_000
    write_csv(tmp_path / "mine.csv", columns)
    options = "--venue okx --instrument ETH-USDT --kind bars --timeframe 1h --map ts=stamp"
    more = "--stamp close --unit us"
    (file,) = called(0, capsys, "import", "mine.csv", *options.split(), *more.split())["files"]
    assert file["series"][0]["series"] == "OKX:ETH-USDT bars-1h"
    assert file["series"][0]["first"] == "2024-01-01T00:00:00Z"
    assert file["unit"] == "us"


def test_the_lake_is_listed_and_described(sound: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "import", sound, "--quiet"]) == 0
    capsys.readouterr()
    (series,) = called(0, capsys, "list")["series"]
    assert (series["instrument"], series["kind"], series["days"]) == (
        "BINANCE:BTC-USDT",
        "bars-1h",
        3,
    )
    assert run(["data", "list"]) == 0
    assert "BINANCE:BTC-USDT  bars-1h" in capsys.readouterr().out
    for target in ("BINANCE:BTC-USDT", "btc-usdt", sound):
        (found,) = called(0, capsys, "describe", target)["series"]
        assert (found["rows"], found["decimals"]) == (60, 2)
        assert run(["data", "describe", target]) == 0
        assert "60 on 3 days" in capsys.readouterr().out
    Path("empty").mkdir()
    assert run(["data", "list", "empty"]) == 0
    assert capsys.readouterr().out == "the lake is empty\n"


def test_a_check_finds_and_says_so_by_its_code(
    sound: str, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert called(0, capsys, "check", sound)["files"] == [
        {"file": sound, "rows": 60, "errors": 0, "findings": []}
    ]
    body = called(1, capsys, "check", sound, broken)
    (finding,) = body["files"][1]["findings"]
    assert finding["kind"] == "ohlc-violations"
    assert finding["place"] == "row 40 (2024-01-02T16:00:00Z)"
    assert (finding["count"], finding["severity"]) == (1, "error")
    assert run(["data", "check", sound, broken]) == 1
    shown = capsys.readouterr().out
    assert f"{sound}\n  60 rows: nothing wrong" in shown
    assert f"{broken}\n  60 rows: 1 error, 0 warnings" in shown
    assert "row 40 (2024-01-02T16:00:00Z)" in shown


def test_a_check_of_warnings_alone_is_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = hours(60)
    columns["volume"][7] = 0.0
    write_parquet(tmp_path / f"{NAME}.parquet", columns)
    (file,) = called(0, capsys, "check", f"{NAME}.parquet")["files"]
    assert [finding["kind"] for finding in file["findings"]] == ["zero-volume"]


def test_a_lake_is_checked_series_by_series(sound: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "import", sound, "--quiet"]) == 0
    assert run(["data", "import", sound, "--venue", "okx", "--quiet"]) == 0
    capsys.readouterr()
    body = called(0, capsys, "check", "lake")
    assert [file["file"].split("/")[1] for file in body["files"]] == ["venue=BINANCE", "venue=OKX"]
    parts(Path("lake/venue=OKX").parent)[-1].write_bytes(b"PAR1")
    body = called(2, capsys, "check", "lake")
    assert "is damaged: it has 4 bytes" in body["files"][1]["error"]["line"]
    part = str(parts(Path("lake"))[0])
    assert called(0, capsys, "check", part)["files"][0]["rows"] == 24


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda path: path.exists(), "there is no such file"),
        (lambda path: path.mkdir(), "folder"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(gzip.compress(b"ts,open\n" * 999)[:40]), "is damaged"),
        (lambda path: path.write_text("a,b\n1,2\n"), "make neither bars nor trades nor funding"),
        (lambda path: path.write_text("ts,open,high\n1,2,3\n"), "has no column low, close"),
        (lambda path: path.write_text("words\n"), "is no table"),
        (lambda path: path.write_text("ts,open,high,low,close,volume\n"), "has no rows"),
        (lambda path: path.write_text('1 {"e":1}\n2 {"e":2}\n'), "is a raw capture"),
    ],
)
def test_what_cannot_be_used_is_one_line(
    write: Any, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path("BINANCE-BTC-USDT-1h.csv.gz")
    write(path)
    line = refusal(3, capsys, "import", str(path))
    assert said in line
    assert str(path) in line
    assert not Path("lake").exists()
    said = "holds no series" if path.is_dir() else said
    assert said in refusal(2, capsys, "check", str(path))
    assert called(2, capsys, "check", str(path))["error"]["exit_code"] == 2


def test_mixed_units_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    columns = hours(60)
    columns["ts"][24:] *= 1_000
    path = write_csv(tmp_path / f"{NAME}.csv", columns).name
    assert "times change from ms to us at line 26 (2024-01-02T00:00:00Z)" in refusal(
        3, capsys, "import", path
    )
    (file,) = called(0, capsys, "import", path, "--unit", "mixed")["files"]
    assert file["series"][0]["last"] == "2024-01-03T11:00:00Z"
    (finding,) = called(1, capsys, "check", path)["files"][0]["findings"]
    assert finding["kind"] == "unit-mistakes"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import"], "missing argument 'FILE...'"),
        (["import", "x.csv", "--kind", "books"], "'books' is not one of"),
        (["import", "x.csv", "--map", "ts"], "'ts' is no FIELD=COLUMN"),
        (["import", "x.csv", "--timeframe", "7m"], "unknown timeframe '7m'"),
        (["list", "gone"], "there is no lake here"),
        (["describe", "BTC-EUR"], "there is no lake here"),
    ],
)
def test_wrong_usage_is_one_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refusal(2, capsys, *arguments)


def test_describing_a_file_that_is_not_there_is_one_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "there is no such file" in refusal(3, capsys, "describe", "gone.parquet")


def test_columns_are_said_in_one_or_several_options() -> None:
    wanted = {"ts": "time", "open": "o", "close": "5"}
    assert column_options(("ts=time,open=o", "close=5")) == wanted
    assert column_options(()) == {}
    for bad in (("ts",), ("=x",), ("ts=",), ("ts=a,ts=b",), ("",)):
        with pytest.raises(UsageError):
            column_options(bad)


def test_a_file_may_be_named_like_a_number_of_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [f"{START_MS + k * 60_000},100,101,102,99,5" for k in range(30)]
    (tmp_path / "raw.csv").write_text("\n".join(lines), encoding="utf-8")
    assert "has no header" in refusal(3, capsys, "import", "raw.csv")
    order = "ts=1,open=2,close=3,high=4,low=5,volume=6"
    body = called(
        0, capsys, "import", "raw.csv", "--map", order, "--instrument", "BITFINEX:BTC-USD"
    )
    assert body["files"][0]["series"][0]["kind"] == "bars-1m"
