"""``traider run`` on a standing exchange as a process of its own, started, watched and killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from traider.runtime.stress.through.laws import (
    books_of,
    broken_files,
    broken_laws,
    is_trading,
    status_of,
)
from traider.runtime.stress.through.standing_exchange import StandingExchange

_LOOK_S: Final = 0.02
_START_S: Final = 900.0
"""With a kernel that is compiled for the first time."""
_AGREE_S: Final = 30.0
_AGAIN_S: Final = 0.1
_KEPT: Final = "TRAIDER_CACHE_DIR"
"""The only setting of our own environment that it takes over."""


class NeverTradedError(AssertionError):
    """A trader did not come to trade; its own words follow."""


@dataclass(frozen=True)
class TraderTerms:
    """What a trader is started for."""

    folder: Path
    url: str
    products: tuple[str, ...]
    settings: tuple[str, ...] = ()
    config_file: Path | None = None
    """The demo's without one."""
    environment: Mapping[str, str] = field(default_factory=dict)
    working_folder: Path | None = None


class TraderProcess:
    """One life of a trader on a state folder."""

    def __init__(self, terms: TraderTerms) -> None:
        self._folder = terms.folder
        self._said = terms.folder.with_suffix(".err")
        self._environment = {**plain_environment(), **terms.environment}
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [*_command(terms), "--state", str(terms.folder)],
                cwd=terms.working_folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,  # Ctrl-C is for us: it is ended by whoever started it
            )
        self.started_s = time.monotonic()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    @property
    def is_dead(self) -> bool:
        """Whether its process ended."""
        return self._process.poll() is not None

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs, -9 where it was killed."""
        return self._process.poll()

    async def is_trading(self) -> bool:
        """Whether it trades at this moment."""
        return await asyncio.to_thread(is_trading, self._folder, self.pid)

    async def trades(self) -> float:
        """Wait until it trades; return the seconds since its start, below 0 when it was killed.

        Raises:
            NeverTradedError: it gave up by itself, or takes longer than any start may.
        """
        while time.monotonic() < self.started_s + _START_S:
            if await self.is_trading():
                return time.monotonic() - self.started_s
            if self._process.poll() is not None:
                if self.exit_code == -signal.SIGKILL:
                    return -1.0
                break
            await asyncio.sleep(_LOOK_S)
        raise NeverTradedError(f"exit code {self.exit_code}: {self._words()}")

    async def dies(self, within_s: float) -> bool:
        """Wait for its end; whether it came in time."""
        end = time.monotonic() + within_s
        while not self.is_dead and time.monotonic() < end:  # noqa: ASYNC110 - a process tells not
            await asyncio.sleep(_LOOK_S)
        return self.is_dead

    def kill(self) -> None:
        """Kill it as ``kill -9`` does."""
        self._process.kill()
        self._process.wait()

    def ask_to_stop(self) -> None:
        """Ask it to end in order."""
        self._process.send_signal(signal.SIGTERM)

    async def agrees(self, exchange: StandingExchange) -> list[str]:
        """Return which laws stay broken, while it trades on, for longer than news may take.

        What moves is looked at again: a law is kept when its books and the exchange's are equal
        once. The three are read one after the other, between which a market at speed may trade for
        minutes of its time; so its time stands while they are read for the second half of the
        patience, and what is broken then is. None is told of a trader that was killed meanwhile.
        """
        await exchange.clear()
        began = time.monotonic()
        found = await self._broken_until(exchange, began + _AGREE_S / 2)
        if found and not self.is_dead:
            await exchange.pause()
            found = await self._broken_until(exchange, began + _AGREE_S)
            await exchange.resume()
        if self.is_dead:
            return []
        return found + await asyncio.to_thread(broken_files, self._folder)

    async def _broken_until(self, exchange: StandingExchange, end: float) -> list[str]:
        """Look until all laws are kept, the trader is dead or the patience is over."""
        found = ["it was never looked at"]
        while found and time.monotonic() < end and not self.is_dead:
            status = await asyncio.to_thread(status_of, self._folder)
            if status is not None:
                truth = await exchange.truth()
                books = await asyncio.to_thread(books_of, self._folder, status)
                found = broken_laws(books, truth)
            await asyncio.sleep(_AGAIN_S if found else 0.0)
        return found

    def parity(self) -> list[str]:
        """Replay its whole journal; return what ``traider parity`` finds different."""
        done = subprocess.run(  # noqa: S603 - our own program
            _program("parity", str(self._folder), "--json", "--quiet"),
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return []
        return [f"parity, exit code {done.returncode}: {(done.stdout + done.stderr)[-600:]}"]

    def _words(self) -> str:
        return self._said.read_text(encoding="utf-8", errors="replace")[-600:]


def plain_environment() -> dict[str, str]:
    """Return this process's environment without settings of the product but its cache.

    Nobody looks at a run that is tried, so no dashboard is served beside it.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TRAIDER_") or name == _KEPT
    }
    return {**kept, "TRAIDER_API__IS_SERVED": "false"}


def _command(terms: TraderTerms) -> list[str]:
    command = _program("run", "--exchange", terms.url, "--json")
    if terms.config_file is not None:
        command += ["--config", str(terms.config_file)]
    for product in terms.products:
        command += ["--product", product]
    for setting in terms.settings:
        command += ["--set", setting]
    return command


def _program(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "traider", *arguments]
