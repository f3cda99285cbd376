"""What a person sees of long work: a bar on stderr, or one line about the wait that surprises."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from traider.runtime.progress import COMPILING

ProgressReport = Callable[[float, str], None]
"""Takes the fraction done, 0 to 1, and what is being done."""


class Show(Enum):
    """What goes to stdout."""

    SUMMARY = auto()
    JSON = auto()
    NOTHING = auto()


def _tell_compiling() -> ProgressReport:
    """Return a report that says once, on stderr, that the kernel is being compiled."""
    told = False

    def report(fraction: float, text: str) -> None:
        nonlocal told
        del fraction
        if text.startswith(COMPILING) and not told:
            told = True
            print(f"traider: {COMPILING}, some 20 seconds", file=sys.stderr, flush=True)  # noqa: T201

    return report


@contextmanager
def progress_shown(show: Show) -> Iterator[ProgressReport | None]:
    """Show a bar on stderr while the context is open, where a person can see it.

    Without a terminal only the one wait that surprises is told, in one line.
    """
    if show is Show.NOTHING:
        yield None
        return
    if show is not Show.SUMMARY or not sys.stderr.isatty():
        yield _tell_compiling()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1.0)

        def report(fraction: float, text: str) -> None:
            bar.update(task, completed=fraction, description=text)

        yield report
