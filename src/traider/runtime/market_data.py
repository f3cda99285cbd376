"""Import, check and describe market data for a front door: files one by one, faults as values.

A file that cannot be used does not keep the others from being used; what became of each is told.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from traider.domain.errors import DataError, Interrupted, TraiderError, UsageError
from traider.domain.ports.clock import Clock
from traider.ops.clock import SystemClock
from traider.store.checking import check_lake_series, check_prepared
from traider.store.describing import (
    Description,
    describe_prepared,
    describe_series,
    find_series,
)
from traider.store.findings import Finding, Severity
from traider.store.importing import Importer, ImportReport, Progress
from traider.store.lake_paths import series_folders
from traider.store.preparation import SourceOptions, prepare
from traider.store.source_files import open_source


@dataclass(frozen=True)
class ImportJob:
    """Where files go and what is done with bad rows."""

    lake: Path
    on_bad: str
    progress: Progress | None = None
    stop: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Refused:
    """A file that could not be used, and why."""

    file: Path
    error: TraiderError


@dataclass(frozen=True)
class Checked:
    """What was found in a file, or in a series of the lake."""

    file: Path
    rows: int
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """Findings that say the data is wrong."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)


def import_files(
    files: Sequence[Path], options: SourceOptions, job: ImportJob, clock: Clock | None = None
) -> Iterator[ImportReport | Refused]:
    """Yield what became of each file.

    Raises:
        Interrupted: the person stopped the import; whole days written stay.
    """
    now_ns = (clock or SystemClock()).now_ns()
    importer = Importer(job.lake, job.on_bad, now_ns, job.progress, job.stop)
    for file in files:
        if job.stop():
            raise Interrupted("stopped", fix="files imported stay; import again to go on")
        try:
            yield importer.run(file, options)
        except Interrupted:
            raise
        except TraiderError as error:
            yield Refused(file, error)


def check_paths(
    paths: Sequence[Path], options: SourceOptions, clock: Clock | None = None
) -> Iterator[Checked | Refused]:
    """Yield what is found in each file, and in each series of each lake."""
    now_ns = (clock or SystemClock()).now_ns()
    for path in paths:
        try:
            if path.is_dir():
                yield from _check_lake(path)
            else:
                prepared = prepare(open_source(path), options, now_ns)
                yield Checked(path, prepared.source.rows, check_prepared(prepared))
        except TraiderError as error:
            yield Refused(path, error)


def _check_lake(top: Path) -> Iterator[Checked | Refused]:
    found = list(series_folders(top))
    if not found:
        raise UsageError(
            "holds no series of a lake", where=str(top), fix=f"name its files, {top}/* for example"
        )
    for key, folder in found:
        try:
            rows, findings = check_lake_series(key, folder)
        except DataError as error:
            yield Refused(folder, error)
        else:
            yield Checked(folder, rows, findings)


def describe(
    target: str, lake: Path, options: SourceOptions, clock: Clock | None = None
) -> tuple[Description, ...]:
    """Describe a file, or every series of an instrument in ``lake``.

    Raises:
        TraiderError: there is neither, or it cannot be read.
    """
    path = Path(target)
    if path.is_file():
        now_ns = (clock or SystemClock()).now_ns()
        return describe_prepared(prepare(open_source(path), options, now_ns))
    if path.suffix and not path.exists() and ":" not in target:
        raise DataError("there is no such file", where=target, fix="check the path")
    return tuple(describe_series(extent, lake) for extent in find_series(target, lake))
