"""Columns found by their spelling, or as the person says; what is not taken is named."""

from pathlib import Path

import pytest

from tests.store.source_tables import write_csv
from traider.domain.errors import DataError, UsageError
from traider.store.column_map import ColumnMap, map_columns
from traider.store.kinds import Content
from traider.store.source_files import open_source


def mapped(
    folder: Path, header: str, said: dict[str, str] | None = None, base: str = ""
) -> ColumnMap:
    path = write_csv(folder / "f.csv", {name: ["1"] for name in header.split(",")})
    return map_columns(open_source(path), None, said or {}, base)


@pytest.mark.parametrize(
    ("header", "content"),
    [
        ("ts,open,high,low,close,volume", Content.BARS),
        ("Open Time,Open,High,Low,Close,Volume", Content.BARS),
        ("openTime,o,h,l,c,v", Content.BARS),
        ("timestamp,openPrice,highPrice,lowPrice,closePrice,vol", Content.BARS),
        ("Date,OPEN,HIGH,LOW,CLOSE,Base Volume", Content.BARS),
        ("date,open,high,low,close", Content.MARK_BARS),
        ("transact_time,price,quantity", Content.TRADES),
        ("time,px,sz,side,tradeId", Content.TRADES),
        ("calc_time,last_funding_rate", Content.FUNDING),
        ("fundingTime,symbol,fundingRate,markPrice", Content.FUNDING),
    ],
)
def test_common_headers_are_understood(tmp_path: Path, header: str, content: Content) -> None:
    found = mapped(tmp_path, header)
    assert found.content is content
    assert sorted(found.fields.values()) == sorted(header.split(","))
    assert found.ignored == ()


def test_the_opening_time_comes_before_other_times(tmp_path: Path) -> None:
    found = mapped(tmp_path, "close_time,date,open_time,open,high,low,close,volume")
    assert found.fields["ts"] == "open_time"
    assert found.ignored == ("close_time", "date")
    assert not found.is_close_column
    assert mapped(tmp_path, "close_time,open,high,low,close,volume").is_close_column


def test_the_volume_of_the_base_is_taken(tmp_path: Path) -> None:
    header = "date,open,high,low,close,Volume USD,Volume BTC"
    found = mapped(tmp_path, header, base="BTC")
    assert found.fields["volume"] == "Volume BTC"
    assert found.ignored == ("Volume USD",)
    with pytest.raises(DataError, match="Volume USD, Volume BTC; say --map volume=COLUMN"):
        mapped(tmp_path, header)


def test_the_person_comes_before_the_spelling(tmp_path: Path) -> None:
    found = mapped(tmp_path, "time,other,open,high,low,close,volume,vol2", {"volume": "vol2"})
    assert found.fields["volume"] == "vol2"
    assert found.ignored == ("other", "volume")
    assert mapped(tmp_path, "x,open,high,low,close,volume", {"ts": "1"}).fields["ts"] == "x"


def test_a_column_is_taken_once(tmp_path: Path) -> None:
    found = mapped(tmp_path, "ts,price,size,volume", {"size": "volume"})
    assert found.fields["size"] == "volume"
    assert found.ignored == ("size",)


def test_the_side_of_the_maker_is_told_apart(tmp_path: Path) -> None:
    assert mapped(tmp_path, "time,price,qty,is_buyer_maker").is_side_of_maker
    assert not mapped(tmp_path, "time,price,qty,side").is_side_of_maker


def test_without_a_header_columns_are_counted_from_1(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("1735689600000,1,2,3,0.5,9\n", encoding="utf-8")
    source = open_source(path)
    with pytest.raises(DataError, match="has no header, and 6 columns could be anything"):
        map_columns(source, None, {})
    order = {"ts": "1", "open": "2", "close": "3", "high": "4", "low": "5", "volume": "6"}
    assert map_columns(source, None, order).fields["close"] == "column_3"


def test_the_klines_of_binance_vision_need_no_header(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("1735689600000,1,2,0.5,1.5,9,1735689899999,1,2,3,4,0\n", encoding="utf-8")
    found = map_columns(open_source(path), None, {})
    assert [found.fields[name] for name in ("ts", "open", "high", "low", "close", "volume")] == [
        f"column_{place}" for place in range(1, 7)
    ]
    assert len(found.ignored) == 6


@pytest.mark.parametrize(
    ("header", "said", "what"),
    [
        ("ts,open,high,low,close,volume", {"tss": "ts"}, "there is no field 'tss'"),
        ("ts,open,high,low,close,volume", {"ts": "time"}, "has no column 'time'"),
        ("ts,open,high,low,close,volume", {"ts": "7"}, "has no column '7'"),
        ("ts,open,high,low,close,volume", {"ts": "0"}, "has no column '0'"),
        ("ts,open,high,low,close,volume,x", {"rate": "x"}, "bars have no rate"),
        ("ts,open,high,low", {}, "has no column close"),
        ("a,b,c", {}, "which make neither bars nor trades nor funding"),
        ("open,high,low,close,volume", {}, "has no column ts"),
    ],
)
def test_what_does_not_fit_is_refused(
    tmp_path: Path, header: str, said: dict[str, str], what: str
) -> None:
    with pytest.raises((UsageError, DataError)) as caught:
        mapped(tmp_path, header, said)
    assert what in caught.value.line()
    assert caught.value.fix
