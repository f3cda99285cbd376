"""Brokers in a process of their own, for tests."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]


class RunningKafka:
    """A cluster that listens: where, and what to do to it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.brokers = process.stdout.readline().strip()
        assert self.brokers, "the brokers did not start"

    def tell(self, command: str) -> str:
        """Do something to the connections; return the answer."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@contextmanager
def running_kafka(*topics: str, brokers: int = 1) -> Iterator[RunningKafka]:
    """Start brokers with topics ``NAME:PARTITIONS``; they end with the block."""
    named = [argument for topic in topics for argument in ("--topic", topic)]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.servers.kafka", "--brokers", str(brokers), *named],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        try:
            yield RunningKafka(process)
        finally:
            process.kill()
