"""``traider stress``."""

from pathlib import Path
from typing import Any

import click

from traider.cli.options import bars_option, config_option, json_option, set_option


@click.command()
@click.option(
    "--positions",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The book: CSV instrument,quantity[,price] or JSON; shorts are negative.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The book of a run: its state folder; it may be under way.",
)
@click.option(
    "--equity",
    metavar="AMOUNT",
    help="What the account of --positions is worth; the gross of its positions unless given.",
)
@bars_option
@config_option
@set_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write stress.html there, beside stress.json.",
)
@json_option
def stress(**said: Any) -> int:  # noqa: ANN401 - the options, read in one place
    """Say what a book loses in a crash, a gap, an outage, a depeg and the worst days there were.

    Every scenario closes the whole book at its worst: what is lost by prices, by the spread, in
    fees and funding, by position; whether the venue would liquidate, and what the limits would
    refuse. With --data volatilities, betas, the worst hour and day of this very book, and windows
    of the past are found in the bars. Spread and fees are those of [costs].
    """
    from traider.cli.stress_outcome import StressArguments, stress_session

    return stress_session(StressArguments(**said))
