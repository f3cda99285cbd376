"""Laws of the features: each one is what its definition says, on real bars, from its first bar.

1. SMA, EMA, RSI, ATR and ADX equal TA-Lib to 1e-9 relative and start on the same bar, on every
   bar of the sample (years with gaps: both count bars, not hours), against the installed library
   and against vectors it gave elsewhere. Prices are in ticks; TA-Lib gets the same.
2. ``rolling_vol`` equals TA-Lib's STDDEV of returns once its population deviation is turned into
   the sample one and annualized.
3. Return, lag, the volatilities and the VWAP score equal a second implementation.
4. Larger bars, and features on them, equal what the same bars give aggregated here.
5. Where we differ on purpose: RSI of a flat history is 50 (TA-Lib 0), so it reads as neutral.
"""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from tests.features import reference_indicators as reference
from tests.features.real_bars import Series, assert_close, column, read_bars
from tests.kernel.builders import bar_records, feature_values, random_bars
from traider.domain.events import EventArray
from traider.domain.timeframes import DAY_NS, timeframe_ns

talib = pytest.importorskip("talib")

BTC = "BINANCE-BTC-USDT-1h"
PERP = "BINANCE-PERP-ETH-USDT-1m"
YEAR_NS = 365 * DAY_NS


@pytest.fixture(scope="module", params=[BTC, PERP])
def bars(request: pytest.FixtureRequest, sample_data: Path) -> EventArray:
    return read_bars(sample_data / f"{request.param}.parquet")


def base_of(bars: EventArray) -> str:
    return "1h" if bars["flags"][1] & 0xFF == 10 else "1m"


def one(text: str, bars: EventArray) -> Series:
    return feature_values([text], base_of(bars), bars)[text]


@pytest.mark.parametrize("window", [2, 20, 333])
def test_averages_equal_talib(bars: EventArray, window: int) -> None:
    close = column(bars, "close")
    texts = [f"sma(close, {window})", f"ema(close, {window})", f"rsi(close, {window})"]
    found = feature_values(texts, base_of(bars), bars)
    assert_close(found[texts[0]], talib.SMA(close, window))
    assert_close(found[texts[1]], talib.EMA(close, window))
    assert_close(found[texts[2]], talib.RSI(close, window))


@pytest.mark.parametrize("window", [2, 14, 100])
def test_ranges_equal_talib(bars: EventArray, window: int) -> None:
    prices = [column(bars, name) for name in ("high", "low", "close")]
    found = feature_values([f"atr({window})", f"adx({window})"], base_of(bars), bars)
    assert_close(found[f"atr({window})"], talib.ATR(*prices, window))
    assert_close(found[f"adx({window})"], talib.ADX(*prices, window))


@pytest.mark.parametrize("window", [2, 48])
def test_rolling_volatility_equals_talib(bars: EventArray, window: int) -> None:
    close = column(bars, "close")
    deviation = talib.STDDEV(reference.change(close, 1)[1:], window)
    scale = np.sqrt(window / (window - 1.0) * YEAR_NS / timeframe_ns(base_of(bars)))
    # Both take it from running sums: two nearly equal returns leave nothing but rounding.
    found = one(f"rolling_vol(close, {window})", bars)
    assert_close(found, reference.after(1, deviation * scale), absolute=1e-10)


@pytest.mark.parametrize("window", [4, 14, 96])
def test_the_others_equal_a_second_implementation(bars: EventArray, window: int) -> None:
    high, low, close, volume = (column(bars, name) for name in ("high", "low", "close", "volume"))
    year = YEAR_NS / timeframe_ns(base_of(bars))
    texts = [
        f"return(close, {window})", f"lag(low, {window})", f"rolling_vol(close, {window})",
        f"ewm_vol(close, {window})", f"vwap_z({window})",
    ]  # fmt: skip
    found = feature_values(texts, base_of(bars), bars)
    assert_close(found[texts[0]], reference.change(close, window))
    assert_close(found[texts[1]], reference.lag(low, window), relative=0.0)
    assert_close(found[texts[2]], reference.rolling_volatility(close, window, year))
    assert_close(found[texts[3]], reference.ewm_volatility(close, window, year))
    wanted = reference.vwap_score(high, low, close, volume, window)
    # A gap near zero is a small difference of large prices.
    assert_close(found[texts[4]], wanted, absolute=1e-9)


