"""Captures as data: which files belong together, in what order, on what grid, in what chunks.

1. The size of a chunk changes no event, and no chunk ends within a message.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backtest.capture_files import SPOT, USDM, usdm_messages, write_capture
from tests.venues.binance.wire import NS, kinds, snapshot, spot_depth, trade, usdm_depth
from traider.backtest.bar_files import TradingRules
from traider.backtest.captures import (
    CaptureReader,
    CaptureSource,
    capture_chunks,
    capture_sources,
    instrument_of_capture,
    is_capture,
    load_capture,
)
from traider.domain.errors import DataError
from traider.domain.events import MarketFlag, join_events, sort_events
from traider.venues.binance.instruments import Market


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> CaptureSource:
    """A small capture on USD-M."""
    path = write_capture(tmp_path_factory.mktemp("captures") / USDM, usdm_messages())
    return capture_sources([path])[0]


def test_a_capture_is_told_by_its_name() -> None:
    assert is_capture(Path("a") / USDM)
    assert is_capture(Path("BINANCE-SPOT-X.txt"))
    assert not is_capture(Path("BINANCE-BTC-USDT-1h.parquet"))
    assert instrument_of_capture(Path(SPOT)) == "BINANCE:BTC-USDT"
    assert instrument_of_capture(Path("binance-usdm-ethusdt.txt.gz")) == "BINANCE:ETH-USDT-PERP"


@pytest.mark.parametrize(
    "name",
    ["BTCUSDT.txt", "KRAKEN-SPOT-BTCUSD.txt", "BINANCE-COINM-BTCUSD.txt", "BINANCE-SPOT-X.parquet"],
)
def test_a_name_that_tells_no_instrument_is_refused(name: str) -> None:
    with pytest.raises(DataError, match="name it BINANCE-SPOT"):
        instrument_of_capture(Path(name))


def test_events_come_as_the_book_could_be_known(source: CaptureSource) -> None:
    events = load_capture(source.paths)
    assert kinds(events) == [
        "TRADE",
        *["DEPTH_SNAPSHOT"] * 3,
        *["DEPTH_UPDATE"] * 2,
        "QUOTE",
        "DEPTH_UPDATE",
    ]
    at_snapshot = events["ts_recv"] == NS + 3_000_000
    assert at_snapshot.sum() == 5
    assert sort_events(events).tobytes() == events.tobytes()


@given(st.integers(1, 12))
def test_law_1_the_size_of_a_chunk_changes_nothing(source: CaptureSource, size: int) -> None:
    chunks = list(CaptureReader(source, 0).chunks(size))
    assert join_events(chunks).tobytes() == load_capture(source.paths).tobytes()
    assert all(chunk["flags"][-1] & MarketFlag.LAST_OF_MESSAGE for chunk in chunks)


def test_files_of_an_instrument_follow_by_time_and_share_the_book(tmp_path: Path) -> None:
    messages = usdm_messages()
    whole = load_capture([write_capture(tmp_path / USDM, messages)])
    first = write_capture(tmp_path / "BINANCE-USDM-BTCUSDT-b.txt", messages[:2])
    second = write_capture(tmp_path / "BINANCE-USDM-BTCUSDT-a.txt", messages[2:], NS + 2_000_000)
    (source,) = capture_sources([second, first])
    assert source.paths == (first, second)
    assert load_capture([second, first]).tobytes() == whole.tobytes()


def test_a_file_that_does_not_continue_breaks_the_book(tmp_path: Path) -> None:
    first = write_capture(tmp_path / "BINANCE-USDM-BTCUSDT-1.txt", usdm_messages())
    later = [usdm_depth((990, 995, 989), [("99.90", "9")]), snapshot(992, [("99.90", "8")])]
    second = write_capture(tmp_path / "BINANCE-USDM-BTCUSDT-2.txt", later, NS + 10**9)
    events = load_capture([first, second])
    wanted = ["GAP", "DEPTH_CLEAR", "RESYNC", "DEPTH_SNAPSHOT", "DEPTH_UPDATE"]
    assert kinds(events)[-5:] == wanted


def test_files_that_overlap_or_repeat_are_refused(tmp_path: Path) -> None:
    first = write_capture(tmp_path / "BINANCE-USDM-BTCUSDT-1.txt", usdm_messages(), NS, 10**9)
    second = write_capture(tmp_path / "BINANCE-USDM-BTCUSDT-2.txt", [trade(9)], NS + 10**9)
    with pytest.raises(DataError, match=r"2\.txt line 1: was received 4\.000 s before"):
        load_capture([first, second])
    with pytest.raises(DataError, match="is named twice"):
        capture_sources([first, first])


def test_instruments_are_merged_by_time(tmp_path: Path) -> None:
    usdm = write_capture(tmp_path / USDM, usdm_messages())
    spot = write_capture(
        tmp_path / SPOT,
        [snapshot(3, [("9.00", "1")]), *(spot_depth((k, k), [("9.00", "2")]) for k in (4, 5, 6))],
        NS + 500_000,
    )
    sources = capture_sources([usdm, spot])
    assert [source.market for source in sources] == [Market.USDM, Market.SPOT]
    events = load_capture([usdm, spot])
    assert sort_events(events).tobytes() == events.tobytes()
    for position, path in enumerate([usdm, spot]):
        alone = load_capture([path])
        alone["instrument"] = position
        assert events[events["instrument"] == position].tobytes() == alone.tobytes()
    assert join_events(list(capture_chunks(sources))).tobytes() == events.tobytes()


def test_the_grid_is_given_registered_or_found(tmp_path: Path) -> None:
    known = write_capture(tmp_path / USDM, usdm_messages())
    messages = [trade(1, "1.2500", "3.50", s="NKNUSDT"), trade(2, "1.5", "3.125", s="NKNUSDT")]
    unknown = write_capture(tmp_path / "BINANCE-USDM-NKNUSDT.txt", messages)
    rules = {"BINANCE:BTC-USDT-PERP": TradingRules(Decimal("0.05"), Decimal("0.01"))}
    registered, found = capture_sources([known, unknown])
    given_one, _ = capture_sources([known, unknown], rules)
    assert (registered.tick_size, registered.lot_size) == (Decimal("0.1"), Decimal("0.001"))
    assert (registered.min_notional, registered.is_derivative) == (Decimal(100), True)
    assert registered.funding_interval_ns == 8 * 3_600 * 10**9
    assert (found.tick_size, found.lot_size) == (Decimal("0.01"), Decimal("0.001"))
    assert (found.min_size, found.funding_interval_ns) == (Decimal(0), 0)
    assert (given_one.tick_size, given_one.lot_size) == (Decimal("0.05"), Decimal("0.01"))


def test_a_lot_that_is_given_stays_when_the_tick_is_found(tmp_path: Path) -> None:
    path = write_capture(tmp_path / USDM, usdm_messages())
    rules = {"BINANCE:BTC-USDT-PERP": TradingRules(lot_size=Decimal("0.5"))}
    (source,) = capture_sources([path], rules)
    assert (source.tick_size, source.lot_size) == (Decimal("0.1"), Decimal("0.5"))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (b"{", "a message cannot be read"),
        (trade(6, "100.15"), "price 100.15 is no multiple of 0.1; the grid has changed"),
        (trade(6, s="ETHUSDT"), "a message is about ETHUSDT, not BTCUSDT"),
    ],
)
def test_a_message_that_cannot_be_mapped_is_told_with_its_line(
    tmp_path: Path, message: object, said: str
) -> None:
    path = write_capture(tmp_path / USDM, [trade(5), message])
    with pytest.raises(DataError) as caught:
        load_capture([path])
    assert caught.value.line().startswith(f"{path} line 2: {said}")


def test_an_empty_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is empty"):
        load_capture([write_capture(tmp_path / USDM, [])])
    with pytest.raises(DataError, match="no such file"):
        load_capture([tmp_path / SPOT])
