"""``traider data query``, ``compact`` and ``seal``: what they print, and their exit codes."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.store.contract.rows import ETH, key_of, minutes, rows_at
from tests.store.source_tables import NAME, hours, parts, write_parquet
from traider.cli.main import run
from traider.store.kinds import Content, DataKind
from traider.store.manifest import MANIFEST_NAME
from traider.store.parquet_lake import ParquetLake

TRADE_EVENTS = DataKind(Content.TRADE_EVENTS)
BARS = "venue=BINANCE/instrument=BTC-USDT/kind=bars-1h"


@pytest.fixture(autouse=True)
def lake(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> ParquetLake:
    """A lake of imported bars and recorded trades, in the folder where commands look."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    path = write_parquet(tmp_path / f"{NAME}.parquet", hours(60))
    assert run(["data", "import", path.name, "--quiet"]) == 0
    made = ParquetLake(tmp_path / "lake")
    for begin in range(0, 50, 10):
        rows = rows_at(TRADE_EVENTS, minutes(begin, 10), seq=np.arange(10), price=np.arange(10))
        made.write(key_of(TRADE_EVENTS, ETH), rows)
    capsys.readouterr()
    return made


def called(code: int, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run(["data", *arguments, "--json"]) == code
    shown = capsys.readouterr()
    assert len(shown.out.splitlines()) == 1
    found: dict[str, Any] = json.loads(shown.out)
    return found


def test_without_a_question_the_views_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "query"]) == 0
    shown = capsys.readouterr().out
    assert "trade_events" in shown
    assert "timeframe" in shown
    found = called(0, capsys, "query")
    assert sorted(found["views"]) == ["bars", "trade_events", "trades"]
    assert "price_ticks" in found["views"]["trade_events"]


