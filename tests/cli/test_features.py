"""``traider features``: what is printed, and the exit codes."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from traider.cli.main import run
from traider.features.store import series_key
from traider.features.store.definition_folder import DefinitionFolder
from traider.store.parquet_lake import ParquetLake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with the features and signals of two hundred bars."""
    folder = tmp_path_factory.mktemp("cli")
    file = write_bars(folder / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(200)))
    config = folder / "run.toml"
    config.write_text(
        '[strategy]\nkind = "ensemble"\n[feature_store]\nexpressions = ["rsi(close, 7)@4h"]\n'
    )
    made = folder / "lake"
    arguments = ["features", "compute", "--config", str(config), "--data", str(file)]
    assert run([*arguments, "--to", str(made), "--json"]) == 0
    return made


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    run([*arguments, "--json"])
    body: dict[str, Any] = json.loads(capsys.readouterr().out)
    return body


def test_what_a_lake_holds_is_listed(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = printed(capsys, "features", "list", str(lake))
    features, signals = body["definitions"]
    assert features["kind"] == f"features-{features['hash'][:12]}"
    assert signals["columns"][-3:] == ["combined", "direction", "exposure"]
    (series,) = features["series"]
    assert (series["instrument"], series["rows"]) == ("BINANCE:BTC-USDT", 200)
    assert series["first"] == "2024-01-01T01:00:00Z"
    assert len(series["covered"]) == 1
    assert run(["features", "list", str(lake)]) == 0
    assert "BINANCE:BTC-USDT" in capsys.readouterr().out


def test_a_definition_is_shown_in_words(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = printed(capsys, "features", "list", str(lake))["definitions"]
    body = printed(capsys, "features", "show", listed[0]["hash"][:8], "--lake", str(lake))
    columns = {column["name"]: column for column in body["columns"]}
    assert columns["rsi(close, 7)@4h"]["warm_up_rows"] == 31
    assert columns["rsi(close, 7)@4h"]["parts"][0]["meaning"].startswith("Wilder's relative")
    assert body["definition"]["bars"] == "1h"
    for one in listed:
        assert run(["features", "show", one["hash"], "--lake", str(lake)]) == 0
    shown = capsys.readouterr().out
    assert "Wilder's" in shown
    assert "momentum" in shown


def test_sound_rows_are_found_sound(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["features", "check", str(lake)]) == 0
    assert "nothing wrong" in capsys.readouterr().out
    body = printed(capsys, "features", "check", str(lake))
    assert [one["errors"] for one in body["series"]] == [0, 0]


def test_a_planted_fault_ends_with_exit_code_one(
    lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, definitions = ParquetLake(lake), DefinitionFolder.of_lake(lake)
    extent = next(e for e in store.series() if e.key.kind.content.value == "features")
    definition = definitions.known(extent.key.kind.definition)
    assert definition is not None
    table = pa.concat_tables(store.read(extent.key))
    place = table.column_names.index("rsi(close, 7)@4h")
    values = table.column(place).to_pylist()
    values[150] = 100.5
    table = table.set_column(place, table.column_names[place], pa.array(values, pa.float64()))
    DefinitionFolder.of_lake(tmp_path).keep(definition)
    ParquetLake(tmp_path).write(series_key(extent.key.name, definition), table)
    arguments = ["features", "check", str(tmp_path), "--market", str(lake)]
    assert run([*arguments, "--json"]) == 1
    (series,) = json.loads(capsys.readouterr().out)["series"]
    (finding,) = series["findings"]
    assert finding["kind"] == "out-of-range"
    assert finding["place"] == "2024-01-07T07:00:00Z: 100.5"
    assert run([*arguments, "--definition", extent.key.kind.definition[:4]]) == 1
    assert run([*arguments, "--definition", "0" * 12]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["list", "nowhere"], 2, "there is no lake here"),
        (["check", "nowhere"], 2, "there is no lake here"),
        (["show", "abc", "--lake", "nowhere"], 2, "there is no lake here"),
        (["compute"], 2, "no data to compute on"),
    ],
)
def test_faults_are_one_line(
    arguments: list[str], code: int, words: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(["features", *arguments]) == code
    assert words in capsys.readouterr().err
