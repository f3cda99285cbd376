"""Laws of the recorder: what a live feed leaves in the store is what a computation over files does.

1. Pieces of any size, a restart from a checkpoint, and a restart from the beginning after a crash
   leave the same rows, byte for byte, as all events in one piece.
2. Those rows are what the trading kernel decided on.
3. A live instrument, known by its name and grid alone, has the definitions and rows of its files.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.features.recorded_runs import BARS, BOOK, EXAMPLES, RealRun, real_run
from tests.features.store.stores import (
    bytes_of,
    opened,
    reader,
    record_whole,
    recorder,
    rows_of,
)
from tests.kernel.builders import cut
from traider.backtest.stream_source import StreamSource
from traider.domain.errors import DataError, KernelError
from traider.domain.events import Kind
from traider.domain.ports import EventSink
from traider.features.definition import feature_hash
from traider.runtime.config import load_config
from traider.runtime.feature_plan import feature_plan
from traider.runtime.feature_recording import FeatureRecorder


@pytest.fixture(scope="module", params=[BARS, BOOK])
def run(request: pytest.FixtureRequest) -> RealRun:
    return real_run(request.param)


@pytest.fixture(scope="module")
def whole(run: RealRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store into which everything was recorded at once."""
    folder = tmp_path_factory.mktemp("whole")
    record_whole(run, folder)
    return folder


def pieces_of(run: RealRun) -> list[np.ndarray]:
    places = np.cumsum(np.random.default_rng(4).geometric(40 / len(run.events), 100))
    return cut(run.events, places[places < len(run.events)].tolist())


def test_a_live_feed_that_restarts_leaves_the_rows_of_the_whole(
    run: RealRun, whole: Path, tmp_path: Path
) -> None:
    one: FeatureRecorder = recorder(run, tmp_path)
    sink: EventSink = one
    for number, piece in enumerate(pieces_of(run)):
        if number in (9, 21):
            state = one.checkpoint()
            sink = one = recorder(run, tmp_path, state)
        sink.append(piece)
    one.finish()
    assert bytes_of(rows_of(run, tmp_path)) == bytes_of(rows_of(run, whole))


def test_a_crash_is_mended_from_the_beginning(run: RealRun, whole: Path, tmp_path: Path) -> None:
    crashed = recorder(run, tmp_path)
    for piece in pieces_of(run)[:25]:
        crashed.append(piece)
    kept = crashed.written.fresh
    assert kept > 0
    again = record_whole(run, tmp_path)
    total = sum(table.num_rows for table in rows_of(run, whole).values())
    assert (again.written.known, again.written.fresh) == (kept, total - kept)
    assert bytes_of(rows_of(run, tmp_path)) == bytes_of(rows_of(run, whole))


def test_a_crash_is_mended_from_an_older_checkpoint(
    run: RealRun, whole: Path, tmp_path: Path
) -> None:
    pieces = pieces_of(run)
    crashed = recorder(run, tmp_path)
    for piece in pieces[:8]:
        crashed.append(piece)
    state = crashed.checkpoint()
    for piece in pieces[8:30]:
        crashed.append(piece)
    again = recorder(run, tmp_path, state)
    for piece in pieces[8:]:
        again.append(piece)
    again.finish()
    assert bytes_of(rows_of(run, tmp_path)) == bytes_of(rows_of(run, whole))


def test_rows_are_what_the_trader_decided_on(run: RealRun, whole: Path) -> None:
    drained = run.traded()
    ts, instrument = (
        np.concatenate([one.rows[name] for one in drained]) for name in ("ts", "instrument")
    )
    features = np.concatenate([one.row_features for one in drained])
    tables = rows_of(run, whole)
    for number, sheet in enumerate(run.plan.sheets):
        table = tables[f"{sheet.name} features-{feature_hash(sheet.features)[:12]}"]
        mine = instrument == number
        np.testing.assert_array_equal(table.column("ts").to_numpy(), ts[mine])
        for place, name in enumerate(sheet.features.columns):
            column = table.column(name)
            np.testing.assert_array_equal(
                column.is_null().to_numpy(zero_copy_only=False), np.isnan(features[mine, place])
            )
            kept = column.drop_null().to_numpy()
            used = features[mine, place]
            assert kept.tobytes() == used[~np.isnan(used)].tobytes()


