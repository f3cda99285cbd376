import pytest

from traider.features.catalogue import CATALOGUE
from traider.features.measures import Measure, measure_of

PRICE = Measure("price", prices=1)


@pytest.mark.parametrize(
    ("name", "measure"),
    [
        ("close@1h", PRICE),
        ("volume@1h", Measure("lots", lots=1)),
        ("sma(close, 20)@4h", PRICE),
        ("atr(14)", PRICE),
        ("ema(volume, 5)", Measure("lots", lots=1)),
        ("rsi(close, 14)", Measure("0 to 100")),
        ("return(close, 5)", Measure("fraction")),
        ("sma(rsi(close, 14), 3)", Measure("0 to 100")),
        ("slope(close, 9)", Measure("price a bar", prices=1)),
        ("slope(rsi(close, 14), 9)", Measure("0 to 100 a bar")),
        ("macd(12, 26)", PRICE),
        ("bollinger_upper(20, 2)", PRICE),
        ("(high + low) / 2", PRICE),
        ("close - 5", PRICE),
        ("2 * close", PRICE),
        ("1 + rsi(close, 14)", Measure("0 to 100")),
        ("close / sma(close, 20)", Measure("ratio")),
        ("close * volume", Measure("", prices=1, lots=1)),
        ("close * volume / volume", PRICE),
        ("1 / close", Measure("", prices=-1)),
        ("close * close", Measure("", prices=2)),
        ("close + volume", Measure("")),
        ("close * volume / (close * volume)", Measure("ratio")),
        ("time", Measure("seconds")),
        ("mid", PRICE),
        ("bid_size", Measure("lots", lots=1)),
        ("close@funding", Measure("fraction")),
        ("sma(close, 9)@funding", Measure("fraction")),
        ("beta(close, volume, 20)", Measure("", prices=1, lots=-1)),
        ("beta(close, open, 20)", Measure("ratio")),
        ("score_forest", Measure("-1 to 1")),
        ("confidence_forest", Measure("0 to 1")),
        ("a name of somebody's own", Measure("")),
    ],
)
def test_measures_follow_from_how_a_feature_is_written(name: str, measure: Measure) -> None:
    assert measure_of(name) == measure


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_feature_of_the_catalogue_has_a_unit(name: str) -> None:
    arguments = CATALOGUE[name].written.removeprefix(name)
    written = (
        arguments.replace("y", "open")
        .replace("x", "close")
        .replace(" n", " 20")
        .replace("q", "0.5")
    )
    assert measure_of(name + written.replace("(n", "(20")).unit
