"""``traider serve`` while it serves."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import msgspec

from traider.api.application import create_application
from traider.api.listening import listening_of
from traider.api.security.first_run import ADMIN, first_password
from traider.api.serving import ApiServer
from traider.api.terms import ApiTerms
from traider.cli.settings_in_force import RunSettings, settings_of_run
from traider.domain.errors import TraiderError, UsageError
from traider.ops.event_loop import run
from traider.ops.library_logs import library_logs
from traider.runtime.config import Config
from traider.runtime.observability import ObserveTerms, RoleObservation, observe
from traider.runtime.state_folder import RunPaths
from traider.runtime.supervision.notices import Notices
from traider.runtime.supervision.signals import stop_signals
from traider.runtime.unforeseen import telling_unforeseen

DATA: Final = Path("data")
"""Where market data is downloaded to, unless told otherwise."""
_BEAT_S: Final = 1.0
_AGAIN_S: Final = 2.0
"""How often an address that is taken is tried again, where a trader has this kept running."""
_LIBRARIES: Final = ("uvicorn", "asyncio", "engineio", "socketio", "concurrent.futures")


@dataclass(frozen=True)
class ServeArguments:
    """The options, as they were given."""

    state: Path
    data: Path
    config_file: Path | None
    overrides: tuple[str, ...]


def serve_run(said: ServeArguments) -> int:
    """Serve until the end is asked for.

    Raises:
        TraiderError: it cannot begin: the port is taken, the address is not of this machine.
    """
    notices = Notices.of_environment()
    if not notices.is_supervised:
        _serve_with(said, notices)
        return 0
    try:
        # Where the machine is busy the trader goes first.
        os.nice(settings_of_run(said.config_file, said.overrides).config.api.nice)
        _serve_with(said, notices)
    except TraiderError as fault:
        # The terminal is the trader's: it tells a person, once.
        notices.bad(fault.line())
        return fault.exit_code
    return 0


def _serve_with(said: ServeArguments, notices: Notices) -> None:
    """Serve until the end is asked for.

    Raises:
        TraiderError: it cannot begin.
    """
    settings = settings_of_run(said.config_file, said.overrides)
    config = settings.config
    server = ApiServer(listening_of(config.api))
    if not notices.is_supervised:
        server.bind()
    console_level = "error" if notices.is_supervised else "warning"
    with contextlib.closing(server), _observed(said.state, config, console_level) as seen:
        run(_Serving(said, settings, server, seen, notices).serve())


@contextlib.contextmanager
def _observed(state: Path, config: Config, console_level: str) -> Iterator[RoleObservation]:
    """Open log, metrics and alerts of the API.

    Raises:
        UsageError: the state folder cannot be made.
    """
    try:
        state.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise UsageError(
            f"cannot be a state folder: {fault.strerror}",
            where=str(state),
            fix="name another with --state",
        ) from fault
    terms = ObserveTerms(RunPaths(state).api_log, console_level=console_level, state=state)
    with (
        observe(config, "api", terms) as seen,
        library_logs(seen.log, seen.faults, *_LIBRARIES),
    ):
        yield seen


@dataclass(frozen=True)
class _Serving:
    """One time of serving, alone or kept by a trader."""

    said: ServeArguments
    settings: RunSettings
    server: ApiServer
    seen: RoleObservation
    notices: Notices

    async def serve(self) -> None:
        """Serve until the end is asked for.

        Raises:
            UsageError: certificate and key cannot be used.
        """
        loop = asyncio.get_running_loop()
        ending = asyncio.Event()

        def stop(why: str) -> None:
            self.seen.log.info("stopping", why=why)
            ending.set()
            self.server.stop()

        def end() -> None:
            loop.call_soon_threadsafe(stop, "the supervisor is gone")

        self.notices.watch_supervisor(end)
        with (
            stop_signals(stop),
            telling_unforeseen(self.seen.log, self.seen.faults, self.seen.alerts),
        ):
            telling = asyncio.create_task(self._beat())
            try:
                if await self._has_address(ending):
                    await self._serve()
            finally:
                telling.cancel()

    async def _serve(self) -> None:
        seen, state = self.seen, self.said.state
        terms = ApiTerms(
            state,
            self.settings.config,
            self.said.data,
            log=seen.log,
            metrics=seen.metrics,
            layers=self.settings.layers,
        )
        application = await asyncio.to_thread(create_application, terms)
        with _told_address(state, self.server.url):
            seen.log.info("serving", url=self.server.url)
            self._tell(f"dashboard and API of {state}: {self.server.url}")
            password = await asyncio.to_thread(first_password, application.state.house)
            if password:
                self._tell(f"first login: {ADMIN} with the password {password}")
            readying = asyncio.create_task(self._ready())
            try:
                await self.server.serve(application)
            finally:
                readying.cancel()

    async def _has_address(self, ending: asyncio.Event) -> bool:
        """Take the address, waiting for it where a trader keeps this running; False at the end."""
        while not (self.server.url or ending.is_set()):
            try:
                self.server.bind()
            except TraiderError as fault:
                self.notices.bad(fault.line())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_AGAIN_S):
                        await ending.wait()
        return not ending.is_set()

    def _tell(self, line: str) -> None:
        """Tell a line to the person: through the trader that keeps this, or on stderr."""
        if self.notices.is_supervised:
            self.notices.told(line)
        else:
            click.echo(line, err=True)

    async def _ready(self) -> None:
        """Say once that it answers."""
        while not self.server.has_started:  # noqa: ASYNC110 - the library sets no event
            await asyncio.sleep(0.01)
        self.seen.health.set_ready(is_ready=True)
        self.notices.ready()

    async def _beat(self) -> None:
        """Say that the loop goes round."""
        while True:
            self.notices.beat()
            self.seen.health.beat()
            await asyncio.sleep(_BEAT_S)


@contextlib.contextmanager
def _told_address(state: Path, url: str) -> Iterator[None]:
    """Keep the address in the state folder while it is served, for whoever looks for it."""
    path = RunPaths(state).api_address
    path.write_bytes(msgspec.json.encode({"url": url}))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
