"""The desk under any sequence of requests.

Laws:

1. The book is never crossed, and each level's lots are those of its entries.
2. Of every currency the sum over all owners is zero: nothing is made or lost.
3. No account owes anything, and what it holds is what its open orders hold.
4. An order's numbers add up: fills, value, fees; nothing fills beyond its size or past its limit.
5. Matching is by price, then time: it equals a naive list that is sorted anew for each order.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.venues.simulated.making import PRODUCT, empty_exchange, market_of
from traider.venues.simulated.amounts import ONE
from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.order_entry import OrderRequest
from traider.venues.simulated.orders import Order, OrderType
from traider.venues.simulated.portfolios import Portfolio

PRICES = st.integers(95, 105)
SIZES = st.integers(1, 40)
SIDES = st.sampled_from(["BUY", "SELL"])
KEYS = (
    "limit_limit_gtc", "limit_limit_fok", "sor_limit_ioc", "market_market_ioc", "spend",
    "stop_limit_stop_limit_gtc", "trigger_bracket_gtc", "attached",
)  # fmt: skip


@dataclass(frozen=True)
class Action:
    """One request: by an account (0, 1) or the crowd (2)."""

    kind: str
    who: int
    side: str
    price: int
    other: int
    lots: int
    place: int


ACTIONS = st.builds(
    Action,
    st.sampled_from([*KEYS, "cancel", "edit", "crowd", "crowd", "crowd_take", "level"]),
    st.integers(0, 1),
    SIDES,
    PRICES,
    PRICES,
    SIZES,
    st.integers(0, 30),
)


def configuration_of(action: Action) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the configuration an action asks for, and what it attaches."""
    size, price, other = f"{action.lots / 1000:.3f}", str(action.price), str(action.other)
    limit = {"base_size": size, "limit_price": price}
    up = "STOP_DIRECTION_STOP_UP" if action.place % 2 else "STOP_DIRECTION_STOP_DOWN"
    made: dict[str, dict[str, Any]] = {
        "limit_limit_gtc": {**limit, "post_only": action.place % 3 == 0},
        "limit_limit_fok": limit,
        "sor_limit_ioc": limit,
        "market_market_ioc": {"base_size": size},
        "stop_limit_stop_limit_gtc": {**limit, "stop_price": other, "stop_direction": up},
        "trigger_bracket_gtc": {**limit, "stop_trigger_price": other},
    }
    if action.kind == "spend":
        return {"market_market_ioc": {"quote_size": str(action.lots)}}, None
    if action.kind == "attached":
        bracket = {"limit_price": price, "stop_trigger_price": other}
        return {"limit_limit_gtc": limit}, {"trigger_bracket_gtc": bracket}
    return {action.kind: made[action.kind]}, None


def carry_out(exchange: Exchange, accounts: list[Portfolio], action: Action) -> None:
    """Carry out an action."""
    account, crowd = accounts[action.who], exchange.crowds[PRODUCT]
    side = 1 if action.side == "BUY" else -1
    orders = [order for order in account.orders.values() if order.is_live]
    if action.kind == "cancel" and orders:
        exchange.entry.cancel(account, orders[action.place % len(orders)].order_id)
    elif action.kind == "edit" and orders:
        order = orders[action.place % len(orders)]
        exchange.entry.edit(
            account,
            {"order_id": order.order_id, "price": str(action.price),
             "size": f"{action.lots / 1000:.3f}"},
        )  # fmt: skip
    elif action.kind == "crowd":
        crowd.limit(side, action.price, action.lots)
    elif action.kind == "crowd_take":
        crowd.take(side, action.lots)
    elif action.kind == "level":
        crowd.print_trade(side, action.price, action.lots)
        crowd.set_level(side, action.price, action.lots)
    elif action.kind in KEYS:
        configuration, attached = configuration_of(action)
        client_id = f"{len(account.orders)}"
        exchange.entry.create(
            account, OrderRequest(client_id, PRODUCT, action.side, configuration, attached)
        )


