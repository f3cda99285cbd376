"""Files of any format and packing, and what is refused in one line."""

import gzip
import zipfile
from pathlib import Path

import pyarrow as pa
import pytest

from tests.store.source_tables import NAME, hours, write_csv, write_format
from traider.domain.errors import DataError
from traider.store.source_files import open_source, plain_stem, refuse_raw_capture

ENDINGS = [
    f"{kind}{packing}"
    for kind in (".csv", ".parquet", ".feather")
    for packing in ("", ".gz", ".zst")
]


def refusal(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        open_source(path)
    line = caught.value.line()
    assert str(path) in line
    assert caught.value.fix
    return line


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_and_packing_is_read(tmp_path: Path, ending: str) -> None:
    columns = hours(20)
    source = open_source(write_format(tmp_path, ending, columns))
    assert source.rows == 20
    assert source.table.column_names == list(columns)
    assert [float(str(v)) for v in source.table.column("close").to_pylist()] == columns[
        "close"
    ].tolist()
    assert source.place(3) == ("line 5" if ending.startswith(".csv") else "row 3")


def test_the_name_does_not_matter(tmp_path: Path) -> None:
    path = write_format(tmp_path, ".parquet.gz", hours(5))
    other = path.rename(tmp_path / "bars.csv")
    assert open_source(other).format == "parquet"


def test_a_zip_of_one_file_is_read(tmp_path: Path) -> None:
    inside = write_csv(tmp_path / "a.csv", hours(5))
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(inside, "a.csv")
    assert open_source(path).rows == 5
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(inside, "b.csv")
    assert "holds 2 files" in refusal(path)
    path.write_bytes(path.read_bytes()[:60])
    assert "damaged inside its zip packing" in refusal(path)


@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_damaged_packings_are_refused(tmp_path: Path, packing: str) -> None:
    path = write_format(tmp_path, f".csv{packing}", hours(500))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert "is damaged inside its" in refusal(path)
    broken = bytearray(data)
    broken[len(data) // 2 : len(data) // 2 + 40] = bytes(40)
    path.write_bytes(broken)
    assert "is damaged inside its" in refusal(path)


@pytest.mark.parametrize("ending", [".parquet", ".feather"])
def test_damaged_tables_are_refused(tmp_path: Path, ending: str) -> None:
    path = write_format(tmp_path, ending, hours(500))
    path.write_bytes(path.read_bytes()[:-20])
    assert "cannot be read as" in refusal(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "there is no such file" in refusal(tmp_path / "gone.csv")
    assert "is a folder" in refusal(tmp_path)
    (tmp_path / "empty.csv").write_bytes(b"")
    assert "is empty" in refusal(tmp_path / "empty.csv")
    (tmp_path / "empty.csv.gz").write_bytes(gzip.compress(b""))
    assert "is empty" in refusal(tmp_path / "empty.csv.gz")


@pytest.mark.parametrize(
    "text",
    [
        '1690000000000000000 {"e":"depth"}\n' * 2,
        '{"t":"recv","data":"x"}\n' * 2,
        'wss://feed <-> 1618677816.8\n1618677817.06: {"type":"l2update"}\n',
    ],
)
def test_captures_are_sent_to_the_back_test(tmp_path: Path, text: str) -> None:
    path = tmp_path / "BINANCE-SPOT-BTCUSDT.txt.zst"
    path.write_bytes(pa.compress(text.encode(), codec="zstd", asbytes=True))
    assert f"traider backtest --data {path}" in refusal(path)
    other = path.rename(tmp_path / "KRAKEN-XBTUSD.jsonl.zst")
    assert "back-tests take captures of Binance alone" in refusal(other)
    with pytest.raises(DataError, match="a raw capture of a venue's messages, not a table"):
        refuse_raw_capture(other)


def test_other_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "klines.json"
    path.write_text("[[1, 2], [3, 4]]", encoding="utf-8")
    assert "is JSON, not a table" in refusal(path)


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    table = pa.table([pa.array([1]), pa.array([2])], names=["ts", "ts"])
    path = tmp_path / "twice.feather"
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    assert "several columns called ts" in refusal(path)


@pytest.mark.parametrize(
    "name", [f"{NAME}.csv.gz", f"{NAME}.parquet", f"{NAME}.txt.zst", NAME, f"{NAME}.zip"]
)
def test_the_stem_is_without_formats(name: str) -> None:
    assert plain_stem(Path(name)) == NAME
