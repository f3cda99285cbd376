"""``traider run`` on a standing exchange as a process of its own, started, watched and killed."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks.run_laws import books_of, broken_files, broken_laws, is_trading, status_of
from benchmarks.standing_exchange import PRODUCTS, StandingExchange
from traider.domain.fault_points import VARIABLE

_ROOT: Final = Path(__file__).resolve().parents[1]
_LOOK_S: Final = 0.02
_START_S: Final = 900.0
"""With a kernel that is compiled for the first time."""
_AGREE_S: Final = 30.0
_AGAIN_S: Final = 0.1
_EAGER: Final = ("clock.decision=5s", "strategy.enter=0.01", "sizing.dead_band=0.005")
"""Beside the demo's own settings, so that something is on its way whenever a trader dies."""
STYLES: Final = ("market", "limit")
"""Of orders: those that fill at once, and those that rest and are taken back."""


class NeverTradedError(AssertionError):
    """A trader did not come to trade; its own words follow."""


class TraderProcess:
    """One life of a trader on a state folder, whose orders are of a style."""

    def __init__(
        self,
        folder: Path,
        url: str,
        style: str,
        fault_point: str = "",
        settings: tuple[str, ...] = (),
    ) -> None:
        self._folder = folder
        self._said = folder.with_suffix(".err")
        command = [sys.executable, "-m", "traider", "run", "--exchange", url, "--json"]
        for product in PRODUCTS:
            command += ["--product", product]
        for setting in (*_EAGER, f"execution.style={style}", *settings):
            command += ["--set", setting]
        with self._said.open("ab") as said:
            self._process = subprocess.Popen(
                [*command, "--state", str(folder)],
                cwd=_ROOT,
                env=_environment(fault_point),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
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

    def _words(self) -> str:
        return self._said.read_text(encoding="utf-8", errors="replace")[-600:]


def parity_of(folder: Path) -> list[str]:
    """Return what ``traider parity`` finds different in a run."""
    done = subprocess.run(
        [sys.executable, "-m", "traider", "parity", str(folder), "--json", "--quiet"],
        cwd=_ROOT,
        env=_environment(""),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return []
    return [f"parity, exit code {done.returncode}: {(done.stdout + done.stderr)[-600:]}"]


def _environment(fault_point: str) -> dict[str, str]:
    """Return an environment without settings of the product but its cache."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TRAIDER_") or name == "TRAIDER_CACHE_DIR"
    }
    asked = {VARIABLE: fault_point} if fault_point else {}
    asked["TRAIDER_API__IS_SERVED"] = "false"
    return {**kept, **asked, "PYTHONPATH": str(_ROOT / "src")}
