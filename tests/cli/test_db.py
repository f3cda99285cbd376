import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.servers.postgres import PASSWORD
from tests.store.contract.rows import ETH, key_of, minutes, rows_at
from tests.store.tables.event_cases import intent
from traider.cli.main import run
from traider.journal.instruments import JournalInstrument
from traider.journal.writer import JournalWriter
from traider.store.kinds import Content, DataKind
from traider.store.parquet_lake import ParquetLake
from traider.store.postgres import PostgresStore
from traider.store.tables import JobTable, open_engine, upgrade
from traider.store.tables.schema import revisions


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TRAIDER_DATABASE__URL", raising=False)


def body_of(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    body = json.loads(capsys.readouterr().out)
    assert isinstance(body, dict)
    return body


def test_the_embedded_database_needs_no_setting(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["db", "status"]) == 7
    assert "the file cannot be opened; run traider db upgrade" in capsys.readouterr().err
    assert run(["db", "upgrade"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        *(f"{name} applied" for name in revisions()),
        f"sqlite:///data/traider.db: tables of {revisions()[-1]}",
    ]
    assert (tmp_path / "data" / "traider.db").is_file()
    assert run(["db", "status"]) == 0
    assert f"tables    {revisions()[-1]}, up to date" in capsys.readouterr().out
    assert run(["db", "check"]) == 0
    assert "the tables are those of" in capsys.readouterr().out
    assert run(["doctor"]) == 0
    assert f"tables of {revisions()[-1]}" in capsys.readouterr().out


def test_a_server_is_named_in_the_environment_and_its_password_never_printed(
    monkeypatch: pytest.MonkeyPatch, postgres_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRAIDER_DATABASE__URL", postgres_url)
    monkeypatch.setenv("TRAIDER_DATABASE__REPLICA_URL", postgres_url)
    assert run(["db", "upgrade", revisions()[0]]) == 0
    assert run(["db", "check", "--json"]) == 1
    assert run(["db", "check"]) == 1
    assert run(["db", "status"]) == 0
    assert run(["doctor"]) == 1
    assert run(["db", "upgrade", "--json"]) == 0
    assert run(["config", "show"]) == 0
    assert run(["config", "show", "--json"]) == 0
    assert run(["doctor"]) == 0
    said = capsys.readouterr()
    assert PASSWORD not in said.out + said.err
    assert "native partitions are used" in said.out
    assert ":***@127.0.0.1" in said.out
    assert f"{revisions()[1]} is not applied → traider db upgrade" in said.out
    assert "ok        read replica" in said.out
    assert run(["db", "status", "--json"]) == 0
    body = body_of(capsys)
    assert (body["product"], body["pending"]) == ("PostgreSQL", [])
    assert (body["timescale"], body["revision"]) == ("", revisions()[-1])
    assert run(["db", "downgrade", "base", "--yes", "--json"]) == 0
    assert body_of(capsys)["taken_back"] == list(reversed(revisions()))


def test_tables_are_not_taken_back_without_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["db", "upgrade"]) == 0
    assert run(["db", "downgrade", "base"]) == 2
    assert "rows of the tables that go are lost; add --yes" in capsys.readouterr().err
    assert run(["db", "downgrade", "base", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "sqlite:///data/traider.db: no tables"
    assert run(["db", "check", "--json"]) == 1
    assert body_of(capsys)["pending"] == list(revisions())


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("postgresql://u:gone@127.0.0.1:1/n", 7, "no server answers there"),
        ("oracle://u:gone@h/n", 2, "oracle is no database that is known here"),
        ("nonsense gone", 2, "the address of the database cannot be read"),
    ],
)
def test_what_cannot_be_reached_is_one_line(
    url: str, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["db", "status", "--url", url]) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert "gone" not in line


def test_the_doctor_says_what_is_wrong_with_the_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRAIDER_DATABASE__URL", "nonsense")
    assert run(["doctor"]) == 1
    assert "faulty    database" in capsys.readouterr().out
    monkeypatch.setenv("TRAIDER_DATABASE__URL", "postgresql://u:gone@127.0.0.1:1/n")
    monkeypatch.setenv("TRAIDER_DATABASE__REPLICA_URL", "postgresql://u:gone@127.0.0.1:1/n")
    assert run(["doctor"]) == 1
    out = capsys.readouterr().out
    assert out.count("no server answers there → start it") == 2
    assert "gone" not in out


def test_tables_and_market_data_move_to_a_server(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    postgres_url: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    depth = DataKind(Content.DEPTH)
    lake = ParquetLake(tmp_path / "lake")
    lake.write(key_of(depth), rows_at(depth, minutes(0, 50)))
    embedded = open_engine("sqlite:///data/traider.db")
    upgrade(embedded)
    JobTable(embedded).add("download", {})
    embedded.dispose()
    monkeypatch.setenv("TRAIDER_DATABASE__URL", postgres_url)
    assert run(["db", "upgrade"]) == 0
    assert run(["db", "copy", "--from", "sqlite:///data/traider.db"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith(": 1 rows copied")
    assert run(["db", "copy", "--from", "sqlite:///data/traider.db", "--json"]) == 7
    assert body_of(capsys)["error"]
    assert run(["db", "series"]) == 0
    assert "no market data yet" in capsys.readouterr().out
    assert run(["db", "load", "--quiet"]) == 0
    assert "COINBASE:BTC-USD depth: 50 new, 0 known" in capsys.readouterr().out
    assert run(["db", "load", "--json"]) == 0
    (series,) = json.loads(capsys.readouterr().out)["series"]
    assert (series["rows"], series["known"], series["conflicts"]) == (50, 50, 0)
    lake.write(key_of(depth, ETH), rows_at(depth, minutes(0, 5)))
    other = open_engine(postgres_url)
    PostgresStore(other).write(key_of(depth, ETH), rows_at(depth, minutes(0, 1), price=[7]))
    other.dispose()
    assert run(["db", "load"]) == 1
    assert "COINBASE:ETH-USD depth: 4 new, 0 known, 1 contradict" in capsys.readouterr().out
    assert run(["db", "series"]) == 0
    assert "COINBASE:ETH-USD" in capsys.readouterr().out
    assert run(["db", "series", "--json"]) == 0
    assert [each["rows"] for each in json.loads(capsys.readouterr().out)["series"]] == [50, 5]
    monkeypatch.setenv("TRAIDER_DATABASE__REPLICA_URL", postgres_url)
    assert run(["db", "unload", "back", "--quiet"]) == 0
    assert "COINBASE:BTC-USD depth: 50 new, 0 known" in capsys.readouterr().out
    assert [each.rows for each in ParquetLake(tmp_path / "back").series()] == [50, 5]
    assert run(["db", "retain", "depth", "--days", "30", "--json"]) == 0
    assert body_of(capsys)["rows"] == 55
    assert run(["db", "retain", "depth", "--days", "30"]) == 0
    assert capsys.readouterr().out == "0 rows of depth dropped\n"


def test_market_data_needs_a_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lake").mkdir()
    assert run(["db", "load"]) == 2
    assert "market data needs PostgreSQL" in capsys.readouterr().err
    assert run(["db", "load", "nowhere"]) == 2
    assert "there is no lake here" in capsys.readouterr().err
    assert run(["db", "retain", "books", "--days", "3"]) == 2
    assert "'books' is no content; use bars" in capsys.readouterr().err


def test_a_journal_is_applied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = [JournalInstrument("COINBASE:BTC-USD", "BTC-USD", Decimal("0.01"), Decimal("0.001"))]
    with JournalWriter.open(tmp_path / "session", listed) as writer:
        writer.append(intent(256, 9))
    assert run(["db", "upgrade"]) == 0
    capsys.readouterr()
    assert run(["db", "apply", "session", "--currency", "usd", "--capital", "10000"]) == 0
    assert capsys.readouterr().out == "session: 1 events applied, 1 in all\n"
    assert run(["db", "apply", "session", "--currency", "USD", "--json"]) == 0
    assert body_of(capsys) == {"journal": "session", "events": 0, "position": 1}
    assert run(["db", "apply", "session", "--capital", "10000"]) == 2
    assert run(["db", "apply", "session", "--currency", "USD", "--capital", "much"]) == 2
    assert run(["db", "apply", "nowhere"]) == 2
    assert run(["db", "apply", "session", "--currency", "USD", "--mode", "live"]) == 3
    assert len(capsys.readouterr().err.splitlines()) == 4
