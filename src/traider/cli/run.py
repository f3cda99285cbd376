"""``traider run``."""

from pathlib import Path
from typing import Any

import click

from traider.cli.durations import DURATION
from traider.cli.options import config_option, json_option, set_option
from traider.domain.errors import UsageError

ROLES = ("all", "trader", "feed", "features", "gateway")
_ELSEWHERE = {
    "feed": "traider bus publish brings a feed to the bus",
    "features": "traider bus features makes features of it",
}


@click.command()
@click.option(
    "--demo", is_flag=True,
    help="Trade on the local exchange, which is started and plays the shipped bars.",
)  # fmt: skip
@click.option(
    "--venue", default="", metavar="V",
    help="Trade on paper: the venue's public data, orders in the simulated venue.",
)  # fmt: skip
@click.option(
    "--shadow", is_flag=True,
    help="Do so beside another run, as a comparison: a run of its own, shown as SHADOW.",
)  # fmt: skip
@click.option("--product", "products", multiple=True, metavar="ID", help="Product; repeat at will.")
@click.option(
    "--exchange", default="", metavar="URL",
    help="Trade on a local exchange that runs already: its REST address.",
)  # fmt: skip
@click.option("--live", is_flag=True, help="Trade with real money, when traider readiness says so.")
@click.option(
    "--gateway", type=click.Choice(("here", "apart", "there")), default="here", show_default=True,
    help="Where orders leave: in this process; in one of its own, started and kept running; in the "
    "one that runs on --state already. Live is always apart.",
)  # fmt: skip
@click.option(
    "--paper", type=click.Path(path_type=Path), default=Path("runs/paper-coinbase"),
    show_default=True, metavar="DIR", help="State folder of the paper run that --live stands on.",
)  # fmt: skip
@click.option(
    "--state", type=click.Path(path_type=Path), metavar="DIR",
    help="Folder of the run; the same request in the same folder goes on where it was.",
)  # fmt: skip
@click.option(
    "--for", "seconds", type=DURATION, default=0.0, metavar="TIME",
    help="How long it trades: 60s, 5m, 1h30m; until it is stopped when left out.",
)  # fmt: skip
@click.option(
    "--speed", type=click.FloatRange(min=0.01, max=600), default=None, show_default="20",
    metavar="X", help="Seconds of the demo's market in a second.",
)  # fmt: skip
@click.option(
    "--role", type=click.Choice(ROLES), default="all", show_default=True,
    help="Which part this process is; roles other than all and trader run over the bus.",
)  # fmt: skip
@click.option(
    "--standby", is_flag=True, help="Follow the run of --state, and take over when it is gone."
)
@config_option
@set_option
@json_option
def run(**said: Any) -> int:  # noqa: ANN401 - the options, read in one place
    """Run the trader: feed, journal, kernel, gateway, portfolio and tables in one process.

    Shows the account while it trades. Ctrl-C or SIGTERM ends it in order: decisions stop, open
    orders are taken back or kept (run.on_stop), the state is proved and kept, and a report of the
    session is written. Killed at any moment, the same command goes on where it was.
    """
    from traider.cli.run_order import RunArguments
    from traider.cli.run_session import run_session

    role, standby = said.pop("role"), said.pop("standby")
    said["exchange"] = said["exchange"].rstrip("/")
    if role == "gateway":
        from traider.cli.run_gateway import run_gateway

        return run_gateway(RunArguments(**said))
    if said["live"] or said["gateway"] == "apart":
        from traider.cli.run_live import run_apart

        return run_apart(RunArguments(**said), is_standby=standby)
    if role not in ("all", "trader"):
        raise UsageError(
            f"the role {role} is not started by this command yet",
            where="--role",
            fix=_ELSEWHERE[role],
        )
    return run_session(RunArguments(**said), is_standby=standby)
