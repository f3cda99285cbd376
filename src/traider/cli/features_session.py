"""Compute or check features for a person: progress, Ctrl-C, and the outcome on stdout."""

import json
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from traider.cli.features_tables import checked_json, checked_table, computed_json, computed_table
from traider.cli.interrupt import stop_on_interrupt
from traider.cli.progress import Show, progress_shown
from traider.domain.errors import TraiderError
from traider.features.store import CheckTerms
from traider.features.store.checking import CheckedSeries
from traider.runtime.config import Config
from traider.runtime.feature_computing import compute_features
from traider.runtime.feature_stores import check_features, feature_store

CLEAN: Final = 0
FOUND: Final = 1
COULD_NOT_RUN: Final = 2


class NotCheckedError(TraiderError):
    """A feature store could not be checked, for whatever reason."""

    exit_code = COULD_NOT_RUN


def compute_session(config: Config, lake: Path, *, as_json: bool) -> None:
    """Compute features into ``lake`` and print what was kept.

    Raises:
        Interrupted: the person stopped it; rows that were complete are kept.
        TraiderError: the data, the strategy or the lake cannot be used.
    """
    show = Show.JSON if as_json else Show.SUMMARY
    store, definitions = feature_store(lake)
    # With --json stdout is one object: what a person's own file prints goes to stderr.
    aside = redirect_stdout(sys.stderr) if as_json else nullcontext()
    with aside, stop_on_interrupt(quiet=as_json) as stop, progress_shown(show) as progress:
        done = compute_features(config, store, definitions, progress=progress, stop=stop)
    if as_json:
        click.echo(json.dumps({"lake": str(lake), **computed_json(done)}, ensure_ascii=False))
    else:
        Console().print(computed_table(done, lake))


def check_session(
    lake: Path, market: Path, digest: str, terms: CheckTerms, *, as_json: bool
) -> int:
    """Check the rows of ``lake`` and print what is found; return the exit code.

    Raises:
        NotCheckedError: the lake, or something in it, cannot be read.
    """
    try:
        found: list[CheckedSeries] = []
        for checked in check_features(lake, market, digest, terms):
            found.append(checked)
            if not as_json:
                Console().print(checked_table(checked))
    except TraiderError as error:
        raise NotCheckedError(error.what, where=error.where, fix=error.fix) from error
    if as_json:
        body = {"lake": str(lake), "series": [checked_json(checked) for checked in found]}
        click.echo(json.dumps(body, ensure_ascii=False))
    return FOUND if any(checked.errors for checked in found) else CLEAN
