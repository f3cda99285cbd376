"""How a venue is asked: what is tried again, how long, and what is told at once."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.feed.download.downloads import MINUTE_MS, QUICK, START_MS, Seen, download, request
from tests.servers.history_exchange import HistoryExchange, serving
from tests.servers.history_exchange_data import History, made_bars
from traider.domain.errors import TraiderError, UsageError, VenueError
from traider.feed.download import Place
from traider.feed.download.ccxt_exchange import retry_after_s
from traider.ops.clock import SystemClock
from traider.venues.simulated.certificate import make_certificate

BARS = made_bars(START_MS, 500, MINUTE_MS)
NOW_MS = START_MS + 490 * MINUTE_MS
HISTORIES = {"BTC": History(MINUTE_MS, BARS)}


def failure(
    change: Callable[[HistoryExchange], None], folder: Path, **said: object
) -> TraiderError:
    """Return the error of a download of Binance, once ``change`` was made to the server."""
    with serving(HISTORIES, NOW_MS) as exchange:
        change(exchange)
        asked = request(exchange, "binance", folder, **said)
        terms = replace(QUICK, patience_s=0.4)
        try:
            error = download(asked, terms).error
        except TraiderError as fault:
            return fault
    assert error is not None
    return error


def test_a_wait_that_the_venue_names_is_read_in_both_forms() -> None:
    clock = SystemClock()
    assert retry_after_s({"Retry-After": "7"}, clock) == 7.0
    assert retry_after_s({"retry-after": "0.25"}, clock) == 0.25
    date = formatdate(time.time() + 30, usegmt=True)
    assert 28.0 < retry_after_s({"Retry-After": date}, clock) <= 30.0
    assert retry_after_s({"Retry-After": formatdate(0, usegmt=True)}, clock) == 0.0
    assert retry_after_s({"Retry-After": "soon"}, clock) == 0.0
    assert retry_after_s({}, clock) == 0.0


def test_patience_ends_with_one_line_and_what_came_is_kept(tmp_path: Path) -> None:
    def fails(exchange: HistoryExchange) -> None:
        exchange.faults.periods = {"error": 1}

    error = failure(fails, tmp_path)
    assert isinstance(error, VenueError)
    assert error.exit_code == 6
    assert "failed for 0 s: " in error.line()
    assert "it goes on where it stopped" in error.line()


def test_a_wait_beyond_our_patience_is_told_at_once(tmp_path: Path) -> None:
    def busy(exchange: HistoryExchange) -> None:
        exchange.faults.periods, exchange.faults.retry_after = {"busy": 1}, "3600"

    assert "asks to wait 3600 s" in failure(busy, tmp_path).line()  # an hour would be cut off


def test_a_wait_holds_back_every_series(tmp_path: Path) -> None:
    histories = {"BTC": History(MINUTE_MS, BARS), "ETH": History(MINUTE_MS, BARS)}
    with serving(histories, NOW_MS) as exchange:
        exchange.faults.periods, exchange.faults.retry_after = {"busy": 4}, "0.3"
        asked = request(exchange, "okx", tmp_path, symbols=("BTC-USDT", "ETH-USDT"))
        asked = replace(asked, timeframes=("1m", "3m", "5m"))
        assert download(asked, replace(QUICK, page_rows_max=60)).error is None
        # Questions already under way when the venue says so may still arrive: no more than these.
        assert exchange.too_early <= 2 * exchange.faults.done["busy"]
        assert exchange.faults.done["busy"] >= 5


def test_nobody_there_is_told_soon(tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        asked = request(exchange, "binance", tmp_path)
    with pytest.raises(VenueError, match=r"no connection: .*; check the network and --base-url"):
        download(asked)


def test_a_certificate_that_is_not_trusted_is_told(tmp_path: Path) -> None:
    _, context = make_certificate(tmp_path)

    async def tried() -> str:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        place = Place("kraken", f"https://127.0.0.1:{port}")
        with serving(HISTORIES, NOW_MS) as exchange:
            asked = replace(request(exchange, "kraken", tmp_path), place=place)
        try:
            await asyncio.to_thread(download, asked)
        except VenueError as error:
            return error.line()
        finally:
            server.close()
        return ""

    assert "certificate is not trusted" in asyncio.run(tried())


def test_a_refusal_is_not_asked_again(tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        asked = request(exchange, "binance", tmp_path, symbols=("BTC/USDT",))
        exchange.histories = {**HISTORIES}

        def forget(number: int) -> None:
            del number
            exchange.histories.clear()

        exchange.faults.on_page = forget
        found = download(asked)
    assert found.error is not None
    assert "the venue refused" in found.error.line()
    assert exchange.candles_asked() == 1


def test_what_makes_no_sense_is_refused_in_one_line(tmp_path: Path) -> None:
    def nothing(exchange: HistoryExchange) -> None:
        del exchange

    cases: tuple[tuple[dict[str, object], str], ...] = (
        ({"symbols": ("BTCUSD",)}, "lists no market 'BTCUSD'; did you mean BTC/USDT"),
        ({"timeframes": ("8h", "1m")}, ""),
        ({"timeframes": ("30s",)}, "offers no bars of 30s; choose from 1s, 1m"),
        ({"timeframes": ()}, "bars need a timeframe"),
        ({"since_ns": 4 * 10**18}, "is in the future"),
        ({"until_ns": 1}, "before it begins"),
        ({"what": ("candles",)}, "choose from bars, trades, funding"),
        ({"symbols": ()}, "no symbol is named"),
        ({"verify": "1m"}, "none of the timeframes makes up bars of 1m"),
    )
    for said, wanted in cases:
        if wanted:
            error = failure(nothing, tmp_path, **said)
            assert isinstance(error, UsageError)
            assert wanted in error.line()
            assert "\n" not in error.line()


def test_unknown_venues_get_near_names(tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        asked = replace(request(exchange, "binance", tmp_path), place=Place("binace", exchange.url))
        with pytest.raises(UsageError, match=r"'binace' is no venue .*did you mean binance"):
            download(asked)


def test_a_stop_keeps_whole_days_and_the_next_run_goes_on(tmp_path: Path) -> None:
    bars = made_bars(START_MS, 4_000, MINUTE_MS)
    with serving(
        {"BTC": History(MINUTE_MS, bars)}, START_MS + 4_000 * MINUTE_MS - 30_000
    ) as exchange:
        asked = request(exchange, "okx", tmp_path)
        stopped = download(asked, seen=Seen(stop_after=6))
        asked_before = exchange.candles_asked()
        again = download(asked)
    assert stopped.error is not None
    assert stopped.error.exit_code == 130
    assert stopped.series[0].stored.fresh == 1_440
    assert again.error is None
    assert again.series[0].stored.fresh == 3_999 - 1_440
    assert exchange.candles_asked() - asked_before < 14
