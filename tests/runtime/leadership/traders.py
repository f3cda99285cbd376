"""Processes that stand by and lead, and what they said."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.runtime.leadership.places import Place

ROOT: Final = Path(__file__).resolve().parents[3]
PATIENCE_S: Final = 40.0


class Trader:
    """One process, killed with its test."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.strip())

    def until(self, said: str) -> str:
        """Return the first line from now on that begins with ``said``."""
        end = time.monotonic() + PATIENCE_S
        while True:
            line = self._lines.get(timeout=max(end - time.monotonic(), 0.001))
            if line.startswith(said):
                return line

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def code(self) -> int:
        """Wait for its end; return its exit code, negative for a signal."""
        return self._process.wait(PATIENCE_S)

    def end(self) -> None:
        """Kill it, whatever it does."""
        self._process.kill()
        self._process.wait(PATIENCE_S)
        self._reading.join(PATIENCE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()


def counting(journal: Path, place: Place, ttl_s: float) -> Trader:
    """Start a process that stands by, leads, and counts on in a journal."""
    module = "tests.runtime.leadership.leading"
    return Trader(module, str(journal), place.kind, place.at, str(ttl_s))


@contextmanager
def two_traders(
    journal: Path, first: Place, second: Place, ttl_s: float
) -> Iterator[tuple[Trader, Trader]]:
    """Yield a process that leads and one that stands by, both warm."""
    leader = counting(journal, first, ttl_s)
    standby = None
    try:
        leader.until("leads 1")
        standby = counting(journal, second, ttl_s)
        standby.until("stands by")
        yield leader, standby
    finally:
        leader.end()
        if standby is not None:
            standby.end()
