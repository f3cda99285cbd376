"""``traider kill``: the emergency stop, also of a trader that does not answer."""

import json
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import click

from traider.cli.options import json_option

if TYPE_CHECKING:
    from traider.runtime.control.client import ControlClient
    from traider.runtime.status_body import StatusBody

ANSWER_S = 2.0
FLAT_S = 5.0
"""How long orders and positions may take to be gone before the answer says that they are not."""
_LOOK_S = 0.1


@click.command()
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="State folder of the trader.",
)
@click.option(
    "--url",
    default="",
    metavar="URL",
    help="Address of the trader or its gateway instead, http://HOST:9464; the token is "
    "TRAIDER_KILL_TOKEN.",
)
@click.option(
    "--flatten/--keep-positions",
    default=True,
    help="Close every position at the market (the default), or keep what is held, with the stops "
    "and targets that guard it.",
)
@click.option("--who", default="", metavar="NAME", help="Who stops it; your user name if not said.")
@click.option("--why", default="asked on the command line", metavar="TEXT", help="For what reason.")
@json_option
def kill(state: Path | None, url: str, flatten: bool, who: str, why: str, as_json: bool) -> int:
    """Stop trading at once: cancel every order, close or keep positions, refuse what follows.

    The stop is left in the state folder first, then the trader is asked, and looked at until no
    order and no position is left but those to keep. One that is frozen, or not there, finds the
    stop when it goes on or starts; a gateway that is a process of its own does it meanwhile. Exit
    code 0: done. 1: it waits in the folder, or something is still open.
    """
    from traider.cli.control import person
    from traider.cli.kill_url import kill_at
    from traider.domain.errors import UsageError

    if (state is None) is not bool(url):
        raise UsageError("name one trader", fix="give --state DIR or --url URL")
    name = person(who)
    if state is None:
        is_done, line = kill_at(url, name, why, flatten=flatten)
    else:
        is_done, line = _kill_here(state, name, why, flatten=flatten)
    if as_json:
        click.echo(json.dumps({"done": is_done, "line": line}, ensure_ascii=False))
    else:
        click.echo(line, err=not is_done)
    return 0 if is_done else 1


def _kill_here(state: Path, who: str, why: str, *, flatten: bool) -> tuple[bool, str]:
    """Leave the stop in the folder, and have it carried out; return whether it is, and a line."""
    from traider.cli.kill_gateway import kill_by_gateway
    from traider.domain.errors import UsageError
    from traider.runtime.control.client import ControlClient, SilentTraderError
    from traider.runtime.control.commands import Kill
    from traider.runtime.control.kill_file import clear_kill, leave_kill

    command = Kill(
        who=who, why=why, flatten=flatten,
        asked_ns=time.monotonic_ns(), id=uuid.uuid4().hex,
    )  # fmt: skip
    path = leave_kill(state, command)
    line, is_done = "", False
    try:
        with ControlClient(state, ANSWER_S) as trader:
            line = trader.send(command)
            clear_kill(state)
            left, status = _left_open(trader, flatten=flatten)
            is_done = not left
            line = f"{line}; {left or _end_state(status)}"
    except (UsageError, SilentTraderError) as fault:
        waits = f"{fault.what}: the emergency stop waits in {path}"
        done = kill_by_gateway(state, command)
        line, is_done = (waits, False) if done is None else (f"{done[0]}; {waits}", done[1])
    return is_done, line


def _left_open(trader: "ControlClient", *, flatten: bool) -> tuple[str, "StatusBody"]:
    """Wait a while; return what is still open, nothing when all is gone, and how it stands."""
    end = time.monotonic() + FLAT_S
    while True:
        status = trader.status()
        orders = [each for each in status.orders if flatten or not each.guards]
        held = [each.name for each in status.positions] if flatten else []
        if not orders and not held:
            return "", status
        if time.monotonic() >= end:
            positions = f"positions in {', '.join(held)}" if held else "no position"
            left = f"still open: {len(orders)} orders, {positions}; watch it with traider status"
            return left, status
        time.sleep(_LOOK_S)


def _end_state(status: "StatusBody") -> str:
    """Return what is left, when all that was to go is gone."""
    held = [each.name for each in status.positions]
    if not held:
        return "no order and no position is left"
    guarded = {each.name for each in status.orders}
    bare = [name for name in held if name not in guarded]
    lack = f"; no order guards {', '.join(bare)}" if bare else ""
    return f"kept: {', '.join(held)}, with {len(status.orders)} orders that guard them{lack}"
