"""Stops, brackets and attached brackets: what sets them off, what they hold, how they end."""

from tests.venues.simulated.making import (
    PRODUCT,
    START_NS,
    accepted,
    empty_exchange,
    market_of,
    place,
    rest,
)
from traider.venues.simulated.amounts import ONE
from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.orders import Order, Status, Trigger
from traider.venues.simulated.refusals import Refusal

UP, DOWN = "STOP_DIRECTION_STOP_UP", "STOP_DIRECTION_STOP_DOWN"


def trading() -> Exchange:
    """Return an exchange whose crowd stands 100 lots wide at each price around 100."""
    exchange = empty_exchange()
    for distance in range(1, 30):
        exchange.crowds[PRODUCT].limit(1, 100 - distance, 100)
        exchange.crowds[PRODUCT].limit(-1, 100 + distance, 100)
    exchange.crowds[PRODUCT].take(1, 1)
    return exchange


def push(exchange: Exchange, ticks: int) -> None:
    """Let the crowd trade away everything up to ``ticks``."""
    side = 1 if ticks > market_of(exchange).last_ticks else -1
    exchange.crowds[PRODUCT].limit(side, ticks, 100_000)


def test_a_stop_waits_holds_and_then_works_as_a_limit() -> None:
    exchange = trading()
    order = accepted(
        exchange, "stop_limit_stop_limit_gtc", "SELL",
        base_size="0.010", limit_price="90", stop_price="95", stop_direction=DOWN,
    )  # fmt: skip
    assert (order.status, order.trigger) == (Status.OPEN, Trigger.PENDING)
    assert order.hold_units == ONE // 100
    assert market_of(exchange).book.best_ticks(-1) == 101
    push(exchange, 96)
    assert order.trigger is Trigger.PENDING
    exchange.crowds[PRODUCT].limit(1, 94, 50)
    push(exchange, 95)
    assert (order.status, order.trigger) == (Status.FILLED, Trigger.TRIGGERED)
    assert order.hold_units == 0


def test_a_stop_that_is_met_already_is_refused() -> None:
    exchange = trading()
    for side, price, direction, reason in (
        ("SELL", "101", DOWN, "PREVIEW_STOP_PRICE_ABOVE_LAST_TRADE_PRICE"),
        ("BUY", "101", UP, "PREVIEW_STOP_PRICE_BELOW_LAST_TRADE_PRICE"),
    ):
        refusal = place(
            exchange, "stop_limit_stop_limit_gtc", side,
            base_size="0.010", limit_price="100", stop_price=price, stop_direction=direction,
        )  # fmt: skip
        assert isinstance(refusal, Refusal)
        assert refusal.preview_reason == reason


def bracket(exchange: Exchange) -> Order:
    """Sell 0.05 at 110 or, below 92, for what it brings."""
    return accepted(
        exchange, "trigger_bracket_gtc", "SELL",
        base_size="0.050", limit_price="110", stop_trigger_price="92",
    )  # fmt: skip


def test_a_bracket_takes_its_profit_at_the_limit() -> None:
    exchange = trading()
    order = bracket(exchange)
    assert market_of(exchange).book.lots_at(-1, 110) == 150
    push(exchange, 111)
    assert order.status is Status.FILLED
    assert {fill.price_ticks for fill in order.fills} == {110}
    assert all(fill.is_maker for fill in order.fills)
    assert market_of(exchange).stops == []


def test_a_bracket_sells_below_its_stop_and_leaves_its_limit() -> None:
    exchange = trading()
    order = bracket(exchange)
    for ticks in (93, 92):
        push(exchange, ticks)
        exchange.crowds[PRODUCT].limit(1, 91, 200)
    assert (order.status, order.trigger) == (Status.FILLED, Trigger.TRIGGERED)
    assert not any(fill.is_maker for fill in order.fills)
    assert market_of(exchange).book.lots_at(-1, 110) == 100
    assert order.hold_units == 0


def test_an_attached_bracket_opens_for_what_its_parent_filled() -> None:
    exchange = trading()
    parent = accepted(
        exchange, "sor_limit_ioc", base_size="0.200", limit_price="101",
        attached={"trigger_bracket_gtc": {"limit_price": "120", "stop_trigger_price": "95"}},
    )  # fmt: skip
    assert (parent.status, parent.filled_lots) == (Status.CANCELLED, 99)
    child = exchange.portfolio.orders[parent.attached_order_id]
    assert (child.side, child.lots, child.limit_ticks, child.stop_ticks) == (-1, 99, 120, 95)
    assert child.originating_order_id == parent.order_id
    assert child.status is Status.OPEN
    unfilled = accepted(
        exchange, "limit_limit_gtc", base_size="0.200", limit_price="80",
        attached={"trigger_bracket_gtc": {"limit_price": "120", "stop_trigger_price": "70"}},
    )  # fmt: skip
    assert exchange.entry.cancel(exchange.portfolio, unfilled.order_id) == ""
    assert unfilled.attached_order_id not in exchange.portfolio.orders


def test_an_order_ends_when_its_time_is_over() -> None:
    exchange = trading()
    order = accepted(
        exchange, "limit_limit_gtd", base_size="0.010", limit_price="90",
        end_time="2026-01-01T00:00:05Z",
    )  # fmt: skip
    assert exchange.desk.next_end_ns() == START_NS + 5_000_000_000
    exchange.desk.now_ns = START_NS + 4_999_999_999
    exchange.desk.expire()
    assert order.status is Status.OPEN
    exchange.desk.now_ns += 1
    exchange.desk.expire()
    assert (order.status, order.hold_units) == (Status.EXPIRED, 0)
    late = place(
        exchange, "limit_limit_gtd", base_size="0.010", limit_price="90",
        end_time="2026-01-01T00:00:05Z",
    )  # fmt: skip
    assert isinstance(late, Refusal)


def test_an_account_never_trades_with_itself() -> None:
    exchange = trading()
    resting = rest(exchange, "SELL", 100, 10)
    taking = accepted(exchange, "limit_limit_gtc", base_size="0.020", limit_price="100")
    assert (taking.status, taking.filled_lots) == (Status.CANCELLED, 0)
    assert taking.cancel_reason == "self trade prevention"
    assert resting.status is Status.OPEN


def test_a_match_can_be_told_in_pieces() -> None:
    exchange = trading()
    exchange.desk.pieces = 4
    order = accepted(exchange, "market_market_ioc", base_size="0.010")
    assert [fill.lots for fill in order.fills] == [3, 3, 2, 2]
    assert order.status is Status.FILLED
