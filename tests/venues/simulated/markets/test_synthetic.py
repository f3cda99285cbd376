"""The synthetic market: the same seed makes the same flow, and the flow is a market."""

from itertools import pairwise

from traider.runtime.exchange_markets import SourceRequest, market_plan
from traider.venues.simulated.exchange import Exchange, Opening
from traider.venues.simulated.markets.synthetic import HISTORY_MINUTES

START_NS = 1_767_225_600_000_000_000
STEPS = 4_000


def played(seed: int, steps: int = STEPS) -> Exchange:
    """Return an exchange after some steps of a market of two products."""
    plan = market_plan(SourceRequest(seed=seed, start_ns=START_NS))
    exchange = Exchange(Opening(plan.products, plan.start_ns))
    market = plan.open(exchange)
    for _ in range(steps):
        due = market.next_ns()
        assert due is not None
        assert due >= exchange.desk.now_ns
        exchange.desk.now_ns = due
        market.step()
    return exchange


def picture(exchange: Exchange) -> list[object]:
    """Return tape, candles and book of every market."""
    return [
        (
            list(market.tape),
            list(market.candles.series(60)),
            [(level.ticks, level.lots) for level in market.book.bids.best_first()],
            [(level.ticks, level.lots) for level in market.book.asks.best_first()],
        )
        for market in exchange.desk.markets.values()
    ]


def test_the_same_seed_makes_the_same_market() -> None:
    first, again, other = played(3), played(3), played(4)
    assert picture(first) == picture(again)
    assert picture(first) != picture(other)


def test_both_sides_stay_filled_and_trades_happen() -> None:
    exchange = played(5)
    for market in exchange.desk.markets.values():
        bid, ask = market.book.best_ticks(1), market.book.best_ticks(-1)
        assert bid is not None
        assert ask is not None
        assert 0 < ask - bid < bid * 0.001
        assert min(len(market.book.bids.keys), len(market.book.asks.keys)) > 100
        share = (market.last_trade_id - 1_000_000) / (STEPS / 2)
        assert 0.02 < share < 0.6
        assert {trade.maker_side for trade in market.tape} == {1, -1}


def test_there_is_a_past_that_joins_the_present() -> None:
    exchange = played(6, 0)
    for market in exchange.desk.markets.values():
        minutes = list(market.candles.series(60))
        assert len(minutes) == HISTORY_MINUTES
        assert minutes[-1].start_s == START_NS // 10**9 - 60
        assert minutes[-1].close == market.last_ticks
        assert all(c.low <= min(c.open, c.close) <= max(c.open, c.close) <= c.high for c in minutes)
        assert all(a.close == b.open for a, b in pairwise(minutes))
