"""Closing prices of several instruments on one clock, from bar files or a lake.

A folder is searched whole. Of an instrument every series of bars that divides the wanted period is
used, coarse ones first; finer ones fill what is missing. A period's close is that of its last bar;
the last period is left out while its bars have not reached its end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from traider.backtest.bar_files import check_bars, instrument_of, read_batches
from traider.domain.errors import DataError, UsageError
from traider.domain.timeframes import timeframe_ns
from traider.store.kinds import Content
from traider.store.lake_paths import SeriesKey
from traider.store.source_names import instrument_parts, name_parts

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BarSource:
    """A file or a series of a lake that holds bars of an instrument."""

    path: Path
    instrument: str
    length_ns: int


@dataclass(frozen=True)
class PricePanel:
    """Closes by period and instrument; only periods that every instrument has."""

    instruments: tuple[str, ...]
    period_ns: int
    ends_ns: TimeArray
    """When each period ends, UTC."""
    closes: FloatArray
    """Periods by instruments, in each one's quote currency."""

    def returns(self) -> FloatArray:
        """Return simple returns of neighbors in time; none stands across a hole."""
        steps = self.closes[1:] / self.closes[:-1] - 1.0
        return np.asarray(steps[self._joined], dtype=np.float64)

    @property
    def return_ends_ns(self) -> TimeArray:
        """When each return's period ends."""
        return np.asarray(self.ends_ns[1:][self._joined], dtype=np.int64)

    @property
    def holes(self) -> int:
        """Returns left out because a period before them is missing."""
        return int((~self._joined).sum())

    @property
    def _joined(self) -> npt.NDArray[np.bool_]:
        return np.asarray(np.diff(self.ends_ns) == self.period_ns, dtype=np.bool_)


def bar_sources(places: Iterable[Path]) -> list[BarSource]:
    """Return every source of bars that files and folders hold; marks and others are left out.

    Raises:
        DataError: a place is not there, or none of them holds bars.
    """
    found: list[BarSource] = []
    named = list(places)
    for place in named:
        if not place.exists():
            raise DataError(
                "there is no such file or folder", where=str(place), fix="check the path"
            )
        # A series of a lake is its folder, many files; a plain file is a series of its own.
        paths = [place] if place.is_file() else sorted(place.rglob("*.parquet"))
        series = {path if (key := _series_folder(path)) is None else key for path in paths}
        found += [source for path in sorted(series) if (source := _source(path)) is not None]
    if not found:
        raise DataError(
            "no bars here",
            where=", ".join(map(str, named)),
            fix="name a folder of files like BINANCE-BTC-USDT-1h.parquet, or a lake",
        )
    return found


def find_instrument(asked: str, sources: Sequence[BarSource]) -> str:
    """Return the name of the one instrument of ``sources`` that a person means.

    ``BTC-USDT``, ``BTCUSDT``, ``BINANCE:BTC-USDT-PERP`` and ``BINANCE-BTC-USDT`` are understood.

    Raises:
        UsageError: none is meant, or several venues have it.
    """
    known = sorted({source.instrument for source in sources})
    wanted = asked.strip().upper()
    if wanted in known:
        return wanted
    parts = name_parts(Path(f"{wanted}.parquet"))
    if parts.instrument is None:
        parts = instrument_parts(wanted)
    pair = "-".join(word for word in (parts.base, parts.quote, parts.suffix) if word)
    meant = [
        name
        for name in known
        if name.partition(":")[2] == pair and parts.venue in ("", name.partition(":")[0])
    ]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise UsageError(f"{asked} is traded at several venues", fix=f"name one: {_listed(meant)}")
    raise UsageError(f"no bars of {asked}", fix=f"there are {_listed(known)}")


def load_panel(
    sources: Sequence[BarSource],
    instruments: Sequence[str],
    period: str,
    start_ns: int | None = None,
    end_ns: int | None = None,
) -> PricePanel:
    """Read the closes of ``instruments`` (full names) for each ``period``, such as 1h or 1d.

    Periods begin in [start_ns, end_ns).

    Raises:
        DataError: an instrument has no bars that fine, or no two periods are had by all.
    """
    length = timeframe_ns(period)
    series = [
        _closes(name, sources, length, start_ns, end_ns) for name in dict.fromkeys(instruments)
    ]
    ends = series[0][0]
    for times, _ in series[1:]:
        ends = np.intersect1d(ends, times, assume_unique=True)
    if len(ends) < 2:
        raise DataError(
            f"no two periods of {period} are had by all of {_listed(instruments)}",
            fix="choose instruments, --from and --to that overlap",
        )
    columns = [closes[np.searchsorted(times, ends)] for times, closes in series]
    return PricePanel(tuple(dict.fromkeys(instruments)), length, ends, np.column_stack(columns))


def _closes(
    name: str,
    sources: Sequence[BarSource],
    length: int,
    start_ns: int | None,
    end_ns: int | None,
) -> tuple[TimeArray, FloatArray]:
    """Return when each period ends, and its close."""
    fit = [s for s in sources if s.instrument == name and length % s.length_ns == 0]
    if not fit:
        raise DataError(
            f"{name} has no bars that make periods of {length // 10**9} s",
            fix="give finer bars, or ask for longer periods",
        )
    found: dict[int, float] = {}
    known_ns = 0
    for source in sorted(fit, key=lambda each: -each.length_ns):
        closes, last_ns = _last_closes(source.path, length, start_ns, end_ns)
        found = closes | found
        known_ns = max(known_ns, last_ns + source.length_ns)
    if found and (max(found) + 1) * length > known_ns:
        del found[max(found)]
    times = np.array(sorted(found), np.int64)
    return (times + 1) * length, np.array([found[place] for place in times.tolist()])


def _last_closes(
    path: Path, length: int, start_ns: int | None, end_ns: int | None
) -> tuple[dict[int, float], int]:
    """Return the last close of each period, by its number since 1970, and when the last bar opens.

    Raises:
        DataError: a bar is impossible, or does not follow the one before.
    """
    found: dict[int, float] = {}
    last_ns = row = 0
    for batch in read_batches(path, start_ns, end_ns):
        check_bars(batch, path, row)
        steps = np.diff(batch.ts_ns, prepend=last_ns)
        if (steps <= 0).any():
            raise DataError(
                "bars are not in order of time, or one is there twice",
                where=f"{path} row {row + int(np.argmax(steps <= 0))}",
                fix="sort the file by ts and remove duplicates",
            )
        last_ns, row = int(batch.ts_ns[-1]), row + len(batch.ts_ns)
        periods = batch.ts_ns // length
        last = np.append(np.flatnonzero(np.diff(periods)), len(periods) - 1)
        found |= dict(zip(periods[last].tolist(), batch.close[last].tolist(), strict=True))
    return found, last_ns


def _series_folder(path: Path) -> Path | None:
    """Return the folder of the lake's series that ``path`` is a part of, None for plain files."""
    for folder in path.parents:
        if folder.name.startswith("kind="):
            return folder
    return None


def _source(path: Path) -> BarSource | None:
    """Return the bars that ``path`` is named for, None where it is named for something else."""
    series = SeriesKey.of_path(path)
    if series is not None:
        if series.kind.content is not Content.BARS:
            return None
        return BarSource(path, str(series.name), timeframe_ns(series.kind.timeframe))
    parts = name_parts(path)
    if parts.instrument is None or not parts.timeframe or parts.is_mark:
        return None
    return BarSource(path, instrument_of(path)[0], timeframe_ns(parts.timeframe))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
