"""What the lake holds of each day, from its manifests; and what a check finds in a series."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from traider.api.problems import NotFoundError
from traider.api.shapes.jobs import DayCoverage, FindingShape, FindingsShape, SeriesCoverage
from traider.domain.instruments import InstrumentName
from traider.domain.timeframes import DAY_NS
from traider.store.checking import check_lake_series
from traider.store.findings import Finding
from traider.store.kinds import DataKind
from traider.store.lake import extent_of
from traider.store.lake_paths import SeriesKey, day_text, series_folders
from traider.store.manifest import DataFile, listed_manifest
from traider.store.market_store import Span


@dataclass(frozen=True)
class HeldSeries:
    """A series of the lake, not yet read."""

    key: SeriesKey
    folder: Path

    def told(self, since_ns: int | None, until_ns: int | None) -> SeriesCoverage:
        """Return what it holds, with the days of a span.

        Raises:
            DataError: its manifest is damaged.
        """
        extent = extent_of(self.key, self.folder)
        manifest = listed_manifest(self.folder)
        return SeriesCoverage(
            instrument=str(self.key.name),
            kind=str(self.key.kind),
            rows=extent.rows,
            bytes=extent.bytes,
            first_ns=extent.first_ns,
            last_ns=extent.last_ns,
            days=[
                _day(self.key.kind, manifest.coverage, day, files)
                for day, files in manifest.by_day().items()
                if (since_ns is None or (day + 1) * DAY_NS > since_ns)
                and (until_ns is None or day * DAY_NS < until_ns)
            ],
        )


def series_coverage(lake: Path, instrument: str, kind: str) -> Sequence[HeldSeries]:
    """Return the series of a lake, by name; empty names mean all of them."""
    if not lake.is_dir():
        return ()
    return [
        HeldSeries(key, folder)
        for key, folder in series_folders(lake)
        if (not instrument or str(key.name) == instrument) and (not kind or str(key.kind) == kind)
    ]


def series_findings(lake: Path, instrument: str, kind: str) -> FindingsShape:
    """Check a series of a lake.

    Raises:
        NotFoundError: it is not there.
        UsageError: no series can be called so.
        DataError: a file of it is damaged.
    """
    key = SeriesKey(InstrumentName.parse(instrument), DataKind.parse(kind))
    folder = key.folder(lake)
    if not folder.is_dir():
        raise NotFoundError(
            f"the lake holds no {key}", where=instrument, fix="see GET /api/v1/backfill/coverage"
        )
    rows, findings = check_lake_series(key, folder)
    return FindingsShape(
        instrument=instrument, kind=kind, rows=rows, findings=[_finding(each) for each in findings]
    )


def _day(
    kind: DataKind, coverage: Sequence[Span], day: int, files: Sequence[DataFile]
) -> DayCoverage:
    rows = sum(file.rows for file in files)
    if kind.length_ns:
        share = rows / max(DAY_NS // kind.length_ns, 1)
    else:
        share = _covered(coverage, day) / DAY_NS
    return DayCoverage(day=day_text(day), rows=rows, share=min(share, 1.0))


def _covered(spans: Sequence[Span], day: int) -> int:
    """Return how many nanoseconds of a day the spans cover; they do not overlap."""
    first, end = day * DAY_NS, (day + 1) * DAY_NS
    return sum(max(min(span.end_ns, end) - max(span.start_ns, first), 0) for span in spans)


def _finding(found: Finding) -> FindingShape:
    return FindingShape(
        kind=found.kind,
        severity=found.severity.value,
        count=found.count,
        meaning=found.meaning,
        place=found.place.text,
        time=found.place.time,
        places=[each.text for each in found.places],
    )
