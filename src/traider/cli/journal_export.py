"""``traider journal export``: what was written, as a few lines or as one JSON object."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from traider.cli.interrupt import stop_on_interrupt
from traider.cli.progress import Show, progress_shown
from traider.domain.errors import Interrupted
from traider.journal.export import export_journal


def export_session(folder: Path, target: Path, *, as_json: bool, quiet: bool) -> int:
    """Export the journal of ``folder`` to ``target``; return the exit code.

    Raises:
        Interrupted: the person stopped it; what an earlier export left is untouched.
    """
    show = Show.JSON if as_json else Show.NOTHING if quiet else Show.SUMMARY
    with stop_on_interrupt() as stopped, progress_shown(show) as report:
        done = export_journal(folder, target, progress=report, stop=stopped)
    if done is None:
        raise Interrupted("stopped, nothing was exported", where=str(target))
    if as_json:
        click.echo(json.dumps({"to": str(target), **asdict(done)}, ensure_ascii=False))
        return 0
    for file in done.files:
        click.echo(f"{target / file.name}: {file.rows:,} rows")
    click.echo(f"{done.events:,} events and {done.facts:,} facts exported")
    return 0
