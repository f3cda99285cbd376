"""Laws of the features: each one is what its definition says, on real bars, from its first bar.

1. What TA-Lib has, averages, ranges and windows, equals it to 1e-9 relative and starts on the same
   bar, on every bar of the sample (years with gaps: both count bars, not hours), against the
   installed library and against vectors it gave elsewhere. Prices are in ticks; TA-Lib gets the
   same.
2. ``rolling_vol`` equals TA-Lib's STDDEV of returns once its population deviation is turned into
   the sample one and annualized.
3. The features that TA-Lib has not equal a second implementation; a quantile equals NumPy's.
4. Larger bars, and features on them, equal what the same bars give aggregated here.
5. Where we differ on purpose: RSI of a flat history is 50 (TA-Lib 0), so it reads as neutral;
   MACD is the difference of two EMAs each seeded with its own first inputs (TA-Lib starts the fast
   one late), the same once that has faded; +DI of one bar is in percent as all are (TA-Lib gives
   a fraction there).
6. An input without a value gives none and changes nothing; what stands still reads zero exactly.
"""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from tests.features import reference_indicators as reference
from tests.features.real_bars import Series, assert_close, column, read_bars
from tests.kernel.builders import bar_records, feature_values, random_bars
from traider.domain.errors import StrategyError
from traider.domain.events import EventArray
from traider.domain.timeframes import DAY_NS, timeframe_ns

talib = pytest.importorskip("talib")

BTC = "BINANCE-BTC-USDT-1h"
PERP = "BINANCE-PERP-ETH-USDT-1m"
YEAR_NS = 365 * DAY_NS
WILLIAMS = "-100 * (donchian_high(14) - close) / (donchian_high(14) - donchian_low(14))"
"""Williams' %R, written with what the catalog has."""


@pytest.fixture(scope="module", params=[BTC, PERP])
def bars(request: pytest.FixtureRequest, sample_data: Path) -> EventArray:
    return read_bars(sample_data / f"{request.param}.parquet")


def base_of(bars: EventArray) -> str:
    return "1h" if bars["flags"][1] & 0xFF == 10 else "1m"


def one(text: str, bars: EventArray) -> Series:
    return feature_values([text], base_of(bars), bars)[text]


@pytest.mark.uncounted
@pytest.mark.parametrize("window", [2, 20, 333])
def test_averages_equal_talib(bars: EventArray, window: int) -> None:
    close = column(bars, "close")
    texts = [f"sma(close, {window})", f"ema(close, {window})", f"rsi(close, {window})"]
    found = feature_values(texts, base_of(bars), bars)
    assert_close(found[texts[0]], talib.SMA(close, window))
    assert_close(found[texts[1]], talib.EMA(close, window))
    assert_close(found[texts[2]], talib.RSI(close, window))


@pytest.mark.uncounted
@pytest.mark.parametrize("window", [2, 14, 100])
def test_ranges_equal_talib(bars: EventArray, window: int) -> None:
    prices = [column(bars, name) for name in ("high", "low", "close")]
    wanted = {
        f"atr({window})": talib.ATR(*prices, window),
        f"adx({window})": talib.ADX(*prices, window),
        f"plus_di({window})": talib.PLUS_DI(*prices, window),
        f"minus_di({window})": talib.MINUS_DI(*prices, window),
        "true_range()": talib.TRANGE(*prices),
    }
    found = feature_values(list(wanted), base_of(bars), bars)
    for text, series in wanted.items():
        assert_close(found[text], series)


@pytest.mark.uncounted
@pytest.mark.parametrize("window", [2, 48])
def test_rolling_volatility_equals_talib(bars: EventArray, window: int) -> None:
    close = column(bars, "close")
    deviation = talib.STDDEV(reference.change(close, 1)[1:], window)
    scale = np.sqrt(window / (window - 1.0) * YEAR_NS / timeframe_ns(base_of(bars)))
    # Both take it from running sums: two nearly equal returns leave nothing but rounding.
    found = one(f"rolling_vol(close, {window})", bars)
    assert_close(found, reference.after(1, deviation * scale), absolute=1e-10)


@pytest.mark.uncounted
@pytest.mark.parametrize("window", [2, 20, 333])
def test_windows_equal_talib(bars: EventArray, window: int) -> None:
    high, low, close = (column(bars, name) for name in ("high", "low", "close"))
    steps = close - reference.lag(close, 1)
    wanted = {
        f"highest(high, {window})": talib.MAX(high, window),
        f"lowest(low, {window})": talib.MIN(low, window),
        f"highest({window} - close / 3, {window})": talib.MAX(window - close / 3, window),
        f"slope(close, {window})": talib.LINEARREG_SLOPE(close, window),
        # Of changes, because TA-Lib's deviation of prices has no nine digits in quiet times.
        f"stdev(close - lag(close, 1), {window})": reference.after(
            1, talib.STDDEV(steps[1:], window)
        ),
    }
    found = feature_values(list(wanted), base_of(bars), bars)
    for text, series in wanted.items():
        # Ticks are whole: a slope of one tick in a thousand million is rounding.
        assert_close(found[text], series, absolute=1e-9 if "slope" in text else 1e-6)


