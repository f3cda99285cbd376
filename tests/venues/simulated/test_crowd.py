"""The crowd of a recording: where an order of an account stands in its queue, and what fills it."""

from tests.venues.simulated.making import PRODUCT, empty_exchange, market_of, rest
from traider.venues.simulated.exchange import Exchange
from traider.venues.simulated.orders import Status


def quoted() -> Exchange:
    """Return an exchange whose crowd bids 5 lots at 100 and offers 5 at 102."""
    exchange = empty_exchange()
    exchange.crowds[PRODUCT].set_level(1, 100, 5)
    exchange.crowds[PRODUCT].set_level(-1, 102, 5)
    return exchange


def test_a_trade_uses_up_the_queue_ahead_before_it_fills() -> None:
    exchange = quoted()
    order, crowd = rest(exchange, "BUY", 100, 4), exchange.crowds[PRODUCT]
    crowd.print_trade(1, 100, 3)
    assert order.filled_lots == 0
    crowd.print_trade(1, 100, 3)
    assert order.filled_lots == 1
    crowd.print_trade(1, 100, 9)
    assert (order.filled_lots, order.status) == (4, Status.FILLED)
    tape = [(trade.ticks, trade.lots) for trade in market_of(exchange).tape]
    assert sum(lots for _, lots in tape) == 3 + 3 + 9
    # The recording has not yet said that its level shrank, so it stands as told.
    assert crowd.lots_at(1, 100) == 5


def test_shrinking_takes_those_behind_first() -> None:
    exchange = quoted()
    crowd = exchange.crowds[PRODUCT]
    order = rest(exchange, "BUY", 100, 4)
    crowd.set_level(1, 100, 9)
    crowd.set_level(1, 100, 5)
    crowd.print_trade(1, 100, 5)
    assert order.filled_lots == 0
    crowd.set_level(1, 100, 0)
    crowd.print_trade(1, 100, 1)
    assert order.filled_lots == 1


def test_the_order_of_news_does_not_matter() -> None:
    """A trade told before its level shrinks fills as much as one told after."""
    fills = []
    for trade_first in (True, False):
        exchange = quoted()
        crowd, order = exchange.crowds[PRODUCT], rest(exchange, "BUY", 100, 4)
        news = [lambda c=crowd: c.print_trade(1, 100, 2), lambda c=crowd: c.set_level(1, 100, 3)]
        for tell in news if trade_first else reversed(news):
            tell()
        crowd.print_trade(1, 100, 4)
        fills.append(order.filled_lots)
    assert fills == [1, 1]


def test_a_trade_through_an_order_fills_it_first() -> None:
    exchange = quoted()
    order = rest(exchange, "BUY", 101, 4)
    exchange.crowds[PRODUCT].print_trade(1, 100, 6)
    assert order.status is Status.FILLED
    assert [(t.ticks, t.lots) for t in market_of(exchange).tape] == [(101, 4), (100, 2)]


def test_a_level_that_crosses_an_order_trades_with_it() -> None:
    exchange = quoted()
    order = rest(exchange, "SELL", 101, 4)
    exchange.crowds[PRODUCT].set_level(1, 101, 3)
    assert order.filled_lots == 3
    exchange.crowds[PRODUCT].set_level(1, 103, 3)
    assert order.status is Status.FILLED
    book = market_of(exchange).book
    assert (book.best_ticks(1), book.best_ticks(-1)) == (103, None)
    assert [trade.maker_side for trade in market_of(exchange).tape] == [-1, -1]


def test_what_an_account_takes_is_gone_until_the_recording_speaks_of_it() -> None:
    exchange = quoted()
    crowd = exchange.crowds[PRODUCT]
    order = rest(exchange, "BUY", 102, 2)
    assert order.status is Status.FILLED
    assert crowd.lots_at(-1, 102) == 3
    crowd.set_level(-1, 102, 6)
    assert crowd.lots_at(-1, 102) == 6
