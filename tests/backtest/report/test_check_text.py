from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kernel.scenario import PERPETUAL
from traider.backtest.gate_checks import GateCheck
from traider.backtest.report.check_text import base_of, check_text, quote_of, verdict_text
from traider.backtest.report.number_text import MINUS, MoneyText
from traider.kernel.codes import Verdict

MONEY = MoneyText("USDT", 2)
MARKET = replace(PERPETUAL, name="BINANCE:BTC-USDT-PERP", lot_size=Decimal("0.001"))


@pytest.mark.parametrize(
    ("code", "number", "limit", "text"),
    [
        (Verdict.APPROVED, 0.0, 0.0, "approved"),
        (Verdict.KILLED, 1.0, 0.0, "refused: trading is killed"),
        (Verdict.UNHEALTHY, 5.0, 0.0, "refused: the feed is unhealthy (one sided)"),
        (Verdict.UNHEALTHY, 99.0, 0.0, "refused: the feed is unhealthy (99)"),
        (Verdict.SELF_TRADE, 95.0, 96.0, "self trade: 95, limit 96"),
        (Verdict.EXPOSURE, 1.25, 1.0, "exposure: 1.250× of equity, limit 1.000× of equity"),
        (Verdict.MAX_NOTIONAL, 1234.5, 1e3, "max notional: 1,234.50 USDT, limit 1,000.00 USDT"),
        (Verdict.MIN_SIZE, 1.0, 5.0, "min size: 0.001 BTC, limit 0.005 BTC"),
        (Verdict.MAX_SIZE, 2.5, 1.0, "max size: 2.5 BTC, limit 1 BTC"),
        (Verdict.PRICE_COLLAR, 0.0512, 0.05, "price collar: 5.12%, limit 5.00%"),
        (Verdict.STALE_DATA, 9e10, 6e10, "stale data: 90.0 s old, limit 60.0 s old"),
        (Verdict.ORDER_RATE, 11.0, 10.0, "order rate: 11 orders a minute, limit 10 orders a min"),
        (Verdict.SHORT_NOT_ALLOWED, -3.0, 0.0, f"short not allowed: {MINUS}0.003 BTC, limit 0 BTC"),
        (Verdict.OPEN_ORDERS, 256.0, 256.0, "open orders: 256, limit 256"),
        (Verdict.POSITION_NOTIONAL, 2500.0, 2e3, "notional: 2,500.00 USDT, limit 2,000.00 USDT"),
        (Verdict.DAILY_LOSS_SIGMAS, 3.214, 3.0, "3.21 standard deviations, limit 3.00 standard"),
        (Verdict.NO_COVARIANCE, 1.0, 60.0, "no covariance: 1 sample, limit 60 samples"),
        (Verdict.VAR, 0.0123, 0.01, "var: 1.23%, limit 1.00%"),
        (Verdict.LIQUIDATION_DISTANCE, 0.08, 0.1, "liquidation distance: 8.00%, limit 10.00%"),
    ],
)
def test_a_verdict_names_check_number_limit_and_unit(
    code: Verdict, number: float, limit: float, text: str
) -> None:
    assert text in verdict_text(code, number, limit, MARKET, MONEY)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (GateCheck(Verdict.KILLED, 2.0, 0.0), ("killed", "yes", "must be no")),
        (GateCheck(Verdict.MIN_NOTIONAL, 80.0, 0.0), ("min notional", "80.00 USDT", "none")),
        (
            GateCheck(Verdict.EXPOSURE, 0.25, 0.5),
            ("exposure", "0.250× of equity", "at most 0.500× of equity"),
        ),
        (
            GateCheck(Verdict.SHORT_NOT_ALLOWED, -3.0, 0.0),
            ("short not allowed", f"{MINUS}0.003 BTC", "at most 0 BTC"),
        ),
        (GateCheck(Verdict.MAX_SIZE, 2.5, 0.0), ("max size", "2.5 BTC", "off")),
        (GateCheck(Verdict.ES, 0.0123, 0.02), ("es", "1.23%", "at most 2.00%")),
        (
            GateCheck(Verdict.LIQUIDATION_DISTANCE, 0.3, 0.1),
            ("liquidation distance", "30.00%", "at least 10.00%"),
        ),
    ],
)
def test_a_check_has_its_number_and_its_limit(check: GateCheck, text: tuple[str, str, str]) -> None:
    assert check_text(check, MARKET, MONEY) == text


@pytest.mark.parametrize("code", list(Verdict))
def test_every_verdict_has_words(code: Verdict) -> None:
    text = verdict_text(code, 2.0, 1.0, MARKET, MONEY)
    assert text.startswith(("approved", "refused"))
    assert "_" not in text


@pytest.mark.parametrize(
    ("name", "base"), [("BINANCE:BTC-USDT", "BTC"), ("ETH-USD", "ETH"), ("X", "X")]
)
def test_the_base_of_a_name(name: str, base: str) -> None:
    assert base_of(name) == base


def test_the_quote_of_a_name() -> None:
    names = ("BINANCE:BTC-USDT", "BINANCE:BTC-USDT-PERP", "ETH-USD", "GOLD")
    assert [quote_of(name) for name in names] == ["USDT", "USDT", "USD", ""]