def test_a_question_is_answered_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "query", "select close, time from bars order by ts", "--rows", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["close", "time"]
    assert len(lines) == 5
    assert "2024-01-01T00:00:00" in lines[1]
    assert lines[-1].strip() == "the first 3 rows; --rows shows more"
    assert run(["data", "query", "select 1 as one"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].strip() == "1 row"


def test_a_question_is_answered_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    sql = (
        "select price, id, time, null::int as nothing, 'nan'::double as odd, 1.50::decimal(9, 2) "
        "as exact, [1, 2] as several, {'a': date '2024-01-01'} as both "
        "from trades order by ts, price limit 2"
    )
    found = called(0, capsys, "query", sql)
    assert [column["name"] for column in found["columns"]][:3] == ["price", "id", "time"]
    assert found["columns"][0]["type"] == "DOUBLE"
    assert found["rows"][1][0] == 0.01
    assert found["rows"][0][2:] == [
        "2024-01-01T00:00:00", None, None, "1.50", [1, 2], {"a": "2024-01-01"},
    ]  # fmt: skip


def test_a_question_is_answered_as_csv(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "query", "select ts, close from bars order by ts", "--csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[0] == ["ts", "close"]
    assert len(rows) == 61
    assert [float(row[1]) for row in rows[1:]] == hours(60)["close"].tolist()
    assert run(["data", "query", "select 'a,b' as x, null as y", "--csv"]) == 0
    assert capsys.readouterr().out == 'x,y\n"a,b",\n'


@pytest.mark.parametrize(
    ("code", "words", "arguments"),
    [
        (2, "the lake has the views bars, trade_events, trades", ["select * from candles"]),
        (2, "is no single question", ["drop view bars"]),
        (2, "disabled by configuration", ["select * from read_text('x.txt')"]),
        (2, "there is no lake here", ["select 1", "--lake", "gone"]),
        (2, "choose one", ["select 1", "--csv", "--json"]),
        (2, "--csv wants a question", ["--csv"]),
    ],
)
def test_what_cannot_be_answered_is_one_line(
    capsys: pytest.CaptureFixture[str], code: int, words: str, arguments: list[str]
) -> None:
    assert run(["data", "query", *arguments]) == code
    shown = capsys.readouterr()
    lines = (shown.err or shown.out).splitlines()
    assert len(lines) == 1
    assert words in lines[0]


def test_compaction_tells_files_before_and_after(
    lake: ParquetLake, capsys: pytest.CaptureFixture[str]
) -> None:
    found = called(0, capsys, "compact")
    told = {part["series"]: (part["files_before"], part["files"]) for part in found["series"]}
    assert told == {"BINANCE:BTC-USDT bars-1h": (3, 3), "COINBASE:ETH-USD trade-events": (5, 1)}
    assert run(["data", "compact", "lake/venue=COINBASE"]) == 0
    assert "1 files" in capsys.readouterr().out
    assert sum(table.num_rows for table in lake.read(key_of(TRADE_EVENTS, ETH))) == 50


def test_sealing_tells_what_is_lost_and_keeps_the_rest(
    lake: ParquetLake, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "seal"]) == 0
    assert "as it was" in capsys.readouterr().out
    bad = parts(lake.folder)[1]
    bad.write_bytes(b"PAR1")
    assert run(["data", "check", "lake"]) == 2
    shown = capsys.readouterr()
    assert bad.name in shown.err
    assert "is damaged: it has 4 bytes" in shown.err
    found = called(1, capsys, "seal")
    assert [len(part["lost"]) for part in found["series"]] == [1, 0]
    assert (found["series"][0]["rows"], found["series"][0]["changed"]) == (36, True)
    assert run(["data", "check", "lake"]) == 0
    capsys.readouterr()
    # A day that was lost is imported again, and nothing else is.
    assert run(["data", "import", f"{NAME}.parquet", "--quiet"]) == 0
    assert "24 imported + 36 known" in capsys.readouterr().out
    assert called(0, capsys, "seal")["series"][0]["changed"] is False


def test_a_day_is_replaced_by_taking_its_folder_away(
    lake: ParquetLake, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in parts(lake.folder / BARS / ".." / ".." / ".."):
        if "2024-01-02" in str(file) and "bars" in str(file):
            file.unlink()
            file.parent.rmdir()
    assert run(["data", "query", "select 1"]) == 3
    assert "is missing: its manifest lists it" in capsys.readouterr().err
    assert run(["data", "seal", "lake"]) == 1
    capsys.readouterr()
    found = called(0, capsys, "query", "select count(*) from bars")
    assert found["rows"] == [[36]]


def test_a_manifest_that_is_lost_is_made_again(
    lake: ParquetLake, capsys: pytest.CaptureFixture[str]
) -> None:
    (lake.folder / BARS / MANIFEST_NAME).unlink()
    assert run(["data", "list"]) == 3
    assert "traider data seal" in capsys.readouterr().err
    found = called(0, capsys, "seal", "lake")
    assert len(found["series"][0]["kept"]) == 3
    assert run(["data", "list"]) == 0
    shown = capsys.readouterr().out
    assert "BINANCE:BTC-USDT" in shown
    assert "trade-events" in shown


def test_recorded_series_are_checked(lake: ParquetLake, capsys: pytest.CaptureFixture[str]) -> None:
    rows = rows_at(TRADE_EVENTS, minutes(90, 4), seq=np.arange(4))
    lake.write(key_of(TRADE_EVENTS, ETH), rows)
    body = called(0, capsys, "check", "lake/venue=COINBASE")
    (checked,) = body["files"]
    assert (checked["rows"], checked["errors"]) == (54, 0)
    (finding,) = checked["findings"]
    # Ten minutes a write, each covered to the nanosecond after its last trade.
    assert (finding["kind"], finding["count"]) == ("not-covered", 5)


def test_a_long_question_is_stopped(lake: ParquetLake) -> None:
    sql = "select count(*) from range(100000) a, range(1000000) b where (a.range * b.range) % 7 = 3"
    script = f"""
import os, signal, sys, threading, time
from traider.cli.main import run

def interrupt(before):
    while signal.getsignal(signal.SIGINT) is before:
        time.sleep(0.05)
    time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt, args=(signal.getsignal(signal.SIGINT),), daemon=True).start()
sys.exit(run(['data', 'query', {sql!r}, '--lake', {str(lake.folder)!r}]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 130
    assert "stopped" in done.stderr
