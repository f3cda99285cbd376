"""An exchange in a process of its own, as a person starts it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

COMMAND = [sys.executable, "-m", "traider", "exchange", "--port", "0"]


@contextmanager
def running_exchange(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start an exchange; yield it and the line it printed."""
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()
