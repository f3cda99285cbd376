"""``traider sweep``."""

from pathlib import Path

import click

from traider.cli.backtest import option_overrides
from traider.cli.options import (
    config_option,
    data_option,
    funding_option,
    json_option,
    set_option,
    span_options,
)
from traider.domain.errors import Interrupted, UsageError


@click.command()
@config_option
@data_option
@funding_option
@span_options
@set_option
@click.option(
    "--grid",
    multiple=True,
    metavar="KEY=VALUES",
    help="A setting to sweep: key=first:last:step or key=v1,v2; repeat for more. "
    "An alpha's parameter is alpha.parameter, such as momentum.fast=5:50:5.",
)
@click.option(
    "--require",
    multiple=True,
    metavar="KEY<KEY",
    help="Skip points where two swept settings compare otherwise; quote it for the shell.",
)
@click.option("--random", type=int, metavar="N", help="Draw N points instead of the whole grid.")
@click.option(
    "--threads", type=click.IntRange(min=1), metavar="N", help="Default: one a processor."
)
@click.option(
    "--metric",
    default="sharpe",
    metavar="NAME",
    help="What the trials are ranked by: sharpe, sortino, calmar, total_return, final_equity or "
    "max_drawdown.",
)
@click.option(
    "--trials-before",
    type=int,
    default=0,
    metavar="N",
    help="Trials of earlier sweeps of the same idea, counted into the deflated Sharpe ratio.",
)
@click.option(
    "--fill-tier",
    type=click.Choice(["pessimistic", "base", "optimistic"]),
    help="How kindly simulated orders are filled.",
)
@click.option("--seed", type=int, help="Key of every random number, that of --random too.")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the results."
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Go on with the interrupted sweep in this folder; give what it was begun with.",
)
@json_option
@click.option("--quiet", is_flag=True, help="No progress bar and no summary, only errors.")
def sweep(  # noqa: PLR0913, PLR0917 - one parameter an option, click's way
    config_file: Path | None,
    files: tuple[Path, ...],
    funding: tuple[Path, ...],
    start: str | None,
    end: str | None,
    overrides: tuple[str, ...],
    grid: tuple[str, ...],
    require: tuple[str, ...],
    random: int | None,
    threads: int | None,
    metric: str,
    trials_before: int,
    fill_tier: str | None,
    seed: int | None,
    output: Path | None,
    resume: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run a strategy at many settings, in threads, and say what the best is worth.

    Prints the best trials, the deflated Sharpe ratio, the probability of overfitting and the place
    of the report. Combinations that are no valid configuration are skipped and counted.
    """
    from traider.cli.progress import Show
    from traider.cli.sweep_session import run_session
    from traider.runtime.config import load_config
    from traider.runtime.sweep import SweepRequest

    chosen = option_overrides(
        {
            "data.files": [str(file) for file in files] or None,
            "data.funding": [str(file) for file in funding] or None,
            "data.start": start,
            "data.end": end,
            "fill_tier": fill_tier,
            "seed": seed,
            "output": None if output is None else str(output),
        }
    )
    config = load_config(config_file, (*overrides, *chosen))
    if not config.data.files:
        raise UsageError(
            "no bars to test on",
            where="data.files",
            fix="name bar files with --data FILE or in the config file",
        )
    request = SweepRequest(grid, require, random, threads, metric, resume, trials_before)
    show = Show.JSON if as_json else Show.NOTHING if quiet else Show.SUMMARY
    finished = run_session(config, request, show)
    return 0 if finished.result.is_complete else Interrupted.exit_code