@pytest.mark.uncounted
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


@pytest.mark.uncounted
@pytest.mark.parametrize("window", [4, 14, 96])
def test_the_later_ones_equal_a_second_implementation(bars: EventArray, window: int) -> None:
    prices = [column(bars, name) for name in ("open", "high", "low", "close")]
    wanted = later_features(prices, column(bars, "volume"), window, base_of(bars))
    found = feature_values(list(wanted), base_of(bars), bars)
    for text, series in wanted.items():
        # Small differences again; volatilities and correlations of next to nothing are rounding.
        assert_close(found[text], series, absolute=1e-9)


def later_features(
    prices: list[Series], volume: Series, window: int, base: str
) -> dict[str, Series]:
    """Return what the second implementation gives for the features without a TA-Lib twin."""
    _, high, low, close = prices
    year = YEAR_NS / timeframe_ns(base)
    deviation = sliding_window_view(close, window).std(axis=1)
    return {
        f"log_return(close, {window})": np.log(close / reference.lag(close, window)),
        f"stdev(close, {window})": reference.after(window - 1, deviation),
        f"zscore(close, {window})": reference.zscore(close, window),
        f"vwap({window})": reference.vwap(high, low, close, volume, window),
        f"parkinson({window})": reference.parkinson(high, low, window, year),
        f"garman_klass({window})": reference.garman_klass(prices, window, year),
        f"autocorrelation(close, {window})": reference.autocorrelation(close, window),
        f"quantile(volume, {window})": reference.quantile(volume, window),
        **{
            f"quantile_value(volume, {window}, {q})": reference.quantile_value(volume, window, q)
            for q in (0, 0.05, 0.5, 0.99, 1)
        },
        f"(high + low) / 2 - close * {window}": (high + low) / 2 - close * window,
    }


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
        ("true_range()", "TRANGE", 0.01),
        ("plus_di(14)", "PLUS_DI_14", 1.0),
        ("minus_di(14)", "MINUS_DI_14", 1.0),
        ("stdev(close, 20)", "STDDEV_20_1", 0.01),
        ("slope(close, 14)", "LINEARREG_SLOPE_14", 0.01),
        ("close - lag(close, 10)", "MOM_10", 0.01),
        ("return(close, 10) * 100", "ROC_10", 1.0),
        ("100 * atr(14) / close", "NATR_14", 1.0),
        ("bollinger_upper(20, 2)", "BBANDS_20_2_2.0", 0.01),
        ("bollinger_lower(20, 2)", "BBANDS_20_2_2.2", 0.01),
        ("donchian_middle(14)", "MIDPRICE_14", 0.01),
        (WILLIAMS, "WILLR_14", 1.0),
    ]
    found = feature_values([text for text, _, _ in cases], "1h", bars)
    for text, name, tick in cases:
        wanted = table[name].to_numpy(zero_copy_only=False)
        # A slope, a change and a rank near zero are small differences of large prices.
        assert_close(found[text] * tick, wanted, absolute=1e-9)


def test_macd_equals_published_vectors_once_the_seeds_have_faded(
    reference_data: Path, sample_data: Path
) -> None:
    table = pq.read_table(
        reference_data / "reference" / "TALIB-BINANCE-BTC-USDT-1h-2024-01-01.parquet"
    )
    ts_ns = table["ts"].to_numpy() * 10**6
    bars = read_bars(sample_data / f"{BTC}.parquet", int(ts_ns[0]), len(ts_ns))
    found = feature_values(["macd(12, 26)", "macd_signal(12, 26, 9)"], "1h", bars)
    for text, name in (("macd(12, 26)", "0"), ("macd_signal(12, 26, 9)", "1")):
        wanted = table[f"MACD_12_26_9.{name}"].to_numpy(zero_copy_only=False)
        np.testing.assert_allclose(found[text][250:] * 0.01, wanted[250:], rtol=0.0, atol=1e-9)


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
def test_a_quantile_equals_numpy_to_the_bit(sample_data: Path) -> None:
    bars = read_bars(sample_data / f"{BTC}.parquet")[:400]
    x = column(bars, "close") / 3.0
    for window, share in ((1, 0.3), (2, 0.5), (7, 0.05), (100, 0.05), (100, 0.95), (101, 0.731)):
        found = one(f"quantile_value(close / 3, {window}, {share})", bars)
        np.testing.assert_array_equal(found, reference.quantile_value(x, window, share))


