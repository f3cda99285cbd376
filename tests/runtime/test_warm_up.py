"""Histories: what the venue's candles and bar files tell, on the grid of the instruments."""

import asyncio
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.venues.simulated.serving import UNLIMITED
from traider.backtest.bar_files import read_batches
from traider.domain.events import Kind, MarketFlag
from traider.feed.feed import FeedInstrument
from traider.ops.clock import SystemClock
from traider.runtime.exchange import ExchangeRequest, build_server
from traider.runtime.exchange_markets import SourceRequest
from traider.runtime.warm_up import (
    HistoryBars,
    HistoryTerms,
    coinbase_history,
    file_history,
    has_candles,
    history_events,
)
from traider.venues.coinbase.market_reads import MarketReads
from traider.venues.coinbase.rest_session import RestSession, RestTerms

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
FILES = (
    SAMPLE / "BINANCE-PERP-BTC-USDT-1m.parquet",
    SAMPLE / "BINANCE-PERP-ETH-USDT-1m.parquet",
)
INSTRUMENTS = (
    FeedInstrument("COINBASE:BTC-USDT", "BTC-USDT", Decimal("0.1"), Decimal("0.00000001")),
    FeedInstrument("COINBASE:ETH-USDT", "ETH-USDT", Decimal("0.01"), Decimal("0.00000001")),
)
FIRST_NS = int(next(read_batches(FILES[0], None, None)).ts_ns[0])
MINUTE_NS = 60_000_000_000


def asked(terms: HistoryTerms) -> tuple[HistoryBars, ...]:
    """Return what a local exchange tells that opened after nine hours of the sample."""

    async def ask(folder: Path) -> tuple[HistoryBars, ...]:
        source = SourceRequest(
            bars=FILES, names=("BTC-USDT", "ETH-USDT"), history_ns=540 * MINUTE_NS
        )
        server, _ = build_server(ExchangeRequest(source=source, limits=UNLIMITED), folder)
        await server.start(0)
        try:
            async with RestSession(SystemClock(), terms=RestTerms(base_url=server.url())) as rest:
                return await coinbase_history(MarketReads(rest), INSTRUMENTS, terms)
        finally:
            await server.stop()

    return asyncio.run(ask(SAMPLE))


def test_the_venues_candles_are_the_bars_of_the_files() -> None:
    terms = HistoryTerms("1m", 400, FIRST_NS + 500 * MINUTE_NS + 17)
    told, read = asked(terms), file_history(FILES, INSTRUMENTS, terms)
    assert [len(history.starts_ns) for history in told] == [400, 400]
    for one, other in zip(told, read, strict=True):
        for name in ("starts_ns", "open", "high", "low", "close", "volume"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    events = history_events(told, terms)
    bars = events[1:-1]
    assert (bars["kind"] == Kind.BAR).all()
    assert (bars["flags"] & MarketFlag.GAP_BEFORE == 0).all()
    assert bars["ts_recv"].max() == FIRST_NS + 500 * MINUTE_NS
    assert (events["ts_recv"][0], events["ts_recv"][-1]) == (
        FIRST_NS + 100 * MINUTE_NS,
        terms.now_ns,
    )


def test_a_missing_bar_is_told_by_the_next() -> None:
    column = np.array([10, 10, 10], np.int64)
    starts = FIRST_NS + np.array([0, 1, 4], np.int64) * MINUTE_NS
    history = HistoryBars(starts, column, column, column, column, column)
    events = history_events((history,), HistoryTerms("1m", 9, FIRST_NS + 9 * MINUTE_NS))
    gaps = events["flags"][1:-1] & MarketFlag.GAP_BEFORE
    assert gaps.tolist() == [0, 0, MarketFlag.GAP_BEFORE]


@pytest.mark.parametrize(
    ("timeframe", "told"), [("1m", True), ("1h", True), ("15s", False), ("4h", True), ("8h", False)]
)
def test_only_some_lengths_are_told(timeframe: str, *, told: bool) -> None:
    assert has_candles(timeframe) is told


def test_files_of_other_pairs_and_lengths_are_left_out() -> None:
    terms = HistoryTerms("1h", 5, FIRST_NS + 600 * MINUTE_NS)
    assert [len(one.starts_ns) for one in file_history(FILES, INSTRUMENTS, terms)] == [0, 0]
    of_one = file_history(FILES[:1], INSTRUMENTS, HistoryTerms("1m", 5, terms.now_ns))
    assert [len(one.starts_ns) for one in of_one] == [5, 0]
