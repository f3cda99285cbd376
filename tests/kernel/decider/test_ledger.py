"""Cash, fees and positions, fill by fill."""

import pytest

from tests.kernel.scenario import MONEY, PERPETUAL, START, bars, buy, play, record, sell, spec_of
from traider.domain.errors import KernelError
from traider.domain.events import Kind
from traider.kernel.machine import DeciderMachine

pytestmark = pytest.mark.interpreted


def machine(cash: int = 1_000) -> DeciderMachine:
    return DeciderMachine(spec_of(PERPETUAL, PERPETUAL, cash=cash))


def test_a_fill_moves_cash_position_fees_and_turnover() -> None:
    made = machine()
    fills = ((1, 5, 100, 7, 0), (-1, 2, 110, -3, 0), (-1, 9, 90, 11, 0))
    for side, size, price, fee, leaves in fills:
        words = {"side": side, "size": size, "price": price, "fee": fee, "leaves": leaves}
        made.step(record(Kind.FILL, START, **words), 0)
    account, market = made.decider.account[0], made.decider.markets[0]
    assert account["cash_units"] == (1_000 - 500 + 220 + 810) * MONEY - 15
    assert market["position_lots"] == -6
    assert market["fees_units"] == 15
    assert market["traded_units"] == (500 + 220 + 810) * MONEY
    assert made.decider.markets[1]["position_lots"] == 0
    assert market["open_orders"] == 0


@pytest.mark.parametrize("words", [{"instrument": 2}, {"instrument": 65_535}, {"kind": 30_000}])
def test_what_the_kernel_has_no_row_for_is_refused(words: dict[str, int]) -> None:
    made = machine()
    before = made.state_hash()
    event = record(Kind.BAR, START, close=100)
    for name, value in words.items():
        event[name] = value
    with pytest.raises(KernelError, match="there are 2 instruments"):
        made.step(event, 0)
    assert made.state_hash() == before


def test_only_a_fill_that_leaves_nothing_ends_its_order() -> None:
    journal = play(spec_of(), bars((100, 101, 99, 100), (100, 101, 99, 100)), buy(1, 5, price=50))
    assert journal.machine.decider.markets[0]["open_orders"] == 1
    made = machine()
    first, second = (int(made.step(buy(0, 4).event(), 0)["order_id"][0]) for _ in range(2))
    market = made.decider.markets[0]
    for order_id, leaves, left in ((first, 3, 2), (first, 0, 1), (first, 0, 1), (second, 0, 0)):
        words = {"side": 1, "size": 1, "price": 100, "order_id": order_id, "leaves": leaves}
        made.step(record(Kind.FILL, START, **words), 0)
        assert market["open_orders"] == left


def test_equity_is_cash_and_positions_at_their_marks() -> None:
    rows = [(100, 101, 99, 100), (100, 101, 99, 100), (120, 121, 119, 120), (90, 91, 89, 90)]
    journal = play(spec_of(cash=1_000), bars(*rows), buy(1, 5), sell(2, 8))
    # 5 bought at 100, 8 sold at 120, 3 short at 90.
    assert journal.machine.decider.account[0]["equity"] == 1_000 - 500 + 960 - 270


def test_money_moved_is_cash_and_only_funding_is_an_instruments_cost() -> None:
    made = machine()
    account, market = made.decider.account[0], made.decider.markets[0]
    before = int(account["cash_units"])
    for amount, reason, paid in ((-7, 3, 7), (5, 3, 2), (100, 1, 2)):
        made.step(record(Kind.TRANSFER, START, w1=amount, w3=reason), 0)
        before += amount
        assert account["cash_units"] == before
        assert market["funding_units"] == paid


def test_the_books_of_the_venue_are_taken_over() -> None:
    made = machine()
    order_id = int(made.step(buy(0, 4).event(), 0)["order_id"][0])
    market = made.decider.markets[0]
    words = {"w1": -7, "w2": 1_234, "order_id": order_id}
    made.step(record(Kind.RECONCILE_ADJUSTMENT, START, code=1, **words), 0)
    assert market["position_lots"] == -7
    assert made.decider.account[0]["cash_units"] == 1_000 * MONEY + 1_234
    assert (market["open_orders"], market["watch_ns"]) == (1, START)
    made.step(record(Kind.RECONCILE_ADJUSTMENT, START, code=3, order_id=order_id), 0)
    assert market["open_orders"] == 0
