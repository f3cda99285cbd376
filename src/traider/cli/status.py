"""``traider status``."""

from pathlib import Path

import click

from traider.cli.options import json_option
from traider.domain.errors import UsageError


@click.command()
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="State folder of the trader.",
)
@click.option("--watch", is_flag=True, help="Show it anew each second, until Ctrl-C.")
@json_option
def status(state: Path, watch: bool, as_json: bool) -> int:
    """Show how a trader stands: mode, NAV and P&L, positions, orders, health, latency, parity.

    A running trader is asked; of one that ended, what it kept last is shown, with its age.
    Exit code 0: shown. 1: a process is there and does not answer.
    """
    from traider.cli.status_session import show_once, watch_it

    if watch and as_json:
        raise UsageError("--watch and --json exclude each other", fix="leave one of them out")
    return watch_it(state) if watch else show_once(state, as_json=as_json)
