"""What is remembered of orders at Coinbase has a bound, however they end.

1. Of orders that are over, refused, or never told of again, no more than the bound stay.
2. An order in doubt that the venue did have stays, as every order that lives.
"""

from collections.abc import Callable
from typing import Final

import pytest

from tests.venues.coinbase.approved import INSTRUMENTS, approved, intent
from traider.domain.approvals import ApprovedOrder
from traider.domain.events import OrderFlag
from traider.domain.orders import OrderId, OrderType
from traider.gateway import coinbase_orders
from traider.gateway.client_ids import ClientIds
from traider.gateway.coinbase_orders import CoinbaseOrders

KEPT: Final = 16
MANY: Final = 5 * KEPT


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> CoinbaseOrders:
    monkeypatch.setattr(coinbase_orders, "ENDED_KEPT", KEPT)
    return CoinbaseOrders(ClientIds("d41a52c0"), INSTRUMENTS)


def single(number: int) -> list[ApprovedOrder]:
    """Return a limit order."""
    order_id = OrderId(1, number).pack()
    return [approved(intent(OrderType.LIMIT, order_id=order_id, size="0.1", price="50000"))]


def bracket(number: int) -> list[ApprovedOrder]:
    """Return an entry with its exits."""
    first, child = OrderId(1, number).pack(), OrderFlag.CHILD
    return [
        *single(number),
        approved(intent(OrderType.STOP, -1, child, first + 1, size="0.1", trigger="45000")),
        approved(intent(OrderType.LIMIT, -1, child, first + 2, size="0.1", price="60000")),
    ]


def is_over(orders: CoinbaseOrders, number: int) -> None:
    """Let an order be placed, and end."""
    work = orders.add(single(number))
    orders.place(work, f"v-{number}")
    orders.end(work)


def is_over_before_its_exits_woke(orders: CoinbaseOrders, number: int) -> None:
    """Let an entry end untraded, whose exits never had an id at the venue."""
    work = orders.add(bracket(number))
    orders.place(work, f"v-{number}")
    assert work.exits is not None
    orders.end(work)
    orders.end(work.exits)


def is_refused(orders: CoinbaseOrders, number: int) -> None:
    """Let the venue refuse an entry with its exits."""
    orders.drop(orders.add(bracket(number)))


def is_in_doubt(orders: CoinbaseOrders, number: int) -> None:
    """Let the answer to an entry with its exits be lost."""
    orders.doubt(orders.add(bracket(number)))


@pytest.mark.parametrize(
    ("happens", "kept"),
    [(is_over, KEPT), (is_over_before_its_exits_woke, KEPT), (is_refused, 0), (is_in_doubt, KEPT)],
)
def test_law_1_no_more_than_the_bound_is_remembered(
    orders: CoinbaseOrders, happens: Callable[[CoinbaseOrders, int], None], kept: int
) -> None:
    for number in range(MANY):
        happens(orders, number)
        assert orders.remembered <= KEPT
    assert orders.remembered == kept
    assert (orders.of(OrderId(1, 0).pack()), orders.at("v-0")) == (None, None)


@pytest.mark.parametrize("is_told", [True, False])
def test_law_2_an_order_in_doubt_that_lives_stays(orders: CoinbaseOrders, *, is_told: bool) -> None:
    doubted, living = orders.add(single(MANY)), orders.add(single(MANY + 1))
    orders.doubt(doubted)
    if is_told:
        orders.place(doubted, "v-doubted")
    for number in range(MANY):
        is_over(orders, number)
    assert orders.of(living.order_ids[0]) is living
    assert orders.of(doubted.order_ids[0]) is (doubted if is_told else None)
    assert orders.remembered == KEPT + 1 + is_told
