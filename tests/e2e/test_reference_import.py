"""All of the shared market data comes in, and checks find in it what its own catalogue says.

The numbers are those of the catalogue's README, counted there by other means.
"""

from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import polars as pl
import pytest

from tests.store.source_tables import imported, passing_folder, prepared, the
from traider.domain.errors import DataError
from traider.store.checking import check_prepared
from traider.store.findings import Severity
from traider.store.importing import ImportReport

pytestmark = pytest.mark.uncounted

PATTERNS: Final = (
    "ohlcv/BINANCE-BTC-*",
    "ohlcv/BINANCE-ETH-*",
    "ohlcv/BINANCE-[SX]*",
    "ohlcv/BINANCE-FUT-*",
    "ohlcv/BINANCE-PERP-[!P]*",
    "ohlcv/BINANCE-PERP-P*",
    "ohlcv/[C-Z]*",
    "ohlcv/BIT*",
    "ohlcv/BYBIT*",
    "funding/*",
)
SERIES_COMPARED: Final = 3
"""Of a panel so many series are read back; each is a thousand files and more."""

# Gaps and missing bars; of other files there are none.
CATALOGUED: Final = {
    "BINANCE-BTC-USDT-5m": (30, 1_606),
    "BINANCE-ETH-USDT-5m": (21, 814),
    "BINANCE-SOL-USDT-5m": (1, 16),
    "BINANCE-XRP-USDT-15m": (15, 152),
    "BINANCE-BTC-USDT-1h": (28, 127),
    "BINANCE-ETH-USDT-1h": (28, 127),
    "BITFINEX-BTC-USD-1m": (10_288, 13_433),
    "BITFINEX-ETH-USD-1m": (27_325, 38_172),
    "BITVAVO-BTC-EUR-1h": (12, 30),
    "COINBASE-BTC-USD-1h": (0, 0),
    "COINBASE-BTC-USD-1d": (0, 0),
    "BYBIT-PERP-BTC-USDT-1m-GAPPY": (149, 119_349),
    "FTX-PERP-BTC-USD-1m": (0, 0),
    "BINANCE-PERP-BTC-USDT-5m": (0, 0),
    "BINANCE-PERP-ETH-USDT-1h-mark": (0, 0),
}
PAGED: Final = {
    "ohlcv/BYBIT-PERP-BTC-USDT-1m-GAPPY": {"rows": 200, "missing": 801, "times": 149},
    "funding/HYPERLIQUID-BTC": {"rows": 500, "missing": 220, "times": 18},
    "funding/HYPERLIQUID-ETH": {"rows": 500, "missing": 220, "times": 18},
}


def test_the_patterns_name_every_file_once(reference_data: Path) -> None:
    named = [path for pattern in PATTERNS for path in reference_data.glob(pattern)]
    every = [
        path for folder in ("ohlcv", "funding") for path in (reference_data / folder).iterdir()
    ]
    assert sorted(named) == sorted(every)


def check_read_back(report: ImportReport, source: pl.DataFrame) -> None:
    """DuckDB and Polars read what the source holds, bit for bit."""
    for series in report.series[:SERIES_COMPARED]:
        wanted = source
        if "symbol" in source.columns:
            place = report.series.index(series)
            symbol = source["symbol"].unique(maintain_order=True)[place]
            wanted = source.filter(pl.col("symbol") == symbol)
        files = f"{series.folder}/*/*.parquet"
        found = pl.read_parquet(files).sort("ts")
        table = duckdb.read_parquet(files).order("ts").fetchnumpy()
        grain = 3_600_000 if series.kind == "funding" else 1
        ts_ns = wanted["ts"].to_numpy() // grain * grain * 1_000_000
        assert (found["ts"].to_numpy() == ts_ns).all()
        assert (table["ts"] == ts_ns).all()
        for name in set(found.columns) & set(wanted.columns) - {"ts"}:
            values = wanted[name].to_numpy()
            assert np.array_equal(found[name].to_numpy(), values, equal_nan=True)
            assert np.array_equal(np.ma.filled(table[name], np.nan), values, equal_nan=True)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", PATTERNS)
def test_everything_imports_and_reads_back(reference_data: Path, pattern: str) -> None:
    for path in sorted(reference_data.glob(pattern)):
        with passing_folder() as lake:
            report = imported(lake, path)
            source = pl.read_parquet(path)
            assert (report.imported, report.duplicates) == (source.height, 0)
            check_read_back(report, source)


@pytest.mark.parametrize("name", CATALOGUED)
def test_checks_find_what_the_catalogue_counted(reference_data: Path, name: str) -> None:
    path = reference_data / "ohlcv" / f"{name}.parquet"
    kinds = {finding.kind: finding for finding in check_prepared(prepared(path))}
    source = pl.read_parquet(path)
    gaps, missing = CATALOGUED[name]
    empty = source.filter(pl.col("volume") == 0.0).height if "volume" in source.columns else 0
    assert (kinds["gaps"].count if "gaps" in kinds else 0) == gaps
    assert (kinds["gaps"].details["missing"] if "gaps" in kinds else 0) == missing
    assert (kinds["zero-volume"].count if "zero-volume" in kinds else 0) == empty


def test_errors_are_found_in_the_broken_files_alone(reference_data: Path) -> None:
    errors = {}
    for folder in ("ohlcv", "funding"):
        for path in (reference_data / folder).iterdir():
            findings = check_prepared(prepared(path))
            found = [f.details for f in findings if f.severity is Severity.ERROR]
            if found:
                errors[f"{folder}/{path.stem}"] = found
    assert errors == {name: [page] for name, page in PAGED.items()}


@pytest.mark.parametrize(
    ("name", "instant"),
    [
        ("BINANCE-BTC-USDT-1h", "2020-03-12T10:00:00Z"),
        ("BINANCE-BTC-USDT-5m", "2020-03-13T02:35:00Z"),
        ("BINANCE-ETH-USDT-5m", "2021-09-07T15:05:00Z"),
        ("BINANCE-PERP-BTC-USDT-5m-2023", "2023-08-17T21:40:00Z"),
        ("BINANCE-PERP-PANEL-4h", "2021-05-19T12:00:00Z"),
    ],
)
def test_crashes_are_moves_and_no_errors(reference_data: Path, name: str, instant: str) -> None:
    findings = check_prepared(prepared(reference_data / "ohlcv" / f"{name}.parquet"))
    moves = [finding for finding in findings if finding.kind == "extreme-moves"]
    assert instant in {place.time for finding in moves for place in finding.places}
    assert "outliers" not in {finding.kind for finding in findings}


def test_late_settlements_are_told(reference_data: Path) -> None:
    findings = check_prepared(prepared(reference_data / "funding" / "BINANCE-BTCUSDT.parquet"))
    late = the(findings, "late-stamps")
    assert late.count == 2_662
    assert "up to 47ms" in late.meaning


def test_captures_are_named_to_the_back_test(reference_data: Path, tmp_path: Path) -> None:
    for path in sorted((reference_data / "l2").glob("*.zst")):
        with pytest.raises(DataError, match="is a raw capture"):
            imported(tmp_path / "lake", path)
