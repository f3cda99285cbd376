from dataclasses import replace
from decimal import Decimal

import pytest

from tests.kernel.scenario import (
    PERPETUAL,
    PLAIN_VENUE,
    Order,
    bars,
    bracket,
    buy,
    opening,
    play,
    record,
    sell,
    spec_of,
)
from traider.backtest.order_lives import OrderJournal, OrderLives
from traider.backtest.report.number_text import MoneyText
from traider.backtest.report.order_texts import outcome_text, terms_text
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.specification import KernelSpec

MONEY = MoneyText("USDT", 2)
MARKET = replace(PERPETUAL, name="BINANCE:BTC-USDT", tick_size=Decimal("0.5"), taker_fee_e8=100_000)
ROWS = [(100, 110, 90, 100, 20)] * 6


def lives_of(*orders: Order | EventArray | tuple[Order, ...], spec: KernelSpec) -> OrderLives:
    kept = OrderJournal()
    kept.add(play(spec, bars(*ROWS), *orders).events)
    return kept.lives()


def terms(order: Order | EventArray) -> str:
    lives = lives_of(order, spec=spec_of(MARKET))
    return terms_text(lives.intents[0], MARKET, MONEY)


def test_terms_in_words() -> None:
    flags = int(OrderFlag.POST_ONLY | OrderFlag.REDUCE_ONLY)
    assert terms(buy(1, 3)) == "buy 3 BTC at the market"
    assert terms(sell(1, 3, price=190, flags=flags)) == (
        "sell 3 BTC at a limit of 95, post-only, reduce-only"
    )
    assert terms(buy(1, 3, price=95, force=TimeInForce.IOC)) == (
        "buy 3 BTC at a limit of 47.5, IOC"
    )
    assert terms(buy(1, 1, trigger=105, price=108)) == (
        "buy 1 BTC at a stop of 52.5 with a limit of 54"
    )
    expiring = buy(1, 1, price=95, force=TimeInForce.GTD, expire=opening(3))
    assert terms(expiring) == "buy 1 BTC at a limit of 47.5, until 2024-01-01 03:00 UTC"
    by_money = record(
        Kind.MANUAL_ORDER,
        opening(1),
        side=1,
        size=250 * 10**8,
        flags=int(OrderFlag.QUOTE_SIZED) | int(OrderType.MARKET),
    )
    assert terms(by_money) == "buy BTC for 250.00 USDT at the market"


def test_an_exit_that_sleeps_says_so() -> None:
    lives = lives_of(bracket(buy(1, 2), stop=80, target=120), spec=spec_of(MARKET))
    assert terms_text(lives.intents[1], MARKET, MONEY) == (
        "sell 2 BTC at a stop of 40, reduce-only, sleeps until its entry fills"
    )


@pytest.mark.parametrize(
    ("order", "text"),
    [
        (buy(1, 2), "filled 2 BTC at 50, taker, fees 0.10 USDT, after 0.05 s"),
        (buy(1, 6, price=95), "filled 6 BTC at 47.5, maker, fees 0.00 USDT, after 1 h"),
        (buy(1, 1, price=50), "still open, nothing filled, when the data ended"),
        (
            buy(1, 1, price=50, force=TimeInForce.IOC),
            "cancelled unfilled: not filled at once",
        ),
        (
            buy(1, 30, price=95, force=TimeInForce.GTD, expire=opening(3) - 1),
            "filled in part, 10 BTC at 47.5, maker, fees 0.00 USDT, after 1 h",
        ),
        (
            buy(1, 1, price=50, force=TimeInForce.GTD, expire=opening(3)),
            "expired unfilled",
        ),
        (buy(1, -1), "never sent"),
    ],
)
def test_outcomes_in_words(order: Order, text: str) -> None:
    spec = spec_of(MARKET, venue=replace(PLAIN_VENUE, participation=0.5))
    lives = lives_of(order, spec=spec)
    assert outcome_text(lives, 0, MARKET, MONEY) == text


def test_a_part_that_cannot_be_paid_is_told() -> None:
    spot = replace(MARKET, can_short=False)
    lives = lives_of(buy(1, 500), spec=spec_of(spot, cash=1_001))
    assert outcome_text(lives, 0, spot, MONEY) == (
        "filled in part, 20 BTC at 50, taker, fees 1.00 USDT, after 0.05 s; "
        "the rest ended: insufficient funds"
    )
