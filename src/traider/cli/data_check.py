"""``traider data check``: findings as a table or as one JSON object, and one exit code."""

import json
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from traider.cli.data_tables import check_summary, fault_json
from traider.cli.main import report_error
from traider.domain.errors import TraiderError
from traider.runtime.market_data import Checked, Refused, check_paths
from traider.store.preparation import SourceOptions

CLEAN: Final = 0
FOUND: Final = 1
COULD_NOT_RUN: Final = 2


class NotCheckedError(TraiderError):
    """A file could not be checked, for whatever reason."""

    exit_code = COULD_NOT_RUN


def check_session(files: tuple[Path, ...], options: SourceOptions, *, as_json: bool) -> int:
    """Check ``files`` and print what is found; return the exit code."""
    console = Console()
    outcomes: list[Checked | Refused] = []
    for outcome in check_paths(files, options):
        outcomes.append(outcome)
        if not as_json and isinstance(outcome, Checked):
            console.print(check_summary(outcome))
    errors = [_not_checked(o.error) for o in outcomes if isinstance(o, Refused)]
    if as_json:
        click.echo(json.dumps(_body(outcomes, errors), ensure_ascii=False))
    else:
        for error in errors:
            report_error(error, as_json=False)
    if errors:
        return COULD_NOT_RUN
    found = any(isinstance(outcome, Checked) and outcome.errors for outcome in outcomes)
    return FOUND if found else CLEAN


def _not_checked(error: TraiderError) -> NotCheckedError:
    return NotCheckedError(error.what, where=error.where, fix=error.fix)


def _body(outcomes: list[Checked | Refused], errors: list[NotCheckedError]) -> dict[str, object]:
    body: dict[str, object] = {"files": [_outcome_json(outcome) for outcome in outcomes]}
    if errors:
        body["error"] = {**fault_json(errors[0]), "exit_code": COULD_NOT_RUN}
    return body


def _outcome_json(outcome: Checked | Refused) -> dict[str, object]:
    if isinstance(outcome, Refused):
        return {"file": str(outcome.file), "error": fault_json(outcome.error)}
    return {
        "file": str(outcome.file),
        "rows": outcome.rows,
        "errors": outcome.errors,
        "findings": [finding.as_json() for finding in outcome.findings],
    }
