"""Where the exchange's market comes from: files and settings that can be used, and those not."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from traider.domain.errors import DataError, UsageError
from traider.runtime.exchange_markets import SourceRequest, market_plan
from traider.venues.simulated.candles import Candle
from traider.venues.simulated.exchange import Exchange, Market, Opening

HOUR_MS = 3_600_000
FIRST_MS = 1_767_225_600_000
BARS = (
    (100.0, 110.0, 95.5, 105.0, 12.5),
    (105.0, 105.0, 90.25, 99.0, 3.0),
    (99.0, 101.0, 99.0, 101.0, 0.0),
)


def written(folder: Path, name: str = "TEST-BTC-USD-1h", first_ms: int = FIRST_MS) -> Path:
    """Write a file of three hourly bars."""
    columns = dict(zip(("open", "high", "low", "close", "volume"), zip(*BARS, strict=True),
                       strict=True))  # fmt: skip
    times = [first_ms + place * HOUR_MS for place in range(len(BARS))]
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table({"ts": times, **columns}), path)
    return path


def opened(request: SourceRequest) -> tuple[Exchange, Market]:
    """Return an exchange and its market."""
    plan = market_plan(request)
    exchange = Exchange(Opening(plan.products, plan.start_ns))
    return exchange, plan.open(exchange)


def play(exchange: Exchange, market: Market) -> None:
    """Play a market to its end."""
    while (due := market.next_ns()) is not None:
        exchange.desk.now_ns = due
        market.step()


def test_bars_are_played_at_their_own_times(tmp_path: Path) -> None:
    exchange, market = opened(SourceRequest(bars=(written(tmp_path),)))
    assert exchange.desk.now_ns == FIRST_MS * 1_000_000
    assert list(exchange.desk.products) == ["BTC-USD", "BTC-USDC"]
    assert exchange.desk.markets["BTC-USD"].last_ticks == 10_000
    play(exchange, market)
    told = list(exchange.desk.markets["BTC-USD"].candles.series(3600))
    # A bar without volume has no trade, and so no candle.
    assert told == [
        Candle(FIRST_MS // 1000, 10_000, 11_000, 9_550, 10_500, 1_250_000_000),
        Candle(FIRST_MS // 1000 + 3600, 10_500, 10_500, 9_025, 9_900, 300_000_000),
    ]


def test_bars_start_later_by_whole_bars(tmp_path: Path) -> None:
    start_ns = (FIRST_MS + 5 * HOUR_MS) * 1_000_000 + 7
    request = SourceRequest(bars=(written(tmp_path),), start_ns=start_ns)
    plan = market_plan(request)
    assert plan.start_ns == start_ns - 7


def test_bars_of_several_products_follow_one_clock(tmp_path: Path) -> None:
    files = (written(tmp_path), written(tmp_path, "TEST-ETH-USD-1h", FIRST_MS + HOUR_MS))
    exchange, market = opened(SourceRequest(bars=files))
    times = []
    while (due := market.next_ns()) is not None:
        times.append(due)
        market.step()
    assert times == sorted(times)
    assert {name: len(m.tape) for name, m in exchange.desk.markets.items()} == {
        "BTC-USD": 44, "ETH-USD": 44,
    }  # fmt: skip
    only = opened(SourceRequest(bars=files, products=("ETH-USD",)))[0]
    assert list(only.desk.markets) == ["ETH-USD"]


def test_a_grid_like_the_venues_brings_its_product(tmp_path: Path) -> None:
    plan = market_plan(SourceRequest(bars=(written(tmp_path),)))
    product = plan.products["BTC-USD"]
    # Prices of two decimals and lots of 1e-8 are Coinbase's own grid.
    assert product.base_name == "Bitcoin"
    assert product.alias_to == ("BTC-USDC",)


@pytest.mark.parametrize("field", ["replay", "bars"])
def test_products_must_be_in_the_data(tmp_path: Path, sample_data: Path, field: str) -> None:
    recording = sample_data / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
    files = {"replay": (recording,), "bars": (written(tmp_path),)}[field]
    request = (
        SourceRequest(replay=files, products=("NO-USD",))
        if field == "replay"
        else SourceRequest(bars=files, products=("NO-USD",))
    )
    with pytest.raises(UsageError, match="NO-USD is not in the data"):
        market_plan(request)


def test_what_cannot_be_a_market_is_refused(tmp_path: Path, sample_data: Path) -> None:
    bars = written(tmp_path)
    recording = sample_data / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
    with pytest.raises(UsageError, match="a recording or bars, not both"):
        market_plan(SourceRequest(replay=(recording,), bars=(bars,)))
    with pytest.raises(UsageError, match="two files are bars of one product"):
        market_plan(SourceRequest(bars=(bars, written(tmp_path, "OTHER-BTC-USD-1h"))))
    with pytest.raises(DataError, match="names no base and quote"):
        market_plan(SourceRequest(bars=(written(tmp_path, "prices"),)))
    with pytest.raises(UsageError, match="NO-USD is not listed"):
        market_plan(SourceRequest(products=("NO-USD",)))


def test_a_history_is_candles_before_the_market_opens(tmp_path: Path) -> None:
    request = SourceRequest(
        bars=(written(tmp_path),), names=("ETH-USD",), history_ns=HOUR_MS * 1_000_000
    )
    exchange, market = opened(request)
    listed = exchange.desk.markets["ETH-USD"]
    assert exchange.desk.now_ns == (FIRST_MS + HOUR_MS) * 1_000_000
    assert [candle.close for candle in listed.candles.series(3600)] == [10_500]
    # A bar of an hour is no candle of a minute.
    assert list(listed.candles.series(60)) == []
    assert listed.last_ticks == 10_500
    play(exchange, market)
    assert [candle.close for candle in listed.candles.series(3600)] == [10_500, 9_900]


def test_a_market_goes_on_at_the_time_that_accounts_were_kept_at(tmp_path: Path) -> None:
    goes_on_ns = (FIRST_MS + HOUR_MS * 3 // 2) * 1_000_000
    exchange, market = opened(SourceRequest(bars=(written(tmp_path),), goes_on_ns=goes_on_ns))
    assert exchange.desk.now_ns == goes_on_ns
    assert (market.next_ns() or 0) > goes_on_ns
    play(exchange, market)
    series = exchange.desk.markets["BTC-USD"].candles.series(3600)
    assert [(candle.close, candle.lots) for candle in series] == [
        (10_500, 1_250_000_000),
        (9_900, 300_000_000),
    ]


def test_histories_and_names_that_do_not_fit_are_told(tmp_path: Path) -> None:
    bars = (written(tmp_path),)
    with pytest.raises(UsageError, match="all bars are over"):
        market_plan(SourceRequest(bars=bars, history_ns=9 * HOUR_MS * 1_000_000))
    with pytest.raises(UsageError, match="2 names for 1 files"):
        market_plan(SourceRequest(bars=bars, names=("A-USD", "B-USD")))
