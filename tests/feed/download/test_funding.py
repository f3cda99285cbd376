"""Settled funding reaches the lake at its full hour, and a change of interval is told."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feed.download.downloads import MINUTE_MS, MS, START_MS, download, held_rows, one, request
from tests.servers.history_exchange import serving
from tests.servers.history_exchange_data import History, made_bars
from traider.domain.errors import UsageError
from traider.feed.download.funding_intervals import (
    IntervalPhase,
    interval_phases,
    missing_settlements,
)

HOUR_MS = 3_600_000
HOUR_NS = HOUR_MS * MS
EIGHTS = [(START_MS + place * 8 * HOUR_MS + place % 48, f"0.0001{place}") for place in range(300)]
CHANGE_MS = START_MS + 300 * 8 * HOUR_MS
ONES = [(CHANGE_MS + place * HOUR_MS + 3, f"-0.0002{place}") for place in range(250)]
FUNDING = [*EIGHTS, *ONES]
NOW_MS = CHANGE_MS + 249 * HOUR_MS + 20 * MINUTE_MS
BARS = made_bars(START_MS, 10, MINUTE_MS)
HISTORIES = {"BTC": History(MINUTE_MS, BARS, [], FUNDING)}


@pytest.mark.parametrize("venue", ["binance", "bybit", "okx"])
@pytest.mark.parametrize(
    "faults", [{}, {"short": 2, "empty": 5, "busy": 7, "strange": 3}], ids=["calm", "odd"]
)
def test_rates_are_whole_and_their_interval_is_told(
    venue: str, faults: dict[str, int], tmp_path: Path
) -> None:
    with serving(HISTORIES, NOW_MS) as exchange:
        exchange.faults.periods = faults
        asked = request(exchange, venue, tmp_path, what=("funding",), symbols=("BTC/USDT:USDT",))
        series = one(download(asked))
    rows = held_rows(tmp_path, series.key)
    hours = [(stamp // HOUR_MS * HOUR_NS, float(rate)) for stamp, rate in FUNDING]
    assert [row[:2] for row in rows] == hours
    assert series.intervals == (
        IntervalPhase(START_MS * MS, 8 * HOUR_NS),
        IntervalPhase(CHANGE_MS * MS, HOUR_NS),
    )
    assert series.missing == 0
    if venue == "binance":
        assert rows[-1][2] == 100.5


def test_spot_pays_no_funding(tmp_path: Path) -> None:
    with (
        serving(HISTORIES, NOW_MS) as exchange,
        pytest.raises(UsageError, match="pays no funding; ask for a perpetual"),
    ):
        download(request(exchange, "binance", tmp_path, what=("funding",)))


def test_a_missing_settlement_is_no_change_of_the_interval() -> None:
    hours = np.array([0, 8, 16, 32, 40, 48, 52, 56, 60, 68, 76], np.int64) * HOUR_NS
    phases = interval_phases(hours)
    assert [(p.from_ns // HOUR_NS, p.interval_ns // HOUR_NS) for p in phases] == [
        (0, 8), (48, 4), (60, 8),
    ]  # fmt: skip
    assert missing_settlements(hours, phases) == 1


@given(st.lists(st.tuples(st.sampled_from([1, 4, 8]), st.integers(3, 9)), min_size=1, max_size=5))
def test_every_run_of_intervals_is_found(runs: list[tuple[int, int]]) -> None:
    at, hours = 0, [0]
    wanted: list[tuple[int, int]] = []
    for hour, count in runs:
        if not wanted or wanted[-1][1] != hour:
            wanted.append((at, hour))
        for _ in range(count):
            at += hour
            hours.append(at)
    found = interval_phases(np.array(hours, np.int64) * HOUR_NS)
    assert [(p.from_ns // HOUR_NS, p.interval_ns // HOUR_NS) for p in found] == wanted
