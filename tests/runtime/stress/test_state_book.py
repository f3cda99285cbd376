"""The book of a run: worth, positions at their marks, and the stops that guard them."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from traider.domain.errors import UsageError
from traider.runtime.config import Config
from traider.runtime.status_body import Mode, OrderBody, Phase, PositionBody, StatusBody
from traider.runtime.stress.book_stress import book_of_run
from traider.runtime.stress.state_book import run_book

D = Decimal


def order(side: str, trigger: str, leaves: str, *, guards: bool = True) -> OrderBody:
    return OrderBody(
        order_id="1", client_order_id="1", name="BTC-USDT-PERP", side=side, kind="stop",
        size=leaves, leaves=leaves, price="", trigger=trigger, state="open", age_s=1.0,
        guards=guards,
    )  # fmt: skip


def status() -> StatusBody:
    return StatusBody(
        mode=Mode.DEMO, venue="LOCAL", state="s", pid=0, epoch=1, is_leader=False,
        phase=Phase.STOPPED, started_ns=0, now_ns=0, currency="USDT", nav="9500", cash="1000",
        pnl="-500", pnl_day="-500", fees="10", drawdown="0.06",
        positions=(
            PositionBody("BTC-USDT-PERP", "-0.1", "50000", "-5000", "-20"),
            PositionBody("ETH-USDT", "0", "3000", "0", "0"),
        ),
        orders=(
            order("buy", "55000", "0.1"),
            order("sell", "45000", "0.1"),
            order("buy", "56000", "0.1", guards=False),
            order("buy", "", "0.1"),
        ),
    )  # fmt: skip


def test_the_book_is_what_the_status_says() -> None:
    held = run_book(status(), Config())
    assert (held.equity, held.lost_today, held.drawdown) == (D(9500), D("0.05"), D("0.06"))
    named = book_of_run(held, [])
    (position,) = named.book.positions
    assert (position.quantity, position.price, position.value) == (D("-0.1"), D(50000), D(-5000))
    assert [(stop.trigger, stop.quantity) for stop in position.stops] == [(D(55000), D("0.1"))]
    assert position.margin is not None
    assert position.margin.maintenance(D(5000)) == 50
    assert (named.limits.lost_today, named.limits.daily_loss) == (D("0.05"), D("0.05"))
    assert named.book.cash == 9500


def test_of_a_run_that_never_traded_there_is_no_book() -> None:
    with pytest.raises(UsageError, match="has not traded yet"):
        run_book(replace(status(), nav="", pnl_day=""), Config())
