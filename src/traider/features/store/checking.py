"""Check the rows of a feature store: range, missing values, staleness, outliers.

Two passes over a series, neither of which holds it in memory: the first takes a sample of rows and
from it each column's middle and spread, the second looks at every row. Nothing is changed and
nothing dropped; what is found is told.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.instruments import InstrumentName
from traider.features.definition import Definition, FeatureDefinition
from traider.features.store.column_terms import ColumnTerms, column_terms
from traider.features.store.reading import FeatureReader
from traider.features.store.staleness import Silences
from traider.kernel.records import Floats
from traider.store.findings import PLACES_MAX, Finding, Place, Severity, ranked
from traider.store.instants import instant_text
from traider.store.kinds import IntArray
from traider.store.market_store import MarketStore

_SAMPLE_ROWS: Final = 200_000
_NORMAL_SPREAD: Final = 1.4826
"""Standard deviations a median absolute deviation stands for, where values are normal."""


@dataclass(frozen=True)
class CheckTerms:
    """What counts as stale and as an outlier."""

    stale_intervals: int = 4
    """Decision intervals without a row, while the market went on, that are an error."""
    outlier_deviations: float = 25.0
    """Robust deviations from the median (1.4826 MAD each) beyond which a value is told."""


@dataclass(frozen=True)
class CheckedSeries:
    """What was found in one series."""

    name: InstrumentName
    definition: Definition
    rows: int
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """Findings that say the rows are wrong."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)


def check_sheet(
    reader: FeatureReader,
    market: MarketStore,
    name: InstrumentName,
    definition: Definition,
    terms: CheckTerms | None = None,
) -> CheckedSeries:
    """Check the rows of one instrument under one definition.

    ``market`` has the bars or events they were computed from; where it has none of the instrument,
    a silence is not judged.

    Raises:
        DataError: there are no rows, or something of them is missing or damaged.
    """
    chosen = terms or CheckTerms()
    columns = [_Column(one) for one in column_terms(definition)]
    sample = _sample(reader.read(name, definition), definition)
    for place, column in enumerate(columns):
        column.learn(sample[:, place])
    rows = 0
    silences = None
    if isinstance(definition, FeatureDefinition):
        silences = Silences(definition, chosen.stale_intervals)
    for table in reader.read(name, definition):
        ts = table.column("ts").to_numpy()
        if silences is not None:
            silences.look(ts)
        for column in columns:
            values = table.column(column.terms.name).to_numpy(zero_copy_only=False)
            column.look(values.astype(np.float64), ts, rows, chosen.outlier_deviations)
        rows += table.num_rows
    found = [finding for column in columns for finding in column.findings()]
    if silences is not None:
        found += silences.findings(market, name)
    return CheckedSeries(name, definition, rows, ranked(found))


def _sample(tables: Iterator[pa.Table], definition: Definition) -> Floats:
    """Return rows of the series, evenly spread, as a matrix: at most twice the wanted number.

    Whenever too many are held, every other one goes and the step doubles.
    """
    held: list[Floats] = []
    step, seen, count = 1, 0, 0
    for table in tables:
        places = np.arange(-seen % step, table.num_rows, step)
        seen += table.num_rows
        part = np.empty((len(places), len(definition.columns)))
        for place, name in enumerate(definition.columns):
            part[:, place] = table.column(name).to_numpy(zero_copy_only=False)[places]
        held.append(part)
        count += len(part)
        if count > 2 * _SAMPLE_ROWS:
            held = [np.concatenate(held)[::2]]
            step, count = 2 * step, len(held[0])
    return np.concatenate(held) if held else np.empty((0, len(definition.columns)))


class _Tally:
    """How often one thing was met, where first, and where it was worst."""

    def __init__(self) -> None:
        self.count = 0
        self.places: list[tuple[float, int, float]] = []

    def add(self, ts: IntArray, values: Floats, badness: Floats) -> None:
        """Count rows; the worst of them are kept as places."""
        self.count += len(ts)
        found = zip(badness.tolist(), ts.tolist(), values.tolist(), strict=True)
        self.places = sorted([*self.places, *found], key=lambda one: (-one[0], one[1]))[:PLACES_MAX]

    def finding(self, kind: str, severity: Severity, meaning: str, column: str) -> Finding:
        """Return the finding of ``column``."""
        places = tuple(_place(ts, value) for _, ts, value in self.places)
        return Finding(
            kind, severity, self.count, meaning, places[0], places, column, {"column": column}
        )


