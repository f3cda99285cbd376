"""``traider alive``: the sign of life that a dead-man timer waits for."""

import json
from pathlib import Path

import click

from traider.cli.options import json_option


@click.command()
@click.option(
    "--state",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="State folder of the trader.",
)
@json_option
def alive(state: Path, as_json: bool) -> None:
    """Say that somebody watches: the dead-man timer of a run (run.alive_within_s) begins anew."""
    from traider.runtime.control.dead_man import ALIVE_NAME, note_alive

    note_alive(state)
    line = f"a sign of life was left: {state / ALIVE_NAME}"
    click.echo(json.dumps({"line": line}, ensure_ascii=False) if as_json else line)
