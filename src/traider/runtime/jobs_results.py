"""Results of jobs that are over give way to newer ones, so that they do not fill the disk.

Of each kind the newest stay, for so many days. A job that is not over keeps its folder, and so does
a back-test that somebody gave a name. Its row stays as well: it tells that there was one.
"""

import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

from traider.runtime.jobs_backtest import BACKTEST
from traider.runtime.jobs_parity import PARITY
from traider.store.tables import Job, JobTable

_DAY_NS: Final = 86_400_000_000_000
_MADE: Final = re.compile(rf"(?:{BACKTEST}|{PARITY})-\d{{8}}T\d{{6}}-[0-9a-f]{{8}}")
"""Names as ``jobs.result_folder`` makes them: nothing else is ever removed."""
_GOING: Final = ".gone-"
"""Before the name of a folder that is being removed."""


@dataclass(frozen=True)
class Keeping:
    """What stays."""

    most: int = 200
    """Newest results of each kind; 0 keeps any number."""
    days: int = 90
    """Days after the end of a job; 0 keeps them for ever."""


def prune_results(
    table: JobTable, folder: Path, keeping: Keeping, now_ns: int | None = None
) -> tuple[Path, ...]:
    """Remove the results below ``folder`` that need not stay; return those that were removed.

    A folder that no job of the table knows is another database's, or was left by one that is gone:
    it stays as long as the age allows.

    Raises:
        DatabaseError: the table cannot be read.
    """
    now_ns = time.time_ns() if now_ns is None else now_ns
    there = {path.name: path for path in _made_below(folder)}
    if not there:
        return ()
    gone = [there.pop(name) for name in _over_and_done(table, folder, keeping, there, now_ns)]
    if keeping.days:
        gone += [path for path in there.values() if _changed_ns(path) < _oldest_ns(keeping, now_ns)]
    for path in gone:
        _remove(path)
    return tuple(gone)


def _over_and_done(
    table: JobTable, folder: Path, keeping: Keeping, there: dict[str, Path], now_ns: int
) -> list[str]:
    """Return the folders that are to go; take out of ``there`` those that stay whatever happens."""
    gone, numbers = [], {BACKTEST: count(), PARITY: count()}
    for job in _jobs(table):
        path = Path(str(job.request.get("folder", "")))
        if path.parent != folder or path.name not in there:
            continue
        if not job.state.is_final or _has_name(job.request):
            del there[path.name]
            continue
        is_old = bool(keeping.days) and (job.ended_ns or now_ns) < _oldest_ns(keeping, now_ns)
        is_over = bool(keeping.most) and next(numbers[job.kind]) >= keeping.most
        if is_old or is_over:
            gone.append(path.name)
        else:
            del there[path.name]
    return gone


def _has_name(request: Mapping[str, Any]) -> bool:
    return bool(str(request.get("title") or "").strip())


def _oldest_ns(keeping: Keeping, now_ns: int) -> int:
    return now_ns - keeping.days * _DAY_NS


def _jobs(table: JobTable) -> Iterator[Job]:
    """Yield every job that leaves results, the newest first."""
    before = None
    while page := table.list(kinds=[BACKTEST, PARITY], before=before):
        yield from page
        before = page[-1].id


def _made_below(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        for path in folder.iterdir():
            if path.name.startswith(_GOING):
                shutil.rmtree(path, ignore_errors=True)  # left by one that was killed at it
            elif _MADE.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                yield path


def _changed_ns(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_mtime_ns
    return time.time_ns()


def _remove(path: Path) -> None:
    """Remove a folder; who reads results finds them whole, or not at all."""
    with suppress(OSError):
        going = path.rename(path.with_name(_GOING + path.name))
        shutil.rmtree(going, ignore_errors=True)