def test_a_live_instrument_has_the_definitions_and_the_rows_of_its_files(tmp_path: Path) -> None:
    run = real_run(BOOK)
    (market,) = run.plan.spec.markets
    instrument = StreamSource(market.name, market.tick_size, market.lot_size)
    config = load_config(EXAMPLES / f"{BOOK}.toml", ["data.files=[]"])
    plan = feature_plan(config, [instrument])
    assert plan.sheets == run.plan.sheets
    record_whole(run, tmp_path / "files")
    live = FeatureRecorder(plan, *opened(tmp_path / "live"))
    live.append(run.events)
    live.finish()
    assert live.hashes == tuple(feature_hash(sheet.features) for sheet in run.plan.sheets)
    assert bytes_of(rows_of(run, tmp_path / "live")) == bytes_of(rows_of(run, tmp_path / "files"))


def test_a_live_instrument_with_bars_has_those_of_its_files(tmp_path: Path) -> None:
    run = real_run(BARS)
    live = [StreamSource(m.name, m.tick_size, m.lot_size, has_book=False, bars="1h")
            for m in run.plan.spec.markets]  # fmt: skip
    plan = feature_plan(load_config(EXAMPLES / f"{BARS}.toml", ["data.files=[]"]), live)
    assert plan.sheets == run.plan.sheets
    one = FeatureRecorder(plan, *opened(tmp_path))
    one.append(run.events[:4_000])
    one.close()
    assert one.written.fresh > 3_000


@pytest.mark.parametrize("start", [19_000, 20_001, 21_000])
def test_a_history_that_begins_elsewhere_is_not_mixed_in(tmp_path: Path, start: int) -> None:
    run = real_run(BARS)
    record_whole(run, tmp_path, run.events[20_000:22_000])
    kept = bytes_of(rows_of(run, tmp_path))
    with pytest.raises(DataError, match="begins at 2021-"):
        record_whole(run, tmp_path, run.events[start:])
    assert bytes_of(rows_of(run, tmp_path)) == kept


def test_a_history_that_differs_is_not_mixed_in(tmp_path: Path) -> None:
    run = real_run(BARS)
    record_whole(run, tmp_path, run.events[:2_000])
    kept = bytes_of(rows_of(run, tmp_path))
    other = run.events[:4_000].copy()
    bars = np.flatnonzero(other["kind"][:1_990] == Kind.BAR)
    other["close"][bars[-8:]] += 100
    with pytest.raises(DataError, match="holds other values"):
        record_whole(run, tmp_path, other)
    assert bytes_of(rows_of(run, tmp_path)) == kept


def test_time_that_passes_completes_a_row(tmp_path: Path) -> None:
    run = real_run(BARS)
    one = recorder(run, tmp_path)
    one.append(run.events[:9])
    one.flush()
    before = one.written.fresh
    last_ns = int(run.events["ts_recv"][8])
    one.pass_time(last_ns + 3_600 * 10**9)
    one.flush()
    assert one.written.fresh > before


def test_a_failed_recorder_writes_nothing_more(tmp_path: Path) -> None:
    run = real_run(BARS)

    def feed(one: FeatureRecorder) -> None:
        with one:
            one.append(run.events[100:110])
            one.append(run.events[:10])

    with pytest.raises(KernelError, match="not sorted"):
        feed(recorder(run, tmp_path))
    sheet = run.plan.sheets[0]
    with pytest.raises(DataError, match="holds no BINANCE:BTC-USDT features"):
        list(reader(tmp_path).read(sheet.name, sheet.features))


def test_features_of_ones_own_stand_beside_those_that_decide() -> None:
    chosen = ["data.start=2021-01-01", "data.end=2021-02-01",
              'feature_store.expressions=["macd(12, 26)", "rsi(close, 7)@1d"]']  # fmt: skip
    plan = real_run(BARS, overrides=tuple(chosen)).plan
    names = plan.sheets[0].features.features
    assert "(ema(close, 12) - ema(close, 26))@4h" in names
    assert "rsi(close, 7)@1d" in names
    assert set(real_run(BARS).plan.sheets[0].features.features) < set(names)
