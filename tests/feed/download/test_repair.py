"""Holes are told, asked for again, and believed once the venue has confirmed them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from tests.feed.download.downloads import (
    MINUTE_MS,
    MS,
    START_MS,
    closed,
    download,
    held_rows,
    one,
    request,
)
from tests.servers.history_exchange import serving
from tests.servers.history_exchange_data import History, made_bars
from traider.feed.download.candles import bar_table
from traider.feed.download.verifying import compare_bars, joined_bars

NOW_MS = START_MS + 1_999 * MINUTE_MS + 30_000
FULL = made_bars(START_MS, 2_000, MINUTE_MS)
LOST = {*range(100, 110), 500, *range(1_200, 1_300)}
OWN = {*range(700, 720), 701, 1_440}
FOR_EVER = [bar for place, bar in enumerate(FULL) if place not in OWN]
AT_FIRST = [bar for place, bar in enumerate(FULL) if place not in OWN | LOST]


@pytest.mark.parametrize("venue", ["binance", "coinbase"])
def test_repair_brings_what_there_is_and_confirms_the_rest(venue: str, tmp_path: Path) -> None:
    histories = {"BTC": History(MINUTE_MS, AT_FIRST)}
    with serving(histories, NOW_MS) as exchange:
        first = one(download(request(exchange, venue, tmp_path)))
        exchange.histories = {"BTC": History(MINUTE_MS, FOR_EVER)}
        plain = one(download(request(exchange, venue, tmp_path)))
        mended = one(download(request(exchange, venue, tmp_path, is_repairing=True)))
        asked = exchange.candles_asked()
        again = one(download(request(exchange, venue, tmp_path, is_repairing=True)))
        asked_again = exchange.candles_asked() - asked
    assert (first.gaps, first.missing, first.confirmed) == (5, 132, 0)
    assert (plain.stored.fresh, plain.gaps) == (0, 5)
    assert (mended.repaired, mended.gaps, mended.confirmed) == (111, 0, 2)
    assert (again.repaired, again.gaps, again.confirmed) == (0, 0, 2)
    assert asked_again <= 6
    assert held_rows(tmp_path, mended.key) == closed(FOR_EVER, NOW_MS)


def test_verification_compares_with_the_venue_s_longer_bars(tmp_path: Path) -> None:
    with serving({"BTC": History(MINUTE_MS, FULL)}, NOW_MS) as exchange:
        asked = request(exchange, "okx", tmp_path, verify="1h")
        found = one(download(asked)).verification
        assert found is not None
        assert found.is_equal
        assert found.compared == 33
        # The venue changes its mind about one minute, and the hour of it.
        other = list(FULL)
        opens, first, high, low, close, volume = other[130]
        other[130] = (opens, first, str(float(high) * 2), low, close, volume)
        exchange.histories = {"BTC": History(MINUTE_MS, other)}
        worse = one(download(asked)).verification
    assert worse is not None
    assert (worse.differing, worse.worst_field) == (1, "high")
    assert worse.worst == pytest.approx(0.5, 0.01)
    assert worse.worst_ns == (START_MS + 120 * MINUTE_MS) * MS


def test_joined_bars_are_those_of_exact_decimals() -> None:
    history = History(MINUTE_MS, FULL)
    ours = joined_bars(bar_table(FULL), 3_600_000 * MS)
    theirs = bar_table(history.of_length(3_600_000))
    found = compare_bars(ours, theirs, "1h")
    assert found.is_equal
    assert found.compared == 34


def test_bars_on_one_side_alone_are_counted() -> None:
    rows = bar_table(FULL[:10])
    found = compare_bars(rows.slice(2), rows.slice(0, 7), "1m")
    assert (found.compared, found.only_ours, found.only_theirs) == (5, 3, 2)
    none = compare_bars(rows.slice(0, 0), rows, "1m")
    assert (none.compared, none.only_theirs, none.worst) == (0, 10, 0.0)
    changed = rows.set_column(5, "volume", pa.array(np.arange(10.0)))
    assert compare_bars(changed, rows, "1m").differing == 10