@pytest.mark.interpreted
def test_what_stands_still_reads_exactly_zero_after_a_storm() -> None:
    bars = bar_records(random_bars(3, 40, swing=0.2))
    for name in ("open", "high", "low", "close"):
        bars[name][25:] = 10_000
    zero = [
        "stdev(close / 3, 5)", "zscore(close / 3, 5)", "slope(close, 5)", "parkinson(5)",
        "garman_klass(5)", "autocorrelation(close, 5)", "true_range()", "log_return(close, 5)",
        "stdev(return(close, 1), 5)",
    ]  # fmt: skip
    found = feature_values([*zero, "plus_di(5)", "quantile(close, 5)"], "1h", bars)
    assert {text: float(abs(found[text][-8:]).max()) for text in zero} == dict.fromkeys(zero, 0.0)
    assert found["quantile(close, 5)"][-1] == 0.5
    bars["close"] = bars["open"] = bars["high"] = bars["low"] = 10_000
    assert one("plus_di(5) + minus_di(5)", bars)[-1] == 0.0


@pytest.mark.interpreted
def test_what_has_no_value_changes_nothing() -> None:
    bars = bar_records(random_bars(5, 80))
    volume = column(bars, "volume")
    assert (volume == 0.0).any()
    texts = [
        "sma({}, 4)", "ema({}, 4)", "stdev({}, 4)", "zscore({}, 4)", "highest({}, 4)",
        "lowest({}, 4)", "slope({}, 4)", "quantile({}, 4)", "autocorrelation({}, 4)",
        "quantile_value({}, 4, 0.3)",
        "log_return({}, 4)", "return({}, 4)", "lag({}, 4)",
    ]  # fmt: skip
    gapped = feature_values([text.format("high / volume") for text in texts], "1h", bars)
    whole = bars[volume > 0.0]
    steady = feature_values([text.format("high / volume") for text in texts], "1h", whole)
    for text, series in gapped.items():
        assert np.isnan(series[volume == 0.0]).all(), text
        np.testing.assert_array_equal(series[volume > 0.0], steady[text], text)


@pytest.mark.interpreted
def test_what_is_no_number_is_no_value() -> None:
    bars = bar_records(random_bars(5, 30))
    bars["volume"][:] = [1, 0, 3] * 10
    bars["low"][7] = 0
    texts = [
        "1 / volume", "return(volume, 1)", "log_return(volume, 3)", "log_return(0 - volume, 1)",
        "autocorrelation(volume, 3)", "parkinson(1)", "1e100 * 1e90 * high * 1e100 * 1e100 * 1e9",
    ]  # fmt: skip
    with pytest.raises(StrategyError, match="number 1e\\+190"):
        feature_values(texts, "1h", bars)
    texts[-1] = "high * 1e100 * 1e100 * 1e100 * 1e100"
    found = feature_values(texts, "1h", bars)
    assert np.isnan(found[texts[0]]).tolist() == [False, True, False] * 10
    assert np.isnan(found[texts[1]]).tolist() == [True, False, True] + [False, False, True] * 9
    assert np.isnan(found[texts[2]]).tolist() == [True] * 3 + [False, True, False] * 9
    assert found[texts[2]][3] == 0.0
    assert np.isnan(found[texts[3]]).all() == np.False_
    assert np.isnan(found[texts[4]][2::3]).all()
    assert np.flatnonzero(np.isnan(found[texts[5]])).tolist() == [7]
    assert np.isnan(found[texts[6]]).all()


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
        "true_range()": talib.TRANGE(high, low, close),
        "plus_di(4)": talib.PLUS_DI(high, low, close, 4),
        "minus_di(4)": talib.MINUS_DI(high, low, close, 4),
        "highest(close, 4)": talib.MAX(close, 4),
        "lowest(close, 4)": talib.MIN(close, 4),
        "slope(close, 4)": talib.LINEARREG_SLOPE(close, 4),
        "plus_di(1)": 100.0 * talib.PLUS_DI(high, low, close, 1),
        "highest(close, 1)": close,
        "3 * macd(3, 6)": 3.0 * (talib.EMA(close, 3) - talib.EMA(close, 6)),
        **later_features([column(bars, "open"), high, low, close], volume, 4, "1h"),
    }
    found = feature_values(list(wanted), "1h", bars)
    for text, series in wanted.items():
        assert_close(found[text], series, absolute=1e-9)
