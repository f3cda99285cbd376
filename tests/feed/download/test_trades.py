"""Trades of every venue reach the lake once each, in order, with the taker's side."""

from pathlib import Path
from typing import Any

import pytest

from tests.feed.download.downloads import (
    MINUTE_MS,
    MS,
    START_MS,
    download,
    held_rows,
    one,
    request,
)
from tests.servers.history_exchange import serving
from tests.servers.history_exchange_data import (
    History,
    Trade,
    in_order,
    made_bars,
    made_trades,
)

TRADES = in_order(made_trades(START_MS + 5 * MINUTE_MS, 6_000, 1_300_000))
BARS = made_bars(START_MS, 300, MINUTE_MS)
NOW_MS = START_MS + 300 * MINUTE_MS
HISTORIES = {"BTC": History(MINUTE_MS, BARS, TRADES)}
ODD = {"short": 3, "empty": 7, "busy": 11, "error": 13, "broken": 17, "strange": 5}


def wanted(venue: str, trades: list[Trade], size: float = 1.0) -> list[tuple[Any, ...]]:
    step = 1000 if venue in {"coinbase", "kraken"} else 1_000_000
    return [
        (
            trade.ts_us * 1000 // step * step,
            float(trade.price),
            pytest.approx(float(trade.size) * size, rel=1e-15),
            1 if trade.is_buy else -1,
            str(trade.number),
        )
        for trade in trades
    ]


@pytest.mark.parametrize("venue", ["coinbase", "binance", "okx", "kraken"])
@pytest.mark.parametrize("faults", [{}, ODD], ids=["calm", "odd-pages"])
def test_each_trade_is_kept_once(venue: str, faults: dict[str, int], tmp_path: Path) -> None:
    end_ms = START_MS + 100 * MINUTE_MS
    with serving(HISTORIES, NOW_MS) as exchange:
        exchange.faults.periods = faults
        asked = request(exchange, venue, tmp_path, what=("trades",), until_ns=end_ms * MS)
        series = one(download(asked))
    inside = [trade for trade in TRADES if trade.ts_us < end_ms * 1000]
    assert held_rows(tmp_path, series.key) == wanted(venue, inside)
    assert series.differing == 0


def test_contracts_are_counted_out_in_the_base(tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        asked = request(
            exchange,
            "okx",
            tmp_path,
            what=("trades",),
            symbols=("BTC-USDT-SWAP",),
            until_ns=(START_MS + 10 * MINUTE_MS) * MS,
        )
        series = one(download(asked))
    inside = [trade for trade in TRADES if trade.ts_us < (START_MS + 10 * MINUTE_MS) * 1000]
    assert held_rows(tmp_path, series.key) == wanted("okx", inside, 0.01)


def test_an_instant_fuller_than_a_page_is_paged_by_number(tmp_path: Path) -> None:
    crowd = [Trade(n, START_MS * 1000 + 5_000_000, "1.5", "0.1", n % 2 == 0) for n in range(350)]
    with serving({"BTC": History(MINUTE_MS, BARS, crowd)}, NOW_MS) as exchange:
        asked = request(
            exchange,
            "okx",
            tmp_path,
            what=("trades",),
            until_ns=(START_MS + MINUTE_MS) * MS,
        )
        series = one(download(asked))
    assert held_rows(tmp_path, series.key) == wanted("okx", crowd)


def test_a_venue_without_history_gives_its_newest_and_says_so(tmp_path: Path) -> None:
    with serving(HISTORIES, START_MS + 60 * MINUTE_MS) as exchange:
        series = one(download(request(exchange, "bybit", tmp_path, what=("trades",))))
    over_ms = START_MS + 60 * MINUTE_MS - 2_000
    known = [str(trade.number) for trade in TRADES if trade.ts_us < over_ms * 1000]
    rows = [row[4] for row in held_rows(tmp_path, series.key)]
    assert rows == known[-len(rows) :]
    assert 50 < len(rows) <= 60
    assert "newest 60 trades" in series.notes[0]


def test_going_on_later_brings_each_trade_once(tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        key = None
        for lake, ends in (("parts", (37, 38, 80)), ("whole", (80,))):
            for end in ends:
                asked = request(
                    exchange,
                    "binance",
                    tmp_path / lake,
                    what=("trades",),
                    until_ns=(START_MS + end * MINUTE_MS + 137) * MS,
                )
                key = one(download(asked)).key
    assert key is not None
    rows = held_rows(tmp_path / "parts", key)
    assert rows == held_rows(tmp_path / "whole", key)
    assert len(rows) > 3_000
