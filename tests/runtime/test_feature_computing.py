"""Computing over files: incremental, stoppable, over a lake, with a person's own numbers."""

import json
from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from tests.features.recorded_runs import BOOK, EXAMPLES, real_run
from tests.features.store.stores import bytes_of, opened, record_whole, rows_of
from traider.domain.errors import DataError, Interrupted, UsageError
from traider.domain.events import Kind
from traider.features.definition import FeatureDefinition, feature_hash
from traider.journal.instruments import JournalInstrument
from traider.journal.writer import JournalWriter
from traider.kernel.compiled import compile_kernel
from traider.runtime.config import Config, load_config
from traider.runtime.feature_computing import ComputedFeatures, compute_features, with_lake_files
from traider.runtime.feature_stores import held_features
from traider.store.importing import Importer
from traider.store.preparation import SourceOptions

SETTINGS = """
[strategy]
kind = "ensemble"
[[strategy.alphas]]
name = "momentum"
"""
OWN = """
from traider.features import batch_feature

@batch_feature(params={"n": 3})
def tide(bars, params):
    return bars.close / bars.close[0] - 1.0
"""
ALPHA = """
from traider.signals import alpha

@alpha(features=("score_tide",))
def follow(x, p):
    return min(max(x[0], -1.0), 1.0), 1.0
"""


def bars(folder: Path, name: str, count: int, *, seed: int = 1, step_ms: int = 3_600_000) -> Path:
    columns = columns_of(wave(count, seed=seed), step_ms=step_ms)
    return write_bars(folder / f"BINANCE-{name}-USDT.parquet", columns)


def settings(folder: Path, *files: Path, text: str = SETTINGS) -> Config:
    path = folder / "run.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path, [f"data.files={json.dumps([str(file) for file in files])}"])


def computed(config: Config, lake: Path) -> ComputedFeatures:
    return compute_features(config, *opened(lake))


