"""The command line in processes that start at once: one that has imported all, forked for each.

ccxt takes seconds to import, so killing dozens of processes that import it anew would take minutes.
The process here imports everything, opens nothing, and forks a child for each line of arguments;
the child is the command as it always is, and dies as any process does.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.command import ROOT, environment


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, or minus the signal, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def body(self) -> Any:
        """The JSON object it printed."""
        return json.loads(self.out)


class WarmCommand:
    """Start commands, one after another."""

    def __init__(self, process: "subprocess.Popen[str]", folder: Path) -> None:
        self._process = process
        self._folder = folder

    def start(self, *arguments: str) -> int:
        """Start ``traider`` with ``arguments``; return its process id."""
        assert self._process.stdin is not None
        body = json.dumps({"arguments": arguments, "folder": str(self._folder)})
        self._process.stdin.write(f"{body}\n")
        self._process.stdin.flush()
        return int(self._line()["pid"])

    def wait(self) -> Ended:
        """Wait until the command ended."""
        code = int(self._line()["code"])
        out, err = ((self._folder / name).read_text(encoding="utf-8") for name in ("out", "err"))
        return Ended(code, out, err)

    def run(self, *arguments: str) -> Ended:
        """Run a command to its end."""
        self.start(*arguments)
        return self.wait()

    def _line(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def warm_command(folder: Path) -> Iterator[WarmCommand]:
    """Keep a process ready until the block ends; outputs go to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-m", "tests.feed.download.warm_command"],
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield WarmCommand(process, folder)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def _child(arguments: Sequence[str], folder: Path) -> None:
    for number, name in ((1, "out"), (2, "err")):
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(descriptor, number)
    from traider.cli.main import run  # noqa: PLC0415

    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = run(arguments)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _serve(say: Callable[[dict[str, int]], None]) -> None:
    import ccxt.async_support  # noqa: F401, PLC0415

    import traider.cli.download_session  # noqa: PLC0415
    import traider.cli.jobs_outcome  # noqa: PLC0415
    import traider.cli.jobs_work  # noqa: F401, PLC0415

    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if not child:
            _child(asked["arguments"], Path(asked["folder"]))
        say({"pid": child})
        _, status = os.waitpid(child, 0)
        say({"code": os.waitstatus_to_exitcode(status)})


if __name__ == "__main__":
    _serve(lambda body: print(json.dumps(body), flush=True))  # noqa: T201
