"""``traider data import``: files into the lake, with progress and a report of each."""

import json
from pathlib import Path

import click
from rich.console import Console

from traider.cli.data_tables import fault_json, import_json, import_summary
from traider.cli.interrupt import stop_on_interrupt
from traider.cli.main import report_error
from traider.cli.progress import Show, progress_shown
from traider.domain.errors import Interrupted, TraiderError
from traider.runtime.market_data import ImportJob, Refused, import_files
from traider.store.importing import ImportReport
from traider.store.preparation import SourceOptions


def import_session(
    files: tuple[Path, ...],
    options: SourceOptions,
    lake: Path,
    *,
    on_bad: str,
    as_json: bool,
    quiet: bool,
) -> int:
    """Import ``files`` and print what became of each; return the exit code.

    The code is that of the first file that was refused, or of a stop.
    """
    console = Console()
    outcomes: list[ImportReport | Refused] = []
    stopped: Interrupted | None = None
    with (
        stop_on_interrupt(quiet=as_json) as stop,
        progress_shown(_show(as_json=as_json, quiet=quiet)) as progress,
    ):
        try:
            job = ImportJob(lake, on_bad, progress, stop)
            for outcome in import_files(files, options, job):
                outcomes.append(outcome)
                if not as_json and isinstance(outcome, ImportReport):
                    console.print(import_summary(outcome))
        except Interrupted as interrupt:
            stopped = interrupt
    errors: list[TraiderError] = [o.error for o in outcomes if isinstance(o, Refused)]
    if stopped is not None:
        errors.insert(0, stopped)
    if as_json:
        click.echo(json.dumps(_body(outcomes, errors, lake), ensure_ascii=False))
    else:
        for error in errors:
            report_error(error, as_json=False)
    return errors[0].exit_code if errors else 0


def _show(*, as_json: bool, quiet: bool) -> Show:
    return Show.JSON if as_json else Show.NOTHING if quiet else Show.SUMMARY


def _body(
    outcomes: list[ImportReport | Refused], errors: list[TraiderError], lake: Path
) -> dict[str, object]:
    body: dict[str, object] = {
        "lake": str(lake),
        "files": [
            {"file": str(outcome.file), "error": fault_json(outcome.error)}
            if isinstance(outcome, Refused)
            else import_json(outcome)
            for outcome in outcomes
        ],
    }
    if errors:
        body["error"] = {**fault_json(errors[0]), "exit_code": errors[0].exit_code}
    return body