class _Column:
    """One column as it is looked at, row by row."""

    def __init__(self, terms: ColumnTerms) -> None:
        self.terms = terms
        self._middle = 0.0
        self._spread = 0.0
        self._first_row = -1
        self._rows = 0
        self._outside = _Tally()
        self._endless = _Tally()
        self._missing = _Tally()
        self._far = _Tally()
        self._late: tuple[int, int] | None = None

    def learn(self, sample: Floats) -> None:
        """Take median and robust spread from a sample; a column with two bounds has no outliers."""
        finite = sample[np.isfinite(sample)]
        has_ends = math.isfinite(self.terms.low) and math.isfinite(self.terms.high)
        if len(finite) and not has_ends:
            self._middle = float(np.median(finite))
            self._spread = float(np.median(np.abs(finite - self._middle))) * _NORMAL_SPREAD

    def look(self, values: Floats, ts: IntArray, row: int, deviations: float) -> None:
        """Look at rows that begin with number ``row`` of the series."""
        self._rows = row + len(values)
        lacks = np.isnan(values)
        if self._first_row < 0 and not lacks.all():
            place = int(np.argmin(lacks))
            self._first_row = row + place
            if 0 <= self.terms.warm_up_rows < self._first_row:
                self._late = (self._first_row, int(ts[place]))
        if self._first_row >= 0 and not self.terms.may_lack:
            late = np.flatnonzero(lacks & (np.arange(len(ts)) + row >= self._first_row))
            self._missing.add(ts[late], values[late], np.zeros(len(late)))
        endless = np.flatnonzero(np.isinf(values))
        self._endless.add(ts[endless], values[endless], np.zeros(len(endless)))
        finite = np.where(np.isfinite(values), values, self._middle)
        beyond = np.maximum(self.terms.low - finite, finite - self.terms.high)
        outside = np.flatnonzero((beyond > 0.0) & np.isfinite(values))
        self._outside.add(ts[outside], values[outside], beyond[outside])
        if self._spread > 0.0:
            away = np.abs(finite - self._middle) / self._spread
            far = np.flatnonzero(away > deviations)
            self._far.add(ts[far], values[far], away[far])

    def findings(self) -> Iterator[Finding]:
        """Yield what was found in the column."""
        name, terms = self.terms.name, self.terms
        middle = f"{name} is far from its median {self._middle:.6g}"
        told = (
            (self._outside, "out-of-range", Severity.ERROR,
             f"{name} is outside of {terms.low:.6g} to {terms.high:.6g}"),
            (self._endless, "not-finite", Severity.ERROR, f"{name} is infinite"),
            (self._missing, "missing", Severity.ERROR,
             f"{name} has no value on rows after its first one"),
            (self._far, "outlier", Severity.WARNING,
             f"{middle}, in robust deviations of {self._spread:.6g}"),
        )  # fmt: skip
        for tally, kind, severity, meaning in told:
            if tally.count:
                yield tally.finding(kind, severity, meaning, name)
        if self._late is not None:
            row, ts = self._late
            meaning = (
                f"{name} has its first value after {row} rows, and {terms.warm_up_rows} are enough"
            )
            place = _place(ts, float("nan"))
            yield Finding("late", Severity.ERROR, 1, meaning, place, (place,), name)
        elif self._first_row < 0 and 0 <= terms.warm_up_rows < self._rows:
            meaning = f"{name} has no value on any of {self._rows} rows"
            yield Finding("missing", Severity.ERROR, self._rows, meaning, Place(""), (), name)


def _place(ts_ns: int, value: float) -> Place:
    time = instant_text(ts_ns)
    return Place(time if np.isnan(value) else f"{time}: {value:.6g}", time)
