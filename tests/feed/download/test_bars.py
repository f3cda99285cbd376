"""Bars of every venue reach the lake exactly, whatever its pages are like."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.feed.download.downloads import (
    DAY_MS,
    MINUTE_MS,
    MS,
    QUICK,
    START_MS,
    closed,
    download,
    held_rows,
    one,
    request,
    tree_bytes,
)
from tests.servers.history_exchange import serving
from tests.servers.history_exchange_data import History, made_bars

PAGED = ("coinbase", "binance", "bybit", "okx")
BARS = made_bars(START_MS, 3_000, MINUTE_MS, [0, 1, *range(700, 712), *range(1_000, 1_900)])
NOW_MS = START_MS + 2_990 * MINUTE_MS + 30_000
HISTORIES = {"BTC": History(MINUTE_MS, BARS)}
FAULTS = {"short": 2, "empty": 5, "overlap": 3, "shuffled": 4, "strange": 7}
ROUGH = {**FAULTS, "busy": 11, "error": 7, "broken": 9, "cut": 13, "silence": 17}


@pytest.mark.parametrize("venue", PAGED)
@pytest.mark.parametrize("faults", [{}, FAULTS], ids=["calm", "odd-pages"])
def test_every_venue_gives_what_it_has(venue: str, faults: dict[str, int], tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        exchange.faults.periods = faults
        series = one(download(request(exchange, venue, tmp_path)))
    assert held_rows(tmp_path, series.key) == closed(BARS, NOW_MS)
    assert (series.stored.fresh, series.gaps, series.missing) == (2_076, 2, 912)


def test_failing_answers_are_asked_for_again_and_waits_are_kept(tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        exchange.faults.periods = ROUGH
        found = download(request(exchange, "okx", tmp_path), replace(QUICK, timeout_s=0.6))
        done, asked = exchange.faults.done, exchange.candles_asked()
    assert held_rows(tmp_path, one(found).key) == closed(BARS, NOW_MS)
    failing = [ROUGH[name] for name in ("busy", "error", "broken", "cut", "silence")]
    spoilt = [n for n in range(1, asked + 1) if any(n % period == 0 for period in failing)]
    assert found.faults >= len(spoilt) >= 10
    assert set(ROUGH) == set(done)
    assert exchange.too_early == 0


def test_the_open_bar_is_taken_when_it_is_closed_by_the_venue_s_clock(tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        first = one(download(request(exchange, "binance", tmp_path)))
        exchange.now_ms += 3 * MINUTE_MS
        second = one(download(request(exchange, "binance", tmp_path)))
    assert (first.stored.fresh, second.stored.fresh) == (2_076, 3)
    assert second.pages == 1
    assert held_rows(tmp_path, first.key) == closed(BARS, NOW_MS + 3 * MINUTE_MS)


def test_a_bar_that_just_closed_waits_for_the_venue_to_settle_it(tmp_path: Path) -> None:
    with serving(HISTORIES, START_MS + 2_000 * MINUTE_MS + 500) as exchange:
        series = one(download(request(exchange, "binance", tmp_path)))
    assert held_rows(tmp_path, series.key)[-1][0] == (START_MS + 1_998 * MINUTE_MS) * MS


def test_kraken_tells_how_far_back_it_goes(tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        exchange.faults.periods = {"short": 2}
        series = one(download(request(exchange, "kraken", tmp_path)))
    assert held_rows(tmp_path, series.key) == closed(BARS, NOW_MS)[-719:]
    assert series.known[0] == held_rows(tmp_path, series.key)[0][0]
    assert "newest 720 bars" in series.notes[0]


def test_years_before_the_listing_cost_a_handful_of_questions(tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        asked = request(exchange, "coinbase", tmp_path, since_ns=(START_MS - 3_000 * DAY_MS) * MS)
        found = download(asked)
        again = download(asked)
    assert held_rows(tmp_path, one(found).key) == closed(BARS, NOW_MS)
    assert one(found).gaps == 2
    assert found.requests < 70
    assert again.requests < 12


def test_pages_and_series_side_by_side_change_no_byte(tmp_path: Path) -> None:
    histories = {"BTC": History(MINUTE_MS, BARS), "ETH": History(MINUTE_MS, BARS[:2_500])}
    trees = []
    with serving(histories, NOW_MS) as exchange:
        for place, (page_rows, at_once) in enumerate(((0, 1), (97, 4))):
            lake = tmp_path / str(place)
            symbols, timeframes = ("BTCUSDT", "ETH-USDT-SWAP"), ("1m", "5m", "1h")
            both = request(exchange, "okx", lake, symbols=symbols, timeframes=timeframes)
            terms = replace(QUICK, page_rows_max=page_rows, series_at_once=at_once)
            assert download(both, terms).error is None
            trees.append(tree_bytes(lake))
    assert len(trees[0]) > 18
    assert trees[0] == trees[1]


def test_a_value_that_changes_does_not_change_the_lake(tmp_path: Path) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        asked = request(exchange, "binance", tmp_path)
        download(asked)
        before = tree_bytes(tmp_path)
        exchange.faults.periods = {"differs": 1}
        assert one(download(asked)).stored.fresh == 0
    assert tree_bytes(tmp_path) == before


@pytest.mark.parametrize("faults", [{}, FAULTS], ids=["calm", "odd-pages"])
def test_a_venue_without_rules_of_its_own_is_asked_in_ccxt_s_way(
    faults: dict[str, int], tmp_path: Path
) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        exchange.faults.periods = faults
        series = one(download(request(exchange, "binanceus", tmp_path)))
    assert str(series.key.name) == "BINANCEUS:BTC-USDT"
    assert held_rows(tmp_path, series.key) == closed(BARS, NOW_MS)


def test_a_venue_that_gives_its_newest_whatever_is_asked_is_found_out(tmp_path: Path) -> None:
    now_ms = START_MS + 2_500 * MINUTE_MS
    with serving({"BTC": History(MINUTE_MS, made_bars(START_MS, 2_500, MINUTE_MS))}, now_ms) as it:
        it.faults.periods = {"stubborn": 1}
        series = one(download(request(it, "binanceus", tmp_path)))
    rows = held_rows(tmp_path, series.key)
    assert len(rows) == series.stored.fresh < 1_001
    assert series.known[0] == rows[0][0] > START_MS * MS
    assert "the venue gives its newest 1,000 bars alone" in series.notes[0]
