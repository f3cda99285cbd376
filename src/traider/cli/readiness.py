"""``traider readiness``."""

from pathlib import Path
from typing import Any

import click

from traider.cli.options import config_option, json_option, set_option


@click.command()
@click.option(
    "--state",
    "folder",
    type=click.Path(path_type=Path),
    default=Path("runs/paper-coinbase"),
    show_default=True,
    metavar="DIR",
    help="State folder of the paper run.",
)
@click.option(
    "--live-state",
    "live",
    type=click.Path(path_type=Path),
    default=Path("runs/live-coinbase"),
    show_default=True,
    metavar="DIR",
    help="State folder of the live run, if it was begun: the limits in force there count too.",
)
@click.option("--sign-off", "name", metavar="NAME", help="Sign, when all else is well.")
@click.option("--test-alert", is_flag=True, help="Send a test alert with a code, and end.")
@click.option("--alert-seen", "code", metavar="CODE", help="Tell the code of the test alert.")
@config_option
@set_option
@json_option
def readiness(**said: Any) -> int:  # noqa: ANN401 - the options, read in one place
    """Say whether everything is ready for real money: one row a check.

    Looked at are the key and what it may do, the clock, the limits, the alert channel, the backup,
    and the paper run of --state: its settings, its proof, its results of a week. The last row is a
    person's signature; it counts for the settings it was given for and no others.

    Exit code 0 only when every row is well.
    """
    from traider.cli.readiness_outcome import ReadinessArguments, readiness_session

    return readiness_session(ReadinessArguments(**said))
