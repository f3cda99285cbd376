"""Run one look-ahead check for a person: progress bar, Ctrl-C, and what was found on stdout."""

import json
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Final

from rich.console import Console

from traider.cli.check_outcome import outcome_json, print_outcome
from traider.cli.interrupt import stop_on_interrupt
from traider.cli.progress import Show, progress_shown
from traider.domain.errors import Interrupted, TraiderError, UsageError
from traider.runtime.config import load_config
from traider.runtime.lookahead import FinishedCheck, LookaheadRequest, run_lookahead

CLEAN: Final = 0
FOUND: Final = 1
COULD_NOT_RUN: Final = 2


class NotCheckedError(TraiderError):
    """A check could not be carried out, for whatever reason."""

    exit_code = COULD_NOT_RUN


def run_session(
    config_file: Path | None, overrides: tuple[str, ...], request: LookaheadRequest, show: Show
) -> int:
    """Carry out ``request`` and print what is found; return the exit code.

    Raises:
        NotCheckedError: the configuration, the data or a file cannot be used.
        Interrupted: the person stopped it.
    """
    try:
        finished = _finished(config_file, overrides, request, show)
    except TraiderError as error:
        if isinstance(error, Interrupted) or error.exit_code == COULD_NOT_RUN:
            raise
        raise NotCheckedError(error.what, where=error.where, fix=error.fix) from error
    if show is Show.JSON:
        print(json.dumps(outcome_json(finished), ensure_ascii=False))  # noqa: T201
    elif show is Show.SUMMARY:
        print_outcome(Console(), finished)
    return CLEAN if finished.result.is_clean else FOUND


def _finished(
    config_file: Path | None, overrides: tuple[str, ...], request: LookaheadRequest, show: Show
) -> FinishedCheck:
    config = load_config(config_file, overrides)
    if not config.data.files:
        raise UsageError(
            "no data to check on",
            where="data.files",
            fix="name bar files with --data FILE or in the config file",
        )
    # With --json stdout is one object: what a person's own file prints goes to stderr.
    aside = redirect_stdout(sys.stderr) if show is Show.JSON else nullcontext()
    with (
        aside,
        stop_on_interrupt(quiet=show is not Show.SUMMARY) as stop,
        progress_shown(show) as progress,
    ):
        return run_lookahead(config, request, progress=progress, stop=stop)
