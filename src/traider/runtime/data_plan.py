"""Scan the data a configuration names: bar files or raw captures, and funding files beside them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from traider.backtest.bar_files import BarFile, scan_bar_file
from traider.backtest.capture_scan import Capture, scan_captures
from traider.backtest.captures import instrument_of_capture, is_capture
from traider.backtest.funding_files import FundingFile, funding_events, read_funding
from traider.backtest.journal_source import scan_journal
from traider.backtest.sources import Source
from traider.domain.errors import DataError
from traider.domain.events import EventArray
from traider.domain.instruments import InstrumentName
from traider.journal.segment_files import list_segments
from traider.runtime.config import Config
from traider.runtime.stream_sources import stream_sources
from traider.runtime.trading_rules import rules_of, trading_rules
from traider.store.lake_paths import SeriesKey


@dataclass(frozen=True)
class RunData:
    """The data of a run: one source an instrument, the shortest bars, funding."""

    sources: tuple[Source, ...]
    timeframe: str
    """Bars that arrive, or that trades build."""
    is_captured: bool
    """Raw captures: trades build the bars, and a book is kept where there is depth."""
    funding: tuple[FundingFile, ...] = ()

    @property
    def bar_files(self) -> tuple[BarFile, ...]:
        """The sources that are bar files."""
        return tuple(source for source in self.sources if isinstance(source, BarFile))

    @property
    def first_ns(self) -> int:
        """When the first source begins."""
        return min(source.first_ns for source in self.sources)

    @property
    def end_ns(self) -> int:
        """When the last source ends."""
        return max(source.end_ns for source in self.sources)

    def funding_streams(self) -> tuple[Callable[[], Iterator[EventArray]], ...]:
        """Return what makes the settlements inside the run's time, anew for each pass."""
        return tuple(
            partial(funding_events, file, self.first_ns, self.end_ns + 1) for file in self.funding
        )


def scan_data(config: Config) -> RunData:
    """Scan every file the configuration names.

    Raises:
        DataError: a file cannot be used, or the files do not fit together.
    """
    paths = config.data.files
    if not paths:
        raise DataError("no data files", where="data.files", fix="name at least one")
    if any(path.is_dir() and list_segments(path) for path in paths):
        return _scan_journal(config, paths)
    captured = [path for path in paths if is_capture(path)]
    if captured and len(captured) < len(paths):
        other = next(path for path in paths if path not in captured)
        raise DataError(
            "bars and raw captures cannot run together",
            where=str(other),
            fix="use files of one kind",
        )
    sources: tuple[Source, ...]
    if captured:
        names = {instrument_of_capture(path) for path in captured}
        found = scan_captures(captured, {n: r for n in names if (r := rules_of(config, n))})
        _check_whole(config, found)
        sources, timeframe = found, config.data.bars
    else:
        files = tuple(
            scan_bar_file(
                path, config.data.start_ns, config.data.end_ns, trading_rules(config, path)
            )
            for path in paths
        )
        check_files(files)
        sources, timeframe = files, files[0].timeframe
    funding = tuple(
        read_funding(path, _perpetual_of(path, sources)) for path in config.data.funding
    )
    _check_funding(funding)
    return RunData(_funded(sources, funding), timeframe, bool(captured), funding)


def _scan_journal(config: Config, paths: Sequence[Path]) -> RunData:
    """Return the data of a journal, which is alone and has its own grid."""
    if len(paths) > 1 or config.data.funding:
        raise DataError(
            "a journal is the only data of its run", where=str(paths[0]), fix="name it alone"
        )
    found = scan_journal(paths[0], config.data.start_ns, config.data.end_ns)
    if not any(source.trades for source in found):
        raise DataError(
            "the journal holds no trade, so no bars can be built",
            where=str(paths[0]),
            fix="record a venue's trades too, or replay it without a strategy",
        )
    known = {source.instrument: source for source in stream_sources(config, found)}
    sources = tuple(
        replace(
            source,
            min_size=known[source.instrument].min_size,
            min_notional=known[source.instrument].min_notional,
        )
        for source in found
    )
    return RunData(sources, config.data.bars, is_captured=True)


