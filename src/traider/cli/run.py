"""``traider run``."""

from pathlib import Path
from typing import Any

import click

from traider.cli.durations import DURATION
from traider.cli.options import (
    api_options,
    api_overrides,
    config_option,
    json_option,
    set_option,
)
from traider.domain.errors import UsageError

ROLES = ("all", "trader", "feed", "features", "gateway", "api")


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
@click.option(
    "--remote-exchange", is_flag=True,
    help="Let --exchange be on another machine: orders, and keys made there, go over the network.",
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
    help="Which part this process is. feed, features and, where a bus is named, trader meet on it.",
)  # fmt: skip
@click.option(
    "--bus", default="", metavar="URL",
    help="kafka://HOST:PORT[,HOST:PORT]: where roles apart meet, in place of the settings' [bus].",
)  # fmt: skip
@click.option("--no-serve", is_flag=True, help="Serve no dashboard and no API beside the trader.")
@api_options
@click.option(
    "--standby", is_flag=True, help="Follow the run of --state, and take over when it is gone."
)
@config_option
@set_option
@json_option
def run(**said: Any) -> int:  # noqa: ANN401 - the options, read in one place
    """Run the trader: feed, journal, kernel, gateway, portfolio and tables in one process.

    Dashboard and API are served by a process beside it, whose address is printed.

    Shows the account while it trades. Ctrl-C or SIGTERM ends it in order: decisions stop, open
    orders are taken back or kept (run.on_stop), the state is proved and kept, and a report of the
    session is written. Killed at any moment, the same command goes on where it was.
    """
    from traider.cli.main import error_body
    from traider.domain.errors import Interrupted
    from traider.runtime.supervision.signals import end_early

    early = Interrupted("stopped before it began")
    words = error_body(early) if said["as_json"] else f"traider: error: {early.line()}"
    with end_early(f"{words}\n".encode()):
        return _run(said)


def _run(said: dict[str, Any]) -> int:
    """Run what the options say.

    Raises:
        TraiderError: it cannot begin, or cannot go on.
    """
    from traider.cli.run_order import RunArguments
    from traider.cli.run_session import run_session

    role, standby = said.pop("role"), said.pop("standby")
    said["exchange"] = said["exchange"].rstrip("/")
    _check_exchange(said["exchange"], is_remote=said["remote_exchange"])
    said["overrides"] += _bus(said.pop("bus"), role)
    said["overrides"] += api_overrides(said.pop("host"), said.pop("port"))
    if said.pop("no_serve") or role in ("trader", "feed", "features", "gateway"):
        said["overrides"] += ("api.is_served=false",)
    if role == "api":
        from traider.cli.run_front_door import serve_beside

        return serve_beside(RunArguments(**said))
    if role == "gateway":
        from traider.cli.run_gateway import run_gateway

        return run_gateway(RunArguments(**said))
    if said["live"] or said["gateway"] == "apart":
        if role != "all":
            raise UsageError(
                f"the role {role} has no gateway to start", where="--role",
                fix="leave it out: trader and gateway are started",
            )  # fmt: skip
        from traider.cli.run_live import run_apart

        return run_apart(RunArguments(**said), is_standby=standby)
    if role in ("feed", "features"):
        from traider.cli.run_roles import run_features, run_feed

        arguments = RunArguments(**said)
        return run_feed(arguments) if role == "feed" else run_features(arguments)
    said["is_trader"] = role == "trader"
    return run_session(RunArguments(**said), is_standby=standby)


def _check_exchange(address: str, *, is_remote: bool) -> None:
    """Refuse an exchange on another machine, unless that is meant.

    Raises:
        UsageError: it is one, and nobody said so.
    """
    from traider.runtime.venue_keys import is_local

    if address and not (is_remote or is_local(address)):
        raise UsageError(
            f"{address} is not on this machine: orders and keys would leave it",
            where="--exchange",
            fix="name a local exchange, such as http://127.0.0.1:8080, or add --remote-exchange",
        )


def _bus(address: str, role: str) -> tuple[str, ...]:
    """Return the settings that ``--bus`` stands for.

    Raises:
        UsageError: it is no address, or everything is in this process.
    """
    from traider.runtime.bus import bus_overrides

    if address and role not in ("trader", "feed", "features"):
        raise UsageError(
            "only roles apart meet on a bus", where="--bus", fix="add --role trader, or feed"
        )
    return bus_overrides(address)
