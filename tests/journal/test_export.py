import errno
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.journal.journals import START_NS, small_terms, some_events
from traider.domain.errors import DataError, UsageError
from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.payloads import encode_event
from traider.journal import JournalInstrument, JournalWriter
from traider.journal.export import export_journal

BITCOIN = JournalInstrument("BINANCE:BTC-USDT", "BTCUSDT", Decimal("0.10"), Decimal("0.001"))
ETHER = JournalInstrument("BINANCE:ETH-USDT", "ETHUSDT", Decimal("0.01"), Decimal("1E+1"))


def kept(folder: Path, events: EventArray, instruments: list[JournalInstrument]) -> Path:
    """Write a journal of ``events``; return its folder."""
    with JournalWriter.open(folder, instruments, small_terms(100_000)) as journal:
        for start in range(0, len(events), 100):
            journal.append(events[start : start + 100])
        journal.append_fact("note", b'{"why": "a test"}')
        journal.append_fact("blob", b"\xff\x00")
    return folder


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a file, times as nanoseconds."""
    table = pq.read_table(path)
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(place, field.name, table[field.name].cast(pa.int64()))
    found: list[dict[str, Any]] = table.to_pylist()
    return found


def mixed(count: int = 3_000) -> EventArray:
    """Return trades and changes of a book of three instruments, one of them unknown."""
    events = some_events(count)
    events["instrument"] = np.arange(count) % 3
    return events


def test_each_kind_is_a_file_in_the_instruments_units(tmp_path: Path) -> None:
    events = mixed()
    folder = kept(tmp_path / "journal", events, [BITCOIN, ETHER])
    report = export_journal(folder, tmp_path / "out")
    assert report is not None
    assert [(file.name, file.rows) for file in report.files] == [
        ("depth_update.parquet", 2_400),
        ("trade.parquet", 600),
        ("facts.parquet", 4),
    ]
    rows = rows_of(tmp_path / "out" / "trade.parquet")
    sources = events[events["kind"] == Kind.TRADE]
    for row, source in zip(rows, sources, strict=True):
        number = int(source["instrument"])
        assert row["ts_recv"] == source["ts_recv"]
        assert row["price_ticks"] == source["price"]
        assert row["size_lots"] == source["size"]
        if number == 2:
            assert row["name"] is row["price"] is row["size"] is None
        else:
            grid = (BITCOIN, ETHER)[number]
            assert row["name"] == grid.name
            assert row["price"] == int(source["price"]) * grid.tick_size
            assert row["size"] == int(source["size"]) * grid.lot_size
    assert [row["sequence"] for row in rows] == list(range(0, 3_000, 5))


def test_duckdb_reads_it(tmp_path: Path) -> None:
    folder = kept(tmp_path / "journal", some_events(1_000), [BITCOIN])
    export_journal(folder, tmp_path / "out")
    trades = tmp_path / "out" / "trade.parquet"
    (found,) = duckdb.sql(
        f"SELECT count(*), min(price), typeof(any_value(price)), min(ts_recv)::VARCHAR "  # noqa: S608 - a path of the test
        f"FROM '{trades}' WHERE name = 'BINANCE:BTC-USDT'"
    ).fetchall()  # type: ignore[union-attr]
    prices = some_events(1_000)["price"][::5]
    assert found[:3] == (200, int(prices.min()) * Decimal("0.1"), "DECIMAL(38,1)")


def test_words_have_the_units_of_the_event_table(tmp_path: Path) -> None:
    events = empty_events(4)
    written: tuple[dict[str, int | float | str], ...] = (
        {"kind": "FUNDING_INTERVAL", "interval_ns": 5, "rate_cap": 3, "effective_ns": START_NS},
        {"kind": "BALANCE", "instrument": 0},
        {"kind": "HEALTH", "number": 0.5, "limit": float("nan")},
        {"kind": "GAP", "first_missing": 1, "from_ns": START_NS, "until_ns": 0},
    )
    for place, fields in enumerate(written):
        events[place] = encode_event(fields)[0]
    folder = kept(tmp_path / "journal", events, [])
    export_journal(folder, tmp_path / "out")

    def only(name: str) -> dict[str, Any]:
        (row,) = rows_of(tmp_path / "out" / f"{name}.parquet")
        return row

    assert only("funding_interval")["rate_cap"] == Decimal("0.000000000003")
    assert only("health")["number"] == 0.5
    assert only("gap")["until_ns"] is None
    assert only("gap")["from_ns"] == START_NS
    assert only("balance")["name"] is None


def test_kinds_and_versions_that_are_not_known_keep_their_words(tmp_path: Path) -> None:
    events = some_events(2)
    events["kind"] = (Kind.TRADE, 999)
    events["version"] = (77, 1)
    folder = kept(tmp_path / "journal", events, [BITCOIN])
    export_journal(folder, tmp_path / "out")
    for name, place in (("kind-23-version-77", 0), ("kind-999-version-1", 1)):
        (row,) = rows_of(tmp_path / "out" / f"{name}.parquet")
        assert row["w0"] == events["w0"][place]
        assert row["w4"] == events["w4"][place]


def test_facts_are_text_where_they_are_text(tmp_path: Path) -> None:
    folder = kept(tmp_path / "journal", some_events(10), [BITCOIN])
    export_journal(folder, tmp_path / "out")
    rows = rows_of(tmp_path / "out" / "facts.parquet")
    assert [row["kind"] for row in rows] == ["instruments", "note", "blob"]
    assert json.loads(rows[1]["body"]) == {"why": "a test"}
    assert (rows[2]["body"], rows[2]["body_bytes"]) == (None, b"\xff\x00")
    assert [row["sequence"] for row in rows] == [-1, 9, 9]


def test_the_same_journal_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = kept(tmp_path / "journal", mixed(), [BITCOIN])
    for name in ("one", "two", "one"):
        export_journal(folder, tmp_path / name)
    one, two = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()}
        for name in ("one", "two")
    )
    assert one == two
    assert sorted(one) == [
        "depth_update.parquet",
        "facts.parquet",
        "journal.json",
        "trade.parquet",
    ]


def test_files_of_an_earlier_export_go_and_others_stay(tmp_path: Path) -> None:
    target = tmp_path / "out"
    export_journal(kept(tmp_path / "first", mixed(), [BITCOIN]), target)
    (target / "mine.txt").write_text("notes")
    events = some_events(5)[:1]
    export_journal(kept(tmp_path / "second", events, [BITCOIN]), target)
    assert sorted(path.name for path in target.iterdir()) == [
        "facts.parquet",
        "journal.json",
        "mine.txt",
        "trade.parquet",
    ]
    (target / "journal.json").write_text("not ours")
    export_journal(tmp_path / "second", target)
    assert json.loads((target / "journal.json").read_text())["events"] == 1


def test_a_stopped_or_failed_export_leaves_the_one_before(tmp_path: Path) -> None:
    folder = kept(tmp_path / "journal", mixed(), [BITCOIN])
    target = tmp_path / "out"
    export_journal(folder, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    told: list[float] = []
    assert (
        export_journal(
            folder, target, progress=lambda share, _: told.append(share), stop=lambda: bool(told)
        )
        is None
    )
    path = folder / "events-000000.segz"
    found = bytearray(path.read_bytes())
    found[300] ^= 1
    path.write_bytes(found)
    with pytest.raises(DataError):
        export_journal(folder, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before


def test_targets_that_cannot_be_are_refused(tmp_path: Path) -> None:
    folder = kept(tmp_path / "journal", some_events(10), [])
    with pytest.raises(UsageError, match="the journal's own folder"):
        export_journal(folder, folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written: Not a directory"):
        export_journal(folder, tmp_path / "file" / "out")


def test_a_disk_that_is_full_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = kept(tmp_path / "journal", mixed(), [BITCOIN])

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("traider.journal.export.pq.ParquetWriter", full)
    with pytest.raises(UsageError, match="cannot be written: No space left on device"):
        export_journal(folder, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_empty_journal_gives_its_facts(tmp_path: Path) -> None:
    JournalWriter.open(tmp_path / "journal").close()
    report = export_journal(tmp_path / "journal", tmp_path / "out")
    assert report is not None
    assert [(file.name, file.rows) for file in report.files] == [("facts.parquet", 0)]
