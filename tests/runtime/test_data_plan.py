"""Data found by its names: funding goes to the perpetual its file or its folders tell of."""

from pathlib import Path

import pytest

from tests.store.source_tables import hours, imported, settlements, write_parquet
from traider.domain.errors import DataError
from traider.runtime.config import load_config
from traider.runtime.data_plan import scan_data


def test_a_lake_may_give_bars_and_funding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lake = tmp_path / "lake"
    for base in ("BTC", "ETH"):
        bars = write_parquet(tmp_path / f"BINANCE-PERP-{base}-USDT-1h.parquet", hours(100))
        imported(lake, bars)
        funding = write_parquet(tmp_path / f"BINANCE-{base}USDT.parquet", settlements(9))
        imported(lake, funding)
    top = "lake/venue=BINANCE/instrument="
    files = ", ".join(f'"{top}{base}-USDT-PERP/kind=bars-1h"' for base in ("BTC", "ETH"))
    paid = f'data.funding=["{top}ETH-USDT-PERP/kind=funding"]'
    data = scan_data(load_config(None, (f"data.files=[{files}]", paid)))
    assert [source.instrument for source in data.sources] == [
        "BINANCE:BTC-USDT-PERP",
        "BINANCE:ETH-USDT-PERP",
    ]
    assert [file.instrument for file in data.funding] == [1]
    only_btc = f'data.files=["{top}BTC-USDT-PERP/kind=bars-1h"]'
    with pytest.raises(DataError, match="is named after no perpetual of this run"):
        scan_data(load_config(None, (only_btc, paid)))