def test_features_equal_published_vectors(reference_data: Path, sample_data: Path) -> None:
    table = pq.read_table(
        reference_data / "reference" / "TALIB-BINANCE-BTC-USDT-1h-2024-01-01.parquet"
    )
    ts_ns = table["ts"].to_numpy() * 10**6
    bars = read_bars(sample_data / f"{BTC}.parquet", int(ts_ns[0]), len(ts_ns))
    assert bars["ts_event"].tolist() == ts_ns.tolist()
    cases = [
        ("sma(close, 20)", "SMA_20", 0.01),
        ("ema(close, 20)", "EMA_20", 0.01),
        ("rsi(close, 14)", "RSI_14", 1.0),
        ("atr(14)", "ATR_14", 0.01),
        ("adx(14)", "ADX_14", 1.0),
    ]
    found = feature_values([text for text, _, _ in cases], "1h", bars)
    for text, name, tick in cases:
        assert_close(found[text] * tick, table[name].to_numpy(zero_copy_only=False))


@pytest.mark.parametrize(
    ("name", "length"), [(BTC, "4h"), (BTC, "1d"), (BTC, "2h"), (PERP, "5m"), (PERP, "15m")]
)
def test_larger_bars_are_what_the_finer_ones_make(
    name: str, length: str, sample_data: Path
) -> None:
    bars = read_bars(sample_data / f"{name}.parquet")
    base, names = base_of(bars), ("open", "high", "low", "close", "volume")
    columns = {name: column(bars, name) for name in names}
    larger, known = reference.aggregate(
        bars["ts_event"], columns, timeframe_ns(base), timeframe_ns(length)
    )
    derived = {
        f"sma(close, 20)@{length}": talib.SMA(larger["close"], 20),
        f"ema(rsi(close, 14), 5)@{length}": talib.EMA(talib.RSI(larger["close"], 14), 5),
        f"atr(14)@{length}": talib.ATR(larger["high"], larger["low"], larger["close"], 14),
        f"ewm_vol(close, 30)@{length}": reference.ewm_volatility(
            larger["close"], 30, YEAR_NS / timeframe_ns(length)
        ),
    }
    wanted = {**{f"{name}@{length}": larger[name] for name in names}, **derived}
    found = feature_values(list(wanted), base, bars)
    for text, series in wanted.items():
        seen = np.where(known >= 0, series[np.maximum(known, 0)], np.nan)
        assert_close(found[text], seen, relative=1e-9 if text in derived else 0.0)


def test_a_nested_feature_warms_up_after_its_input() -> None:
    bars = bar_records(random_bars(7, 60))
    close = column(bars, "close")
    found = one("sma(rsi(close, 5), 4)", bars)
    assert_close(found, reference.after(5, talib.SMA(talib.RSI(close, 5)[5:], 4)))


@pytest.mark.interpreted
def test_a_flat_history_reads_neutral() -> None:
    bars = bar_records(random_bars(1, 30))
    for name in ("open", "high", "low", "close"):
        bars[name] = 10_000
    texts = ["rsi(close, 5)", "atr(5)", "adx(5)", "rolling_vol(close, 5)", "ewm_vol(close, 5)"]
    found = feature_values([*texts, "vwap_z(5)"], "1h", bars)
    assert [float(found[text][-1]) for text in texts] == [50.0, 0.0, 0.0, 0.0, 0.0]
    assert found["vwap_z(5)"][-1] == 0.0
    assert talib.RSI(column(bars, "close"), 5)[-1] == 0.0


@pytest.mark.interpreted
def test_every_feature_in_small() -> None:
    bars = bar_records(random_bars(11, 90, missing=0.1))
    high, low, close, volume = (column(bars, name) for name in ("high", "low", "close", "volume"))
    year = YEAR_NS / timeframe_ns("1h")
    wanted = {
        "sma(close, 4)": talib.SMA(close, 4),
        "ema(close, 4)": talib.EMA(close, 4),
        "rsi(close, 4)": talib.RSI(close, 4),
        "atr(4)": talib.ATR(high, low, close, 4),
        "adx(4)": talib.ADX(high, low, close, 4),
        "return(close, 3)": reference.change(close, 3),
        "lag(high, 3)": reference.lag(high, 3),
        "rolling_vol(close, 4)": reference.rolling_volatility(close, 4, year),
        "ewm_vol(close, 4)": reference.ewm_volatility(close, 4, year),
        "vwap_z(4)": reference.vwap_score(high, low, close, volume, 4),
    }
    found = feature_values(list(wanted), "1h", bars)
    for text, series in wanted.items():
        assert_close(found[text], series, absolute=1e-9)
