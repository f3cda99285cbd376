"""``traider attribution``."""

from pathlib import Path

import click

from traider.cli.options import json_option, run_option

_VIEWS = ("alpha", "model", "instrument", "side", "hour", "cost", "regime", "state")


@click.command()
@run_option
@click.option(
    "--by",
    "wanted",
    multiple=True,
    type=click.Choice(_VIEWS),
    help="One way to take the profit apart; repeat for more, all of them unless named.",
)
@json_option
def attribution(state: Path, wanted: tuple[str, ...], as_json: bool) -> int:
    """Say where the profit of a run came from; every view sums to it exactly.

    The journal is replayed, so that the scores behind each order are those of its decision. Hours
    are those of a trade's opening, UTC; regimes (calm, normal, wild) compare the volatility of the
    market at that moment with the thirds of what it was before. DIR may be the folder of a
    back-test's results, which has no regimes and no models.
    """
    from traider.cli.attribution_outcome import attribution_session

    return attribution_session(state, wanted, as_json=as_json)
