"""``traider kill``: the emergency stop, also of a trader that does not answer."""

import json
from pathlib import Path

import click

from traider.cli.options import json_option


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
    from traider.runtime.control.kill_file import leave_kill
    from traider.runtime.control.stopping import carry_out, kill_command

    command = kill_command(who, why, flatten=flatten)
    path = leave_kill(state, command)
    done = carry_out(state, command, path, lambda _: None)
    line = done.line
    if not done.is_done and not (state / "run.json").exists():
        line += f"; there is no run in this folder: if it is the wrong one, remove {path}"
    return done.is_done, line