def opened() -> tuple[Exchange, list[Portfolio]]:
    """Return an exchange with two accounts of little money."""
    exchange = empty_exchange()
    exchange.desk.portfolios.clear()
    money = {"USD": 20 * ONE, "BTC": ONE // 5}
    return exchange, [exchange.desk.open_portfolio(name, money) for name in "ab"]


def check_book(exchange: Exchange) -> None:
    book = market_of(exchange).book
    bid, ask = book.best_ticks(1), book.best_ticks(-1)
    assert bid is None or ask is None or bid < ask
    for side in (book.bids, book.asks):
        assert side.keys == sorted(level.ticks * side.side for level in side.levels.values())
        for level in side.levels.values():
            assert level.lots == sum(entry.lots for entry in level.entries.values()) > 0
            for entry in level.entries.values():
                assert entry.order is None or entry.lots == entry.order.leaves_lots


def check_money(exchange: Exchange, accounts: list[Portfolio]) -> None:
    ledger = exchange.desk.ledger
    assert all(ledger.total(currency) == 0 for currency in ledger.currencies())
    for account in accounts:
        for currency, balance in ledger.balances(account.portfolio_id):
            held = sum(o.hold_units for o in account.orders.values() if o.hold_currency == currency)
            assert balance.hold == held
            assert 0 <= balance.hold <= balance.total


def check_order(order: Order) -> None:
    assert order.filled_lots == sum(fill.lots for fill in order.fills) <= order.lots
    assert order.filled_units == sum(fill.value_units for fill in order.fills)
    assert order.fee_units == sum(fill.fee_units for fill in order.fills)
    assert order.hold_units == 0 or order.is_live
    if order.terms.order_type is OrderType.LIMIT and not order.edits:
        limit = order.limit_ticks * order.side
        assert all(fill.price_ticks * order.side <= limit for fill in order.fills)


@settings(max_examples=300)
@given(st.lists(ACTIONS, max_size=40))
def test_any_sequence_of_requests_keeps_the_books(actions: list[Action]) -> None:
    exchange, accounts = opened()
    exchange.crowds[PRODUCT].limit(1, 98, 30)
    exchange.crowds[PRODUCT].limit(-1, 102, 30)
    exchange.crowds[PRODUCT].take(1, 1)
    for action in actions:
        exchange.desk.now_ns += 1_000
        carry_out(exchange, accounts, action)
        check_book(exchange)
        check_money(exchange, accounts)
        for account in accounts:
            for order in account.orders.values():
                check_order(order)


@given(st.lists(st.tuples(st.sampled_from([1, -1]), PRICES, SIZES), max_size=60))
def test_matching_is_by_price_then_time(orders: list[tuple[int, int, int]]) -> None:
    exchange = empty_exchange()
    crowd, market = exchange.crowds[PRODUCT], market_of(exchange)
    naive: list[list[int]] = []
    told: list[tuple[int, int]] = []
    for number, (side, ticks, lots) in enumerate(orders):
        left = lots
        meets = [row for row in naive if row[0] == -side and row[1] * side <= ticks * side]
        for row in sorted(meets, key=lambda row: (row[1] * side, row[3])):
            part = min(left, row[2])
            if part:
                told.append((row[1], part))
            row[2] -= part
            left -= part
        naive = [row for row in naive if row[2]]
        if left:
            naive.append([side, ticks, left, number])
        crowd.limit(side, ticks, lots)
    assert [(trade.ticks, trade.lots) for trade in market.tape] == told
    levels = {
        (side.side, level.ticks): [entry.lots for entry in level.entries.values()]
        for side in (market.book.bids, market.book.asks)
        for level in side.levels.values()
    }
    expected: dict[tuple[int, int], list[int]] = {}
    for side, ticks, lots, _ in naive:
        expected.setdefault((side, ticks), []).append(lots)
    assert levels == expected
