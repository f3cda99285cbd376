"""``traider kill``: the emergency stop, also of a trader that does not answer."""

import json
from pathlib import Path

import click

from traider.cli.options import json_option

ANSWER_S = 2.0


@click.command()
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="State folder of the trader.",
)
@click.option(
    "--flatten/--keep-positions",
    default=True,
    help="Close every position at the market (the default), or keep what is held.",
)
@click.option("--who", default="", metavar="NAME", help="Who stops it; your user name if not said.")
@click.option("--why", default="asked on the command line", metavar="TEXT", help="For what reason.")
@json_option
def kill(state: Path, flatten: bool, who: str, why: str, as_json: bool) -> int:
    """Stop trading at once: cancel every order, close or keep positions, refuse what follows.

    The stop is left in the state folder first, then the trader is asked. One that is frozen, or
    not there, finds it when it goes on or starts; the gateway's own process finds it meanwhile.
    Exit code 0: done. 1: left in the folder, and nobody has confirmed it yet.
    """
    from traider.cli.control import person
    from traider.runtime.control.client import ControlClient, NoTraderError, SilentTraderError
    from traider.runtime.control.commands import Kill
    from traider.runtime.control.kill_file import clear_kill, leave_kill

    command = Kill(who=person(who), why=why, flatten=flatten)
    path = leave_kill(state, command)
    line, is_done = "", False
    try:
        with ControlClient(state, ANSWER_S) as trader:
            line, is_done = trader.send(command), True
        clear_kill(state)
    except (NoTraderError, SilentTraderError) as fault:
        line = f"{fault.what}: the emergency stop waits in {path}"
    if as_json:
        click.echo(json.dumps({"done": is_done, "line": line}, ensure_ascii=False))
    else:
        click.echo(line, err=not is_done)
    return 0 if is_done else 1
