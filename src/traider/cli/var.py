"""``traider var``."""

from pathlib import Path
from typing import Any

import click

from traider.cli.options import bars_option, json_option, span_options


@click.command()
@click.option(
    "--positions",
    "positions",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The book: CSV instrument,quantity[,price] or JSON; shorts are negative.",
)
@click.option(
    "--state",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Instead: what a running trader measured last of what it holds.",
)
@bars_option
@span_options
@click.option(
    "--horizon",
    "horizons",
    multiple=True,
    type=click.Choice(["1h", "1d"]),
    help="Length of the period to come; both unless one is named.",
)
@click.option("--no-backtest", is_flag=True, help="Leave out how the forecasts held in the past.")
@json_option
def var(**said: Any) -> int:  # noqa: ANN401 - the options, read in one place
    """Measure what a book of positions can lose: value at risk and expected shortfall.

    Six models (historical, normal, exponentially weighted, Cornish-Fisher, filtered historical,
    Monte Carlo) at 95 and 99 %, for an hour and a day; what each position brings; and how often
    forecasts by each model, from a window of the past before them, were exceeded, with Kupiec's and
    Christoffersen's tests.
    Losses are positive, in the quote currency of the book.

    A trader measures what it holds each second: --state shows it, beside the gate's own numbers and
    their limits.
    """
    from traider.cli.var_outcome import RiskArguments, var_session

    return var_session(RiskArguments(**said))
