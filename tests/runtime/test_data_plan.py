"""Data found by its names: funding goes to the perpetual its file or its folders tell of."""

from pathlib import Path

import pytest

from tests.backtest.capture_files import USDM, usdm_messages, write_capture
from tests.store.source_tables import hours, imported, settlements, write_parquet
from tests.venues.binance.wire import MS, combined
from traider.backtest.sources import market_events
from traider.domain.errors import DataError
from traider.domain.events import Kind, join_events
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
    with pytest.raises(DataError, match=r"^nofile\.parquet: there is no such file"):
        scan_data(load_config(None, (only_btc, 'data.funding=["nofile.parquet"]')))


def test_funding_is_what_a_capture_tells_or_a_file_in_its_place(tmp_path: Path) -> None:
    said = {"e": "markPriceUpdate", "P": "1", "i": "100", "p": "100"}
    due, following = MS + 1, MS + 8 * 3_600_000
    marks = [
        combined("markPrice@1s", {**said, "E": MS + number, "r": rate, "T": settles})
        for number, (rate, settles) in enumerate([("0.0001", due), ("0.0003", following)], 1)
    ]
    minute_ms = MS // 60_000 * 60_000
    messages = [*usdm_messages(), *marks]
    capture = write_capture(tmp_path / USDM, messages, (minute_ms - 3) * 1_000_000)
    columns = {"ts": [minute_ms + 2], "rate": [0.0005]}
    file = write_parquet(tmp_path / "BINANCE-BTCUSDT.parquet", columns)
    paid = []
    for funding in ("[]", f'["{file}"]'):
        settings = (f'data.files=["{capture}"]', f"data.funding={funding}")
        data = scan_data(load_config(None, settings))
        streams = [stream() for stream in data.funding_streams()]
        events = join_events(list(market_events(data.sources, streams)))
        settled = events[(events["kind"] == Kind.FUNDING) & (events["w4"] == 1)]
        paid.append(settled["w0"].tolist())
    assert paid == [[100_000_000], [500_000_000]]
