"""``traider check``: examinations with one exit code: 0 clean, 1 found, 2 could not run."""

from pathlib import Path

import click

from traider.cli.backtest import option_overrides
from traider.cli.options import (
    config_option,
    data_option,
    features_option,
    funding_option,
    json_option,
    scores_option,
    set_option,
    span_options,
)


@click.group()
def check() -> None:
    """Examine a strategy; exit code 0 clean, 1 found, 2 could not run."""


@check.command()
@config_option
@data_option
@funding_option
@features_option
@scores_option
@span_options
@set_option
@click.option(
    "--cuts",
    type=int,
    default=5,
    show_default=True,
    metavar="N",
    help="Places where past and future are parted.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Key of the cuts and of the noise."
)
@json_option
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def lookahead(  # noqa: PLR0913, PLR0917 - one parameter an option, click's way
    config_file: Path | None,
    files: tuple[Path, ...],
    funding: tuple[Path, ...],
    features: tuple[Path, ...],
    scores: tuple[str, ...],
    start: str | None,
    end: str | None,
    overrides: tuple[str, ...],
    cuts: int,
    seed: int,
    as_json: bool,
    quiet: bool,
) -> int:
    """Look for what knows the future: batch features, score files, fills, data.

    Runs the strategy again on data that end earlier and on data that go on differently. What it
    decided before the cut must not change.
    """
    from traider.cli.check_session import run_session
    from traider.cli.progress import Show
    from traider.runtime.lookahead import LookaheadRequest

    chosen = option_overrides(
        {
            "data.files": [str(file) for file in files] or None,
            "data.funding": [str(file) for file in funding] or None,
            "data.start": start,
            "data.end": end,
        }
    )
    request = LookaheadRequest(features=features, scores=scores, cuts=cuts, seed=seed)
    show = Show.JSON if as_json else Show.NOTHING if quiet else Show.SUMMARY
    return run_session(config_file, (*overrides, *chosen), request, show)
