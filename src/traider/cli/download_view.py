"""What a person sees of a download: a bar for each series while it runs, a table at the end."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from traider.feed.download import DownloadOutcome, SeriesOutcome, Watch
from traider.runtime.jobs_download import series_json
from traider.store.instants import instant_text

_BARS_MAX: Final = 16
"""More series than this share one bar, with those at work named beside."""


class Bars:
    """The bars of a running download; without a terminal, a line for each series that ends."""

    def __init__(self, progress: Progress | None, *, is_silent: bool) -> None:
        self._progress = progress
        self._is_silent = is_silent
        self._tasks: dict[int, TaskID] = {}
        self._shares: dict[int, float] = {}
        self._rows: dict[int, int] = {}
        self._begun = time.monotonic()
        self._total: TaskID | None = None

    def started(self, outcomes: tuple[SeriesOutcome, ...]) -> None:
        """Draw a bar for each series, and one for all of several."""
        if self._progress is None:
            return
        if len(outcomes) > 1:
            self._total = self._progress.add_task("all", total=len(outcomes), rows="", rate="")
        if len(outcomes) <= _BARS_MAX:
            for outcome in outcomes:
                self._tasks[id(outcome)] = self._progress.add_task(
                    str(outcome.key), total=1.0, rows="", rate=""
                )

    def changed(self, outcome: SeriesOutcome, share: float, rows: int) -> None:
        """Move the bar of a series."""
        key = id(outcome)
        self._shares[key] = share
        self._rows[key] = self._rows.get(key, 0) + rows
        if self._progress is None:
            return
        seconds = max(time.monotonic() - self._begun, 1e-3)
        if key in self._tasks:
            self._progress.update(
                self._tasks[key],
                completed=share,
                rows=f"{self._rows[key]:,} rows",
                rate=f"{self._rows[key] / seconds:,.0f}/s",
            )
        if self._total is not None:
            total = sum(self._rows.values())
            self._progress.update(
                self._total,
                completed=sum(self._shares.values()),
                rows=f"{total:,} rows",
                rate=f"{total / seconds:,.0f}/s",
            )

    def finished(self, outcome: SeriesOutcome) -> None:
        """Tell that a series ended."""
        if self._progress is not None:
            if id(outcome) in self._tasks and outcome.error is None:
                self._progress.update(self._tasks[id(outcome)], completed=1.0)
        elif not self._is_silent:
            word = "stopped" if outcome.error is not None else "done"
            print(  # noqa: T201
                f"traider: {outcome.key}: {word}, {outcome.stored.fresh:,} new rows in "
                f"{counted(outcome.pages, 'page')}, {outcome.seconds:.1f} s",
                file=sys.stderr,
                flush=True,
            )


@contextmanager
def bars_shown(*, is_silent: bool) -> Iterator[Bars]:
    """Show bars on stderr while the context is open, where a person can see them."""
    if is_silent or not sys.stderr.isatty():
        yield Bars(None, is_silent=is_silent)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield Bars(progress, is_silent=False)


def watch_of(bars: Bars, stop: Callable[[], bool]) -> Watch:
    """Return what a download tells and asks."""
    return Watch(stop, bars.started, bars.changed, bars.finished)


def outcome_table(outcome: DownloadOutcome) -> Table:
    """Return what became of each series."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("series", "from", "to"):
        table.add_column(name, no_wrap=True)
    for name in ("new rows", "held", "gaps", "missing", "pages"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in outcome.series:
        table.add_row(
            str(each.key),
            minute_text(each.known[0]) if each.is_begun else "nothing yet",
            minute_text(each.known[1]) if each.is_begun else "",
            f"{each.stored.fresh:,}",
            f"{each.held:,}",
            f"{each.gaps:,}",
            f"{each.missing:,}",
            f"{each.pages:,}",
        )
    return table


def minute_text(ts_ns: int) -> str:
    """Return an instant to the minute, as tables show it."""
    return instant_text(ts_ns)[:16].replace("T", " ")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def remarks(outcome: SeriesOutcome) -> list[str]:
    """Return what a person should know of a series, one line each."""
    told = [f"{outcome.key}: {note}" for note in outcome.notes]
    body = series_json(outcome)
    if outcome.gaps:
        told.append(
            f"{outcome.key}: {counted(outcome.gaps, 'gap')}; --repair asks again"
            if not outcome.intervals
            else f"{outcome.key}: {counted(outcome.missing, 'settlement')} missing"
        )
    if outcome.confirmed:
        told.append(f"{outcome.key}: {counted(outcome.confirmed, 'gap')} of the venue's own")
    if outcome.repaired:
        told.append(f"{outcome.key}: {counted(outcome.repaired, 'bar')} came when asked again")
    if body["conflicts"]:
        told.append(
            f"{outcome.key}: {counted(body['conflicts'], 'row')} came with other values; the first "
            "ones stay"
        )
    if len(outcome.intervals) > 1:
        changes = ", ".join(
            f"{each['hours']:g} h from {each['from']}" for each in body["intervals"]
        )
        told.append(f"{outcome.key}: the funding interval changed: {changes}")
    found = outcome.verification
    if found is not None:
        told.append(f"{outcome.key}: {_verdict(outcome)}")
    return told


def _verdict(outcome: SeriesOutcome) -> str:
    found = outcome.verification
    assert found is not None  # noqa: S101 - asked for with one only
    if found.is_equal:
        return f"equal to the venue's {found.compared:,} bars of {found.timeframe}"
    worst = (
        f", worst {found.worst_field} by {found.worst:.3g} at {instant_text(found.worst_ns)}"
        if found.worst_field
        else ""
    )
    return (
        f"{found.differing:,} of {found.compared:,} bars of {found.timeframe} differ{worst}; "
        f"{found.only_ours:,} only here, {found.only_theirs:,} only there"
    )
