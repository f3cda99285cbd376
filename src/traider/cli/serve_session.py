"""``traider serve`` while it serves."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from traider.api.application import create_application
from traider.api.security.first_run import ADMIN, first_password
from traider.api.serving import ApiServer, Listening
from traider.api.terms import ApiTerms
from traider.cli.settings_in_force import settings_of_run
from traider.ops.event_loop import run
from traider.runtime.observability import ObserveTerms, RoleObservation, observe
from traider.runtime.state_folder import RunPaths
from traider.runtime.supervision.notices import Notices
from traider.runtime.supervision.signals import stop_signals

_BEAT_S: Final = 1.0


@dataclass(frozen=True)
class ServeArguments:
    """The options, as they were given."""

    state: Path
    host: str | None
    port: int | None
    data: Path
    config_file: Path | None
    overrides: tuple[str, ...]


def serve_run(said: ServeArguments) -> int:
    """Serve until the end is asked for.

    Raises:
        TraiderError: it cannot begin: the port is taken, the address is not of this machine.
    """
    config = settings_of_run(said.config_file, said.overrides).config
    wanted = config.api
    at = Listening(said.host or wanted.host, wanted.port if said.port is None else said.port)
    application = create_application(ApiTerms(said.state, config, said.data))
    server = ApiServer(application, at)
    url = server.bind()
    said.state.mkdir(parents=True, exist_ok=True)
    with observe(config, "api", ObserveTerms(RunPaths(said.state).api_log)) as seen:
        seen.log.info("serving", url=url)
        click.echo(f"dashboard and API of {said.state}: {url}", err=True)
        password = first_password(application.state.house)
        if password:
            click.echo(f"first login: {ADMIN} with the password {password}", err=True)
        run(_serve(server, seen))
    return 0


async def _serve(server: ApiServer, seen: RoleObservation) -> None:
    loop = asyncio.get_running_loop()
    notices = Notices.of_environment()

    def stop(why: str) -> None:
        seen.log.info("stopping", why=why)
        server.stop()

    def end() -> None:
        loop.call_soon_threadsafe(stop, "the supervisor is gone")

    notices.watch_supervisor(end)
    with stop_signals(stop):
        telling = asyncio.create_task(_tell(server, seen, notices))
        try:
            await server.serve()
        finally:
            telling.cancel()


async def _tell(server: ApiServer, seen: RoleObservation, notices: Notices) -> None:
    """Say that the loop goes round, and once that it answers."""
    was_ready = False
    while True:
        if server.has_started and not was_ready:
            was_ready = True
            seen.health.set_ready(is_ready=True)
            notices.ready()
        notices.beat()
        seen.health.beat()
        await asyncio.sleep(_BEAT_S)