def _funded(sources: Sequence[Source], files: Sequence[FundingFile]) -> tuple[Source, ...]:
    """Return the sources; the captures whose funding a file tells do not tell it themselves."""
    told: list[Source] = list(sources)
    for file in files:
        source = told[file.instrument]
        if isinstance(source, Capture):
            told[file.instrument] = replace(source, is_funded_by_file=True)
    return tuple(told)


def _check_whole(config: Config, captures: Sequence[Capture]) -> None:
    """Captures are replayed whole: a book cannot begin in their middle."""
    if config.data.start or config.data.end:
        raise DataError(
            "raw captures are replayed whole",
            where="data.start" if config.data.start else "data.end",
            fix="leave --from and --to out, or name fewer captures",
        )
    if not any(capture.trades for capture in captures):
        raise DataError(
            "the captures hold no trade, so no bars can be built",
            where=str(captures[0].paths[0]),
            fix="record the trade stream too",
        )


def check_files(files: tuple[BarFile, ...]) -> None:
    """Refuse files that cannot run together.

    Raises:
        DataError: two hold the same instrument, or their bars differ in length.
    """
    seen: dict[str, BarFile] = {}
    for file in files:
        if file.instrument in seen:
            raise DataError(
                f"holds {file.instrument}, as {seen[file.instrument].path} does",
                where=str(file.path),
                fix="name each instrument once",
            )
        seen[file.instrument] = file
        if file.length_ns != files[0].length_ns:
            raise DataError(
                f"holds {file.timeframe} bars, but {files[0].path} holds {files[0].timeframe}",
                where=str(file.path),
                fix="use bars of one length; larger ones are built from them",
            )


def _perpetual_of(path: Path, sources: Sequence[Source]) -> int:
    """Return the number of the perpetual that a file's name, or a lake's folders, tell of."""
    if not path.exists():
        raise DataError("there is no such file", where=str(path), fix="check the path")
    series = SeriesKey.of_path(path)
    name = path.name.partition(".")[0].upper() if series is None else _symbol(series.name)
    perpetuals = {
        _symbol(parsed): number
        for number, source in enumerate(sources)
        if source.is_derivative and (parsed := _parsed(source.instrument)) is not None
    }
    if name not in perpetuals:
        listed = ", ".join(f"{known}.parquet" for known in perpetuals)
        raise DataError(
            "is named after no perpetual of this run",
            where=str(path),
            fix=f"name it {listed}"
            if listed
            else "funding belongs to perpetuals; this run has none",
        )
    return perpetuals[name]


def _symbol(name: InstrumentName) -> str:
    return f"{name.venue}-{name.base}{name.quote}"


def _parsed(name: str) -> InstrumentName | None:
    return InstrumentName.parse(name) if ":" in name else None


def _check_funding(files: Sequence[FundingFile]) -> None:
    for place, file in enumerate(files):
        if any(file.instrument == other.instrument for other in files[:place]):
            raise DataError(
                "is the second file of one perpetual", where=str(file.path), fix="name one"
            )


def data_notes(data: RunData) -> tuple[str, ...]:
    """Say what a reader should know about the data."""
    notes: list[str] = []
    for source in data.sources:
        if isinstance(source, Capture):
            notes += source.notes
    for file in data.bar_files:
        if file.missing:
            notes.append(
                f"{file.instrument}: {file.missing} bars are missing; they are not filled in"
            )
        if file.off_grid:
            notes.append(
                f"{file.instrument}: {file.off_grid} bars open off the grid of {file.timeframe}; "
                "they are used as they are"
            )
        if file.empty:
            notes.append(f"{file.instrument}: {file.empty} bars have no volume")
        if file.off_tick:
            notes.append(
                f"{file.instrument}: {file.off_tick} prices are off the tick and were rounded to "
                f"{file.tick_size:f}"
            )
    for rates in data.funding:
        name = data.sources[rates.instrument].instrument
        inside = (rates.ts_ns >= data.first_ns) & (rates.ts_ns <= data.end_ns)
        notes.append(f"{name}: {int(inside.sum())} funding settlements from {rates.path.name}")
    return tuple(notes)
