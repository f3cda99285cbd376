"""``traider run --gateway apart`` on a standing exchange: its processes, found and signalled."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from benchmarks.standing_exchange import PRODUCTS, StandingExchange
from traider.runtime.status_body import Phase, StatusBody
from traider.runtime.stress.through.laws import books_of, broken_files, broken_laws, status_of

EAGER: Final = ("clock.decision=5s", "strategy.enter=0.01", "sizing.dead_band=0.005")
QUIET: Final = ("observability.port=0",)
_ROOT: Final = Path(__file__).resolve().parents[1]
PATIENCE_S: Final = 240.0
"""With a kernel that is compiled for the first time."""


def plain_environment() -> dict[str, str]:
    """Return this process's environment without settings of the product but its cache."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TRAIDER_") or name == "TRAIDER_CACHE_DIR"
    }
    return {**kept, "PYTHONPATH": str(_ROOT / "src"), "TRAIDER_API__IS_SERVED": "false"}


def traider_command(*arguments: str) -> list[str]:
    """Return the command line of ``traider`` with ``arguments``."""
    return [sys.executable, "-m", "traider", *arguments]


def settings(*more: str) -> list[str]:
    """Return settings as options."""
    return [word for each in (*QUIET, *more) for word in ("--set", each)]


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
    """Wait for something, not for ever."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            raise AssertionError(f"never came: {what}")
        time.sleep(0.05)


class Apart:
    """One supervisor with its trader and its gateway."""

    def __init__(self, state: Path, *arguments: str, env: dict[str, str] | None = None) -> None:
        self.state = state
        self._said = state.with_suffix(".err")
        with self._said.open("ab") as said:
            self.process = subprocess.Popen(
                traider_command("run", *arguments, "--state", str(state), "--json"),
                cwd=_ROOT,
                env={**plain_environment(), **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )

    @property
    def words(self) -> str:
        """All that its processes printed."""
        return self._said.read_text(encoding="utf-8", errors="replace")

    def child(self, part: str) -> int:
        """Return the process that is ``gateway`` or ``trader``; 0 without one."""
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        for text in path.read_text().split() if path.exists() else ():
            words = _words_of(int(text))
            is_gateway = "--role" in words
            if "run" in words and is_gateway == (part == "gateway"):
                return int(text)
        return 0

    def status(self) -> StatusBody | None:
        """Return how the trader stands; None where none answers."""
        return status_of(self.state)

    def is_trading(self, pid: int = 0) -> bool:
        """Whether a trader trades, the one of this number where one is given."""
        if self.process.poll() is not None:
            raise AssertionError(self.words[-2000:])
        body = self.status()
        return body is not None and body.phase is Phase.TRADING and pid in (0, body.pid)

    def holds(self) -> bool:
        """Whether a position is held."""
        body = self.status()
        return body is not None and len(body.positions) > 0

    def ended(self) -> int:
        """Ask for the end, and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(120)


def _words_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return []


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be asked how it ended does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def on_exchange(url: str) -> list[str]:
    """Return the options of a run on a local exchange with eager settings."""
    products = [word for each in PRODUCTS for word in ("--product", each)]
    return ["--exchange", url, *products, *settings(*EAGER)]


async def laws_of(state: Path, exchange: StandingExchange) -> list[str]:
    """Return which laws stay broken while a trader trades on."""
    found, end = ["never looked at"], time.monotonic() + 30
    while found and time.monotonic() < end:
        status = status_of(state)
        if status is not None:
            truth = await exchange.truth()
            found = broken_laws(books_of(state, status), truth)
    return found + broken_files(state)


def ask(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Run a command that prints an object; return its exit code and that."""
    done = subprocess.run(
        traider_command(*arguments),
        cwd=_ROOT,
        env=plain_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def kill_at_once(pid: int) -> None:
    """Kill a process as ``kill -9`` does."""
    os.kill(pid, signal.SIGKILL)
