"""The lake in SQL: what the views say, as-of joins, and that nothing else can be reached."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.store.contract.rows import DAY, ETH, key_of, minutes, rows_at
from traider.domain.errors import DataError, Interrupted, UsageError
from traider.store.kinds import Content, DataKind
from traider.store.lake_query import LakeQuery
from traider.store.manifest import MANIFEST_NAME
from traider.store.parquet_lake import ParquetLake

BARS = DataKind(Content.BARS, "1m")
TRADES = DataKind(Content.TRADES)
QUOTES = DataKind(Content.QUOTES)
TRADE_EVENTS = DataKind(Content.TRADE_EVENTS)
FUNDING_EVENTS = DataKind(Content.FUNDING_EVENTS)
FEATURES = DataKind(Content.FEATURES, definition="00c0ffee")


@pytest.fixture
def lake(tmp_path: Path) -> ParquetLake:
    made = ParquetLake(tmp_path / "it's a lake")
    made.write(key_of(BARS), rows_at(BARS, minutes(0, 2_000)))
    made.write(key_of(BARS, ETH), rows_at(BARS, minutes(0, 10), seed=4))
    return made


def events(kind: DataKind, count: int, **said: object) -> pa.Table:
    return rows_at(kind, minutes(0, count), **said)


def test_a_view_has_all_instruments_of_a_content(lake: ParquetLake) -> None:
    with LakeQuery(lake.folder) as query:
        assert list(query.views) == ["bars"]
        found = query.table(
            "select venue, instrument, timeframe, count(*) as n, min(ts) as first from bars "
            "group by all order by all"
        )
        assert found.to_pylist() == [
            {"venue": "COINBASE", "instrument": f"{base}-USD", "timeframe": "1m", "n": n,
             "first": DAY}
            for base, n in (("BTC", 2_000), ("ETH", 10))
        ]  # fmt: skip
        times = query.table("select time from bars order by time limit 1").column("time")
        assert times.cast(pa.int64())[0].as_py() == DAY
        closes = query.table("select close from bars where instrument = 'BTC-USD' order by ts")
    stored = pa.concat_tables(list(lake.read(key_of(BARS)))).column("close")
    assert closes.column("close").to_pylist() == stored.to_pylist()


def test_numbers_of_events_are_the_nearest_to_their_decimals(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    ticks = [1, 3, 6_012_345, 99_999_999_999, 7]
    for seed, (tick, lot) in enumerate((("0.01", "0.00000001"), ("0.25", "5"), ("10", "0.001"))):
        grid = {"tick_size": tick, "lot_size": lot}
        rows = rows_at(TRADE_EVENTS, minutes(1_440 * seed, 5), seed, price=ticks, size=ticks[::-1])
        lake.write(key_of(TRADE_EVENTS), rows.replace_schema_metadata(grid))
        with LakeQuery(tmp_path) as query:
            answer = query.table("select price, size, price_ticks from trade_events order by ts")
        found = answer.slice(5 * seed).to_pylist()
        wanted = [float(Decimal(n) * Decimal(tick)) for n in ticks]
        assert [row["price"] for row in found] == wanted
        assert [row["size"] for row in found] == [float(n * Decimal(lot)) for n in ticks[::-1]]
        assert [row["price_ticks"] for row in found] == ticks


def test_recorded_trades_and_imported_ones_are_one_view(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    lake.write(key_of(TRADES), rows_at(TRADES, minutes(0, 3), id=["1", "2", None]))
    lake.write(key_of(TRADE_EVENTS, ETH), events(TRADE_EVENTS, 2, price=[5, 6], id=[8, 9]))
    with LakeQuery(tmp_path) as query:
        found = query.table("select source, id, price from trades order by source, id").to_pylist()
        assert [(row["source"], row["id"]) for row in found] == [
            *(("imported", text) for text in ("1", "2", None)),
            *(("recorded", text) for text in ("8", "9")),
        ]
        assert [row["price"] for row in found[3:]] == [0.05, 0.06]


def test_settled_funding_is_funding(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    rates = {"rate": [100_000_000, 2], "mark": [6_000_000_000_000, 0], "settled": [1, 0]}
    lake.write(key_of(FUNDING_EVENTS), events(FUNDING_EVENTS, 2, **rates))
    with LakeQuery(tmp_path) as query:
        (row,) = query.table("select rate, mark, source from funding").to_pylist()
        assert row == {"rate": 0.0001, "mark": 60_000.0, "source": "recorded"}
        assert query.table("select * from funding_events").num_rows == 2


def test_features_are_named_by_their_definition(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    lake.write(key_of(FEATURES), rows_at(FEATURES, minutes(0, 4)))
    with LakeQuery(tmp_path) as query:
        assert list(query.views) == ["features", "features_00c0ffee"]
        assert query.table("from features").num_rows == 4
    other = DataKind(Content.FEATURES, definition="0badcafe")
    lake.write(key_of(other), rows_at(other, minutes(0, 3)))
    with LakeQuery(tmp_path) as query:
        assert list(query.views) == ["features_00c0ffee", "features_0badcafe"]


def test_as_of_joins_say_what_the_store_says(tmp_path: Path) -> None:
    lake = ParquetLake(tmp_path)
    generator = np.random.default_rng(2)
    at = DAY + np.unique(generator.integers(0, 10**13, 400))
    quotes = rows_at(QUOTES, at, seq=np.arange(len(at)), bid=np.arange(len(at)))
    lake.write(key_of(QUOTES), quotes)
    when = DAY + np.sort(generator.integers(-(10**12), 11 * 10**12, 200))
    trades = rows_at(TRADE_EVENTS, when, seq=10_000 + np.arange(200))
    lake.write(key_of(TRADE_EVENTS), trades)
    with LakeQuery(tmp_path) as query:
        found = query.table(
            "select t.ts, q.bid_ticks from trades t asof left join quotes q "
            "on t.venue = q.venue and t.instrument = q.instrument and t.ts >= q.ts order by t.ts"
        )
    stored = lake.as_of(key_of(QUOTES), when)
    assert found.column("ts").to_pylist() == when.tolist()
    assert found.column("bid_ticks").to_pylist() == stored.column("bid").to_pylist()
    assert 0 < stored.column("bid").null_count < 200


def test_files_that_nothing_lists_are_not_seen(lake: ParquetLake) -> None:
    folder = key_of(BARS).folder(lake.folder)
    file = next(folder.glob("day=2024-01-01/*.parquet"))
    file.with_name("part-0123456789abcdef.parquet").write_bytes(file.read_bytes())
    with LakeQuery(lake.folder) as query:
        assert query.table("select count(*) as n from bars")["n"].to_pylist() == [2_010]


def test_a_lake_without_manifests_is_seen(lake: ParquetLake) -> None:
    for folder in (key_of(BARS).folder(lake.folder), key_of(BARS, ETH).folder(lake.folder)):
        (folder / MANIFEST_NAME).unlink()
        for file in folder.glob("day=*/*.parquet"):
            file.rename(file.with_name("part.parquet"))
    with LakeQuery(lake.folder) as query:
        assert query.table("select count(*) as n from bars")["n"].to_pylist() == [2_010]


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('{secret}')",
        "select * from read_text('{secret}')",
        "select * from '{stray}'",
        "select * from read_parquet('{stray}')",
        "select * from glob('{folder}/*')",
        "select * from read_json_auto('http://127.0.0.1:9/x.json')",
        "select * from sniff_csv('{secret}')",
    ],
)
def test_nothing_outside_of_the_listed_files_can_be_read(
    lake: ParquetLake, tmp_path: Path, sql: str
) -> None:
    secret, stray = tmp_path / "secret.csv", tmp_path / "stray.parquet"
    secret.write_text("a,b\n1,2\n", encoding="utf-8")
    stray.write_bytes(next(lake.folder.rglob("*.parquet")).read_bytes())
    with LakeQuery(lake.folder) as query, pytest.raises(UsageError) as caught:
        query.table(sql.format(secret=secret, stray=stray, folder=tmp_path))
    assert "isabled by configuration" in caught.value.line()


@pytest.mark.parametrize(
    "sql",
    [
        "copy bars to '{out}'",
        "copy (select 1) to '{listed}' (format parquet, use_tmp_file false)",
        "attach '{out}' as other",
        "export database '{out}'",
        "install httpfs",
        "load httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "create table t as select 1",
        "drop view bars",
        "pragma database_list",
        "explain analyze copy (select 1 as a) to '{listed}' (format csv, use_tmp_file false)",
        "explain analyze copy (select 1) to '{listed}' (format parquet, use_tmp_file false)",
        "explain copy (select 1) to '{out}'",
        "explain analyze create table t as select 1",
        "explain analyze drop view bars",
        "explain analyze export database '{out}'",
        "explain analyze attach '{out}' as other",
        "explain analyze select 1",
        "explain select 1",
        "prepare p as copy (select 1) to '{listed}' (use_tmp_file false)",
        "select 1; select 2",
        "",
    ],
)
def test_nothing_but_a_question_is_answered(lake: ParquetLake, tmp_path: Path, sql: str) -> None:
    listed = next(lake.folder.rglob("*.parquet"))
    before, path = listed.read_bytes(), str(listed).replace("'", "''")
    with LakeQuery(lake.folder) as query:
        with pytest.raises(UsageError, match=r"is no single question|syntax error at or near"):
            query.table(sql.format(out=tmp_path / "out", listed=path))
        assert query.table("select count(*) as n from bars")["n"].to_pylist() == [2_010]
    assert not (tmp_path / "out").exists()
    assert listed.read_bytes() == before


def test_a_question_that_is_wrong_is_told_with_the_views(lake: ParquetLake) -> None:
    with LakeQuery(lake.folder) as query:
        with pytest.raises(UsageError, match="the lake has the views bars"):
            query.ask("select * from candles")
        with pytest.raises(UsageError, match="syntax error"):
            query.ask("select from from")
        assert query.table("describe bars").num_rows == 10


def test_damage_is_refused_by_checksum_or_by_size_alone(lake: ParquetLake) -> None:
    file = next(lake.folder.rglob("*.parquet"))
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))
    with pytest.raises(DataError, match="its checksum differs"):
        LakeQuery(lake.folder)
    with LakeQuery(lake.folder, verify=False) as query:
        assert list(query.views) == ["bars"]
    file.write_bytes(bytes(data) + b"x")
    for verify in (True, False):
        with pytest.raises(DataError, match="bytes, its manifest says") as caught:
            LakeQuery(lake.folder, verify=verify)
        assert caught.value.where == str(file)
    file.unlink()
    for verify in (True, False):
        with pytest.raises(DataError, match="is missing"):
            LakeQuery(lake.folder, verify=verify)


def test_comparing_can_be_stopped(lake: ParquetLake) -> None:
    answers = iter((False, True))
    with pytest.raises(Interrupted):
        LakeQuery(lake.folder, stop=lambda: next(answers))
    assert next(answers, None) is None


def without_manifest(lake: ParquetLake) -> Path:
    """Make a series one from before there were manifests; return its first file."""
    folder = key_of(BARS).folder(lake.folder)
    (folder / MANIFEST_NAME).unlink()
    for file in folder.glob("day=*/*.parquet"):
        file.rename(file.with_name("part.parquet"))
    return folder / "day=2024-01-01" / "part.parquet"


@pytest.mark.parametrize("verify", [True, False])
def test_a_file_cut_short_is_named_where_no_manifest_knows_it(
    lake: ParquetLake, *, verify: bool
) -> None:
    file = without_manifest(lake)
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(DataError, match="cannot be read as Parquet") as caught:
        LakeQuery(lake.folder, verify=verify)
    assert caught.value.where == str(file)
    assert "\n" not in caught.value.line()


def test_nonsense_that_only_reading_finds_is_told_as_damage(lake: ParquetLake) -> None:
    file = without_manifest(lake)
    data = file.read_bytes()
    file.write_bytes(data[:4] + bytes(2_000) + data[2_004:])
    with (
        LakeQuery(lake.folder) as query,
        pytest.raises(DataError, match=r"is damaged: .* traider data check LAKE"),
    ):
        query.table("select sum(ts), sum(close), sum(volume) from bars")


def test_no_lake_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no lake here"):
        LakeQuery(tmp_path / "gone")
