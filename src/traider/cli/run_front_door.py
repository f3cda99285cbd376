"""The API beside ``traider run``: its command line, and what it says to a person."""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import click

from traider.cli.run_order import RunArguments, config_file_of
from traider.domain.errors import TraiderError, UsageError
from traider.runtime.session.front_door import FrontDoorTerms
from traider.runtime.session.terms import SessionOrder
from traider.runtime.state_folder import read_manifest
from traider.runtime.status_body import Mode

_LOOK_S: Final = 0.2
_PORTS_AFTER: Final = 2


def front_door_of(said: RunArguments, order: SessionOrder) -> FrontDoorTerms | None:
    """Return the API beside a run; None where none is wanted.

    A standby begins its own when it leads, which its leader's has left by then.
    """
    if not order.request.config.api.is_served:
        return None
    command = [sys.executable, "-m", "traider", "serve", "--state", str(order.folder)]
    config_file = config_file_of(said, order.request.mode)
    if config_file is not None:
        command += ["--config", str(config_file)]
    for setting in said.overrides:
        command += ["--set", setting]
    port = order.request.config.observability.port
    if port > 0:
        # One that was chosen is the trader's, and the next one its gateway's.
        command += ["--set", f"observability.port={port + _PORTS_AFTER}"]
    terms = FrontDoorTerms(tuple(command))
    return replace(terms, wait_s=None) if order.is_standby else terms


async def print_lines(take: Callable[[], list[str]]) -> None:
    """Print what the API has to say until cancelled, where nothing is drawn over it."""
    while True:
        for line in take():
            click.echo(line, err=True)
        await asyncio.sleep(_LOOK_S)


def serve_beside(said: RunArguments) -> int:
    """Serve the API as a role of its own: ``traider serve`` by another name.

    Raises:
        TraiderError: it cannot begin.
    """
    from traider.cli.serve_session import DATA, ServeArguments, serve_run

    if said.state is None:
        raise UsageError("the API shows a run", where="--role", fix="name its folder with --state")
    try:
        kept = read_manifest(said.state)
    except TraiderError:
        kept = None  # the API says what is wrong with it
    mode = Mode.PAPER if kept is None else kept.mode
    config_file = config_file_of(said, mode)
    return serve_run(ServeArguments(said.state, DATA, config_file, said.overrides))
