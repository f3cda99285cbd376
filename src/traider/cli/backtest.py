"""``traider backtest``."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
from traider.domain.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from traider.cli.backtest_session import Runner
    from traider.runtime.config import Config


@click.command()
@config_option
@data_option
@funding_option
@features_option
@scores_option
@span_options
@set_option
@click.option(
    "--fill-tier",
    type=click.Choice(["pessimistic", "base", "optimistic"]),
    help="How kindly simulated orders are filled.",
)
@click.option("--seed", type=int, help="Key of every random number of the run.")
@click.option(
    "--walk-forward",
    is_flag=True,
    help="Choose settings on the past and trade them on what follows: see [walk_forward].",
)
@click.option(
    "--monte-carlo",
    "draws",
    type=click.IntRange(1, 100_000),
    metavar="N",
    help="Roll dice N times over days, trades and costs: see [monte_carlo].",
)
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the results."
)
@json_option
@click.option("--quiet", is_flag=True, help="No progress bar and no summary, only errors.")
def backtest(  # noqa: PLR0913, PLR0917 - one parameter an option, click's way
    config_file: Path | None,
    files: tuple[Path, ...],
    funding: tuple[Path, ...],
    features: tuple[Path, ...],
    scores: tuple[str, ...],
    start: str | None,
    end: str | None,
    overrides: tuple[str, ...],
    fill_tier: str | None,
    seed: int | None,
    walk_forward: bool,
    draws: int | None,
    output: Path | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Back-test a strategy on bar files.

    Prints a summary of the three fill tiers and the place of the report.
    """
    chosen = option_overrides(
        {
            "data.files": [str(file) for file in files] or None,
            "data.funding": [str(file) for file in funding] or None,
            "data.start": start,
            "data.end": end,
            "fill_tier": fill_tier,
            "seed": seed,
            "walk_forward.enabled": walk_forward or None,
            "monte_carlo.draws": draws,
            "output": None if output is None else str(output),
        }
    )
    from traider.runtime.user_scores import with_user_files
    from traider.runtime.wiring import run_backtest

    return start_backtest(
        run_backtest,
        config_file,
        (*overrides, *chosen),
        extend=lambda config: with_user_files(config, features, scores),
        as_json=as_json,
        quiet=quiet,
    )


def option_overrides(options: dict[str, object]) -> tuple[str, ...]:
    """Return the options that were given as ``key=value`` texts; JSON is TOML for such values."""
    return tuple(
        f"{key}={json.dumps(value)}" for key, value in options.items() if value is not None
    )


def start_backtest(
    runner: "Runner",
    config_file: Path | None,
    overrides: tuple[str, ...],
    *,
    extend: "Callable[[Config], Config] | None" = None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Load the configuration, run it with ``runner`` and print the outcome; return the exit code.

    ``extend`` adds what no override can say.

    Raises:
        UsageError: no data was named.
    """
    from traider.cli.backtest_session import run_session
    from traider.cli.progress import Show
    from traider.runtime.config import load_config

    config = load_config(config_file, overrides)
    if extend is not None:
        config = extend(config)
    if not config.data.files:
        raise UsageError(
            "no bars to test on",
            where="data.files",
            fix="name bar files with --data FILE or in the config file",
        )
    show = Show.JSON if as_json else Show.NOTHING if quiet else Show.SUMMARY
    finished = run_session(runner, config, show)
    whole = finished.result.is_whole and finished.research.is_whole
    return 0 if whole else Interrupted.exit_code
