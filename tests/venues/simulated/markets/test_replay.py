"""Recordings as a market: the book and the tape end as an independent replay says."""

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from traider.domain.errors import DataError
from traider.runtime.exchange_markets import SourceRequest, market_plan
from traider.venues.simulated.exchange import Exchange, Market, Opening

pytestmark = pytest.mark.uncounted

NAME = "BINANCE-USDM-BTCUSDT-20240718"


def opened(*paths: Path) -> tuple[Exchange, Market]:
    """Return an exchange on which a recording is about to play."""
    plan = market_plan(SourceRequest(replay=paths, keeps_time=True))
    exchange = Exchange(Opening(plan.products, plan.start_ns))
    return exchange, plan.open(exchange)


def test_a_recording_can_be_told_as_of_another_time(sample_data: Path) -> None:
    start_ns = 1_800_000_000_000_000_000
    file = sample_data / f"{NAME}.txt.zst"
    plan = market_plan(SourceRequest(replay=(file,), start_ns=start_ns))
    exchange = Exchange(Opening(plan.products, plan.start_ns))
    market = plan.open(exchange)
    own, own_market = opened(file)
    # The market opens at that time; what came before its books stood lies before it.
    assert exchange.desk.now_ns == start_ns
    due, own_due = market.next_ns(), own_market.next_ns()
    assert due is not None
    assert own_due is not None
    assert due - start_ns == own_due - own.desk.now_ns
    now = market_plan(SourceRequest(replay=(file,)))
    assert now.is_of_now
    assert abs(now.start_ns - time.time_ns()) < 60 * 10**9


def play(exchange: Exchange, market: Market) -> int:
    """Play to the end; return how often the book stood crossed."""
    crossed = 0
    while (due := market.next_ns()) is not None:
        exchange.desk.now_ns = due
        market.step()
        for each in exchange.desk.markets.values():
            bid, ask = each.book.best_ticks(1), each.book.best_ticks(-1)
            crossed += bid is not None and ask is not None and bid >= ask
    return crossed


def test_the_sample_plays_to_its_published_end(sample_data: Path) -> None:
    exchange, market = opened(sample_data / f"{NAME}.txt.zst")
    (product,) = exchange.desk.products.values()
    assert product.product_id == "BTC-USDT-PERP"
    assert play(exchange, market) == 0
    book = exchange.desk.markets["BTC-USDT-PERP"].book
    bids = [(product.price_text(level.ticks), level.lots) for level in book.bids.best_first()]
    asks = [(product.price_text(level.ticks), level.lots) for level in book.asks.best_first()]
    # EXPECTED.json of the shared data, from a replay that shares no code with this one.
    assert (len(bids), len(asks)) == (2170, 1885)
    assert bids[:3] == [("63959.9", 20327), ("63959.8", 2021), ("63959.7", 8)]


@pytest.mark.parametrize(
    "name", [NAME, "BINANCE-SPOT-BTCUSDT-20240808", "BINANCE-SPOT-ETHUSDT-20240808"]
)
def test_captures_end_as_published(reference_data: Path, name: str) -> None:
    expected: dict[str, Any] = json.loads((reference_data / "l2" / "EXPECTED.json").read_text())
    exchange, market = opened(reference_data / "l2" / f"{name}.txt.zst")
    assert play(exchange, market) == 0
    (state,), (product,) = exchange.desk.markets.values(), exchange.desk.products.values()
    for side, key in ((state.book.bids, "top5_bids"), (state.book.asks, "top5_asks")):
        top = [
            [Decimal(product.price_text(level.ticks)), Decimal(product.size_text(level.lots))]
            for level in side.best_first()
        ][:5]
        assert top == [[Decimal(text) for text in row] for row in expected[name][key]]
    volume = sum(candle.lots for candle in state.candles.series(60))
    told = Decimal(product.size_text(volume))
    # Some trades came before the first book, when the exchange was not open yet.
    assert Decimal("0.95") < told / Decimal(expected[name]["trade_qty"]) <= 1


def test_a_recording_without_a_book_is_refused(reference_data: Path) -> None:
    with pytest.raises(DataError, match="no whole book"):
        opened(reference_data / "l2" / "BINANCE-SPOT-BTCUSDT-20230405.txt.zst")
