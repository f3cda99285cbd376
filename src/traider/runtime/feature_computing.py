"""Compute features and signals of whole files into a feature store, by the recorder of live feeds.

A computation may be stopped and repeated: it begins at the first event again, and writes what the
store does not have.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.backtest.run import Progress
from traider.domain.errors import Interrupted, UsageError
from traider.features.store.definition_folder import DefinitionFolder
from traider.features.store.sheets import Sheet
from traider.features.store.writing import BATCH_ROWS, Written
from traider.journal.segment_files import list_segments
from traider.kernel import CACHE_FOLDER, is_warm
from traider.runtime.config import Config
from traider.runtime.data_plan import scan_data
from traider.runtime.feature_plan import feature_plan
from traider.runtime.feature_recording import FeatureRecorder
from traider.runtime.wiring import plan_data, unchecked_notes, warm_up_kernel
from traider.store.kinds import Content
from traider.store.lake_paths import SeriesKey, series_folders
from traider.store.market_store import MarketStore

_WRITING: Final = "writing"


@dataclass(frozen=True)
class ComputedFeatures:
    """What a computation kept."""

    sheets: tuple[Sheet, ...]
    written: Written
    events: int
    notes: tuple[str, ...]


def compute_features(
    config: Config,
    store: MarketStore,
    definitions: DefinitionFolder,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> ComputedFeatures:
    """Read the data that ``config`` names, and write what its strategy reads and wants.

    Raises:
        Interrupted: ``stop`` was answered with yes; rows that were complete are written.
        TraiderError: the data, the strategy or the store cannot be used.
    """
    warm_up_kernel(progress, stop, first=not is_warm(CACHE_FOLDER))
    config = with_lake_files(config)
    data = scan_data(config)
    events = plan_data(config, data)
    plan = feature_plan(config, data.sources, data.timeframe)
    recorder = FeatureRecorder(plan, store, definitions, rows=BATCH_ROWS, hold_ns=0)
    total = sum(source.records for source in data.sources) + 1
    done = 0
    for chunk in events.events():
        if stop():
            recorder.flush()
            raise Interrupted("stopped", fix="rows written stay; run it again to go on")
        recorder.append(chunk)
        done += len(chunk)
        if progress is not None:
            progress(min(done / total, 1.0), "features")
    if progress is not None:
        progress(1.0, _WRITING)
    recorder.finish()
    notes = (*events.notes, *unchecked_notes(config, events))
    return ComputedFeatures(plan.sheets, recorder.written, done, notes)


def with_lake_files(config: Config) -> Config:
    """Return ``config`` with each lake among its files replaced by the lake's series.

    A lake brings its bars, of the one timeframe it has, and the funding of its perpetuals. A
    journal stays as it is.

    Raises:
        UsageError: a lake holds no bars, or bars of several timeframes.
    """
    files: list[Path] = []
    funding = list(config.data.funding)
    for path in config.data.files:
        if not path.is_dir() or path.name.startswith("kind=") or list_segments(path):
            files.append(path)
            continue
        found = list(series_folders(path))
        bars = [(key, folder) for key, folder in found if key.kind.content is Content.BARS]
        files += [folder for _, folder in _of_one_timeframe(path, bars)]
        names = {key.name for key, _ in bars}
        funding += [
            folder
            for key, folder in found
            if key.kind.content is Content.FUNDING and key.name in names
        ]
    data = config.data.model_copy(update={"files": tuple(files), "funding": tuple(funding)})
    return config.model_copy(update={"data": data})


def _of_one_timeframe(
    path: Path, bars: Sequence[tuple[SeriesKey, Path]]
) -> Sequence[tuple[SeriesKey, Path]]:
    lengths = sorted({key.kind.timeframe for key, _ in bars})
    if len(lengths) != 1:
        held = f"bars of {', '.join(lengths)}" if lengths else "no bars"
        raise UsageError(
            f"holds {held}",
            where=str(path),
            fix="name the series wanted: LAKE/venue=…/instrument=…/kind=bars-15m"
            if lengths
            else "import some: traider data import FILE",
        )
    return bars
