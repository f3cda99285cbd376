"""``traider stress``."""

from pathlib import Path
from typing import Any

import click

from traider.cli.options import bars_option, config_option, json_option, set_option
from traider.domain.errors import UsageError


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
@click.option(
    "--through",
    is_flag=True,
    help="Let the whole trader live through scenarios on a local exchange instead, minutes each.",
)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="NAME",
    help="With --through: one, such as flash-crash, calm+outage, 2021-09-07; repeat at will.",
)
@json_option
def stress(**said: Any) -> int:  # noqa: ANN401 - the options, read in one place
    """Say what a book loses in a crash, a gap, an outage, a depeg and the worst days there were.

    Every scenario closes the whole book at its worst: what is lost by prices, by the spread, in
    fees and funding, by position; whether the venue would liquidate, and what the limits would
    refuse. With --data volatilities, betas, the worst hour and day of this very book, and windows
    of the past are found in the bars. Spread and fees are those of [costs].

    With --through the trader of --config (the demo's without it) lives through shocks, faults of
    the exchange and crashes of the past at thirty times their speed; then orders, fills, cash and
    journals are held against the exchange. Exit code 1: a law was broken. With --out a series that
    is begun again goes on where it was.
    """
    from traider.cli.stress_outcome import StressArguments, stress_session

    scenarios = said.pop("scenarios")
    if said.pop("through"):
        from traider.cli.stress_through import ThroughArguments, through_session

        return through_session(ThroughArguments(StressArguments(**said), scenarios))
    if scenarios:
        raise UsageError("scenarios are named for --through alone", where="--scenario")
    return stress_session(StressArguments(**said))
