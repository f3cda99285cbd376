"""What a scan says of captures: extent, counts, and each thing a reader should know."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.backtest.capture_files import QUOTE, USDM, usdm_messages, write_capture
from tests.venues.binance.wire import NS, combined, snapshot, trade, usdm_depth
from traider.backtest.capture_scan import Capture, scan_captures
from traider.backtest.captures import capture_chunks, load_capture
from traider.domain.errors import DataError
from traider.domain.events import join_events

LATER = NS + 10**9
"""Received after the venue's times in the messages."""


def scanned(folder: Path, messages: Sequence[Any], start_ns: int = LATER, step_ns: int = 1) -> Any:
    """Return the scan of one capture."""
    path = write_capture(folder / USDM, messages, start_ns, step_ns)
    return scan_captures([path])[0]


def test_a_capture_is_described(tmp_path: Path) -> None:
    found: Capture = scanned(tmp_path, usdm_messages())
    assert found.instrument == "BINANCE:BTC-USDT-PERP"
    assert (found.first_ns, found.last_ns) == (LATER + 2, LATER + 5)
    assert (found.messages, found.events) == (6, 8)
    assert (found.snapshots, found.gaps, found.trades, found.quotes) == (1, 0, 1, 1)
    assert found.lowest == pytest.approx(99.9)
    assert found.notes == ()
    events = join_events(list(capture_chunks([found])))
    assert events.tobytes() == load_capture(found.paths).tobytes()


@pytest.mark.parametrize(
    ("messages", "note"),
    [
        (
            [*usdm_messages()[:3]],
            (
                "there is no depth snapshot, so 2 depth messages are not used; trades are, and of "
                "quotes only the gate takes its price"
            ),
        ),
        (
            [*usdm_messages(), usdm_depth((120, 121, 119), [("99.90", "1")])],
            "the depth stream broke 1 time, and no snapshot follows the last gap",
        ),
        (
            [
                *usdm_messages(),
                usdm_depth((120, 121, 119), [("99.90", "1")]),
                snapshot(121, [("99.90", "1")]),
            ],
            "the depth stream broke 1 time",
        ),
        ([trade(1), trade(3), trade(5)], "trades are missing in 2 places"),
        (
            [trade(1), trade(2, X="ADL")],
            "1 trade left out: the insurance fund and the like meet no order of the book",
        ),
        ([trade(1, size="0.0001"), trade(2)], "1 trade left out: less than a lot"),
        (
            [trade(1, size="1.0001"), trade(2, size="1.0002")],
            "2 sizes rounded toward zero: 1.0001 is finer than the lot 0.001",
        ),
        ([trade(1), trade(1)], "1 quote or trade left out: told before"),
        (
            [combined("bookTicker", QUOTE), *[combined("bookTicker", {**QUOTE, "u": 1})] * 2],
            "2 quotes and trades left out: told before",
        ),
        (
            [*usdm_messages(), snapshot(99, [("99.90", "1")])],
            "1 snapshot left out: older than the stream",
        ),
        (
            [trade(1), combined("kline_1m", {})],
            "1 message of btcusdt@kline_1m left out: no event is made of them",
        ),
        (
            [
                trade(1),
                combined(
                    "aggTrade",
                    {"e": "aggTrade", "a": 1, "T": NS // 10**6, "p": "1", "q": "1", "m": True},
                ),
            ],
            "1 trade left out: single trades and aggregates tell the same",
        ),
    ],
)
def test_what_a_reader_should_know_is_noted(
    tmp_path: Path, messages: Sequence[Any], note: str
) -> None:
    assert f"BINANCE:BTC-USDT-PERP: {note}" in scanned(tmp_path, messages).notes


def test_a_clock_that_was_behind_and_times_that_do_not_rise_are_noted(tmp_path: Path) -> None:
    found = scanned(tmp_path, [trade(1), trade(2)], NS - 1_493_000_000, 0)
    behind = "the recorder's clock was up to 1.500 s behind the venue's"
    assert found.notes == (
        "BINANCE:BTC-USDT-PERP: 1 message set 1 ns after the one before: received no later",
        f"BINANCE:BTC-USDT-PERP: {behind}: no latency can be read from it",
    )


def test_a_capture_of_depth_alone_has_no_lowest_price(tmp_path: Path) -> None:
    found = scanned(tmp_path, [snapshot(1, [("99.90", "1")])])
    assert (found.lowest, found.events) == (0.0, 1)


def test_a_capture_without_events_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds 1 messages and no event"):
        scanned(tmp_path, [{"result": None, "id": 1}])


def test_the_shipped_capture_is_sound(sample_data: Path) -> None:
    path = sample_data / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
    (found,) = scan_captures([path])
    assert (found.messages, found.snapshots, found.gaps) == (11_414, 1, 0)
    assert found.events == 85_600
    assert found.lowest == pytest.approx(63_943.9)
    assert [note for note in found.notes if "clock was up to 1.522 s behind" not in note] == []
