import math
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kernel.scenario import SPOT
from traider.backtest.report.feature_text import feature_text
from traider.backtest.report.number_text import DASH, MINUS
from traider.features.measures import Measure, measure_of

MARKET = replace(SPOT, name="BINANCE:BTC-USDT", tick_size=Decimal("0.1"))


@pytest.mark.parametrize(
    ("value", "name", "text"),
    [
        (63_012.42, "sma(close, 20)@1h", "63,012.42"),
        (12.5, "volume@1h", "12.5 BTC"),
        (71.234, "rsi(close, 14)", "71.2"),
        (-0.0123, "return(close, 5)", f"{MINUS}1.23%"),
        (0.0001, "close@funding", "+0.0100%"),
        (0.654, "ewm_vol(close, 48)", "65.4% a year"),
        (2.04, "vwap_z(48)", "+2.04 σ"),
        (1.0123456, "close / sma(close, 20)", "1.01235"),
        (math.nan, "rsi(close, 14)", DASH),
    ],
)
def test_a_value_is_shown_in_its_unit(value: float, name: str, text: str) -> None:
    assert feature_text(value, measure_of(name), MARKET) == text


def test_an_unknown_measure_is_a_plain_number() -> None:
    assert feature_text(0.123456789, Measure(""), MARKET) == "0.123457"
