"""What a role in a process of its own tells its supervisor: lines over a pipe that it was given.

    notices = Notices.of_environment()     # says nothing where nobody supervises
    notices.ready()
    notices.beat()                         # some times within the supervisor's patience

``ready``, ``bad WHY``, ``told LINE`` and ``beat`` are the lines. The other way there is one word,
the end of the standard input: the supervisor is gone, and so must its children be.
"""

import contextlib
import os
import threading
from collections.abc import Callable
from typing import Final, Self

NOTICES_VARIABLE: Final = "TRAIDER_NOTICES_FD"
LINE_BYTES_MAX: Final = 1_000
_PART: Final = 4_096


class Notices:
    """The child's end of the pipe."""

    def __init__(self, descriptor: int = -1) -> None:
        self._descriptor = descriptor

    @classmethod
    def of_environment(cls) -> Self:
        """Return the pipe that this process was given, or one that leads nowhere."""
        text = os.environ.get(NOTICES_VARIABLE, "")
        return cls(int(text)) if text.isdecimal() else cls()

    @property
    def is_supervised(self) -> bool:
        """Whether somebody listens."""
        return self._descriptor >= 0

    def ready(self) -> None:
        """Say that the role does its work."""
        self._say("ready")

    def bad(self, why: str) -> None:
        """Say what keeps it from its work."""
        self._say(f"bad {' '.join(why.split())}")

    def told(self, line: str) -> None:
        """Have a line told to the person at the terminal, which is the supervisor's."""
        self._say(f"told {' '.join(line.split())}")

    def beat(self) -> None:
        """Say that the role goes on."""
        self._say("beat")

    def _say(self, line: str) -> None:
        if self.is_supervised:
            with contextlib.suppress(OSError):  # a supervisor that is gone is told otherwise
                os.write(self._descriptor, line.encode()[: LINE_BYTES_MAX - 1] + b"\n")

    def watch_supervisor(self, on_end: Callable[[], None]) -> None:
        """Call ``on_end`` from a thread when the supervisor is gone; without one, never."""
        if self.is_supervised:
            threading.Thread(target=_wait_for_end, args=(on_end,), daemon=True).start()


def _wait_for_end(on_end: Callable[[], None]) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, _PART):
            pass
    on_end()
