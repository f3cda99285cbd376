"""``traider optimize``."""

from pathlib import Path
from typing import Any

import click

from traider.cli.options import bars_option, config_option, json_option, set_option, span_options


@click.command()
@bars_option
@config_option
@set_option
@span_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write weights.html there, beside weights.json.",
)
@json_option
def optimize(**said: Any) -> int:  # noqa: ANN401 - the options, read in one place
    """Find the weights of a portfolio of instruments or back-tested strategies.

    The table [optimize] of the configuration names the assets, the methods (mean-variance,
    minimum variance, risk parity, hierarchical risk parity, Black-Litterman with views, minimum
    CVaR), bounds, costs and the limit on turnover. Each method is held through the past, chosen
    again and again from what was known then, net of costs, beside equal weight.
    """
    from traider.cli.optimize_outcome import OptimizeArguments, optimize_session

    return optimize_session(OptimizeArguments(**said))