def test_a_second_computation_writes_what_is_new(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    first = computed(settings(tmp_path, bars(tmp_path, "AAA", 300)), lake)
    assert (first.written.fresh, first.written.known) == (600, 0)
    same = computed(settings(tmp_path, tmp_path / "BINANCE-AAA-USDT.parquet"), lake)
    assert (same.written.fresh, same.written.known) == (0, 600)
    more = computed(settings(tmp_path, bars(tmp_path, "AAA", 400)), lake)
    assert (more.written.fresh, more.written.known) == (200, 600)
    held = held_features(lake)
    assert [one.extent.rows for one in held] == [400, 400]
    assert [len(one.covered) for one in held] == [1, 1]


def test_instruments_on_one_grid_share_a_definition(tmp_path: Path) -> None:
    files = bars(tmp_path, "AAA", 200), bars(tmp_path, "BBB", 200, seed=2)
    done = computed(settings(tmp_path, *files), tmp_path / "lake")
    one, other = (feature_hash(sheet.features) for sheet in done.sheets)
    assert one == other
    alone = computed(settings(tmp_path, files[1]), tmp_path / "lake")
    assert feature_hash(alone.sheets[0].features) == one
    assert alone.written.fresh == 0


def test_a_stop_keeps_whole_rows_and_is_gone_on_from(tmp_path: Path) -> None:
    config = settings(tmp_path, bars(tmp_path, "AAA", 70_000, step_ms=60_000))
    asked: list[int] = []

    def late() -> bool:
        asked.append(1)
        return len(asked) > 3

    store, definitions = opened(tmp_path / "lake")
    compile_kernel()  # else stopping is asked about between its functions too
    with pytest.raises(Interrupted, match="rows written stay"):
        compute_features(config, store, definitions, stop=late)
    kept = sum(extent.rows for extent in store.series())
    assert 0 < kept < 140_000
    done = compute_features(config, store, definitions)
    assert (done.written.known, done.written.fresh) == (kept, 140_000 - kept)


def test_a_lake_brings_its_bars(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    for name in ("AAA", "BBB"):
        file = bars(tmp_path, name, 100, seed=len(name))
        Importer(lake, "refuse", 2 * 10**18).run(file, SourceOptions())
    done = computed(settings(tmp_path, lake), lake)
    assert [str(sheet.name) for sheet in done.sheets] == ["BINANCE:AAA-USDT", "BINANCE:BBB-USDT"]
    assert done.written.fresh == 400
    config = with_lake_files(settings(tmp_path, lake))
    assert [path.name for path in config.data.files] == ["kind=bars-1h", "kind=bars-1h"]


def test_a_lake_without_bars_of_one_length_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="holds no bars"):
        with_lake_files(settings(tmp_path, tmp_path / "empty"))
    lake = tmp_path / "lake"
    for name, step_ms in (("AAA", 3_600_000), ("BBB", 60_000)):
        file = bars(tmp_path, name, 100, step_ms=step_ms)
        Importer(lake, "refuse", 2 * 10**18).run(file, SourceOptions())
    with pytest.raises(UsageError, match="bars of 1h, 1m"):
        with_lake_files(settings(tmp_path, lake))


def test_a_file_of_no_venue_is_refused(tmp_path: Path) -> None:
    file = write_bars(tmp_path / "prices.parquet", columns_of(wave(100)))
    with pytest.raises(DataError, match="has no venue in its name"):
        computed(settings(tmp_path, file), tmp_path / "lake")


def test_numbers_of_ones_own_are_part_of_the_definition(tmp_path: Path) -> None:
    own, alpha = tmp_path / "own.py", tmp_path / "mine.py"
    own.write_text(OWN, encoding="utf-8")
    alpha.write_text(ALPHA, encoding="utf-8")
    text = (
        '[strategy]\nkind = "ensemble"\n[[strategy.alphas]]\nname = "follow"\nfile = "mine.py"\n'
        '[[strategy.features]]\nname = "tide"\nfile = "own.py"\n'
    )
    file = bars(tmp_path, "AAA", 100)
    done = computed(settings(tmp_path, file, text=text), tmp_path / "lake")
    assert any("not checked for look-ahead: tide" in note for note in done.notes)
    first = done.sheets[0]
    assert "score_tide" in first.features.features
    assert isinstance(first.features, FeatureDefinition)
    assert first.features.models[0].params == (("n", 3.0),)
    own.write_text(OWN.replace("- 1.0", "- 2.0"), encoding="utf-8")
    other = computed(settings(tmp_path, file, text=text), tmp_path / "lake").sheets[0]
    assert feature_hash(other.features) != feature_hash(first.features)
    alpha.write_text(ALPHA.replace("1.0), 1.0", "1.0), 0.5"), encoding="utf-8")
    third = computed(settings(tmp_path, file, text=text), tmp_path / "lake").sheets[0]
    assert third.features == other.features
    assert third.signals is not None
    assert other.signals is not None
    assert feature_hash(third.signals) != feature_hash(other.signals)


def test_a_journal_gives_the_rows_of_the_capture_it_holds(tmp_path: Path) -> None:
    run = real_run(BOOK)
    (market,) = run.plan.spec.markets
    known = JournalInstrument(market.name, "BTCUSDT", market.tick_size, market.lot_size)
    with JournalWriter.open(tmp_path / "journal", [known]) as writer:
        writer.append(run.events[run.events["kind"] != Kind.CONFIG_DIGEST])
    config = load_config(
        EXAMPLES / f"{BOOK}.toml", [f"data.files={json.dumps([str(tmp_path / 'journal')])}"]
    )
    done = computed(config, tmp_path / "lake")
    assert done.sheets == run.plan.sheets
    record_whole(run, tmp_path / "whole")
    assert bytes_of(rows_of(run, tmp_path / "lake")) == bytes_of(rows_of(run, tmp_path / "whole"))
