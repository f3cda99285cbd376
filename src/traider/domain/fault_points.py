"""Named places where a crash is asked for, so that recovery is proved at each of them.

    reach("order-logged")          # in the code: nothing happens, unless somebody listens

    with listening(crash_at_17th):  # in a test: called with each name that is reached
        …

``TRAIDER_FAULT_POINT=order-logged:3`` lets a process kill itself, as kill -9 would, the third time
it gets there; ``*:40`` at the fortieth point of any name.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from traider.domain.errors import ConfigError

VARIABLE: Final = "TRAIDER_FAULT_POINT"
ANY: Final = "*"

Listener = Callable[[str], None]


class _Ear:
    """Who listens in this process; nobody by default."""

    listener: Listener | None = None


def reach(name: str) -> None:
    """Say that a place is reached; whoever listens may end the process, or raise, right there."""
    if _Ear.listener is not None:
        _Ear.listener(name)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call ``listener`` with the name of each point that is reached meanwhile."""
    before, _Ear.listener = _Ear.listener, listener
    try:
        yield
    finally:
        _Ear.listener = before


class KillAt:
    """Kills this process when a point is reached for the n-th time."""

    def __init__(self, name: str, count: int) -> None:
        self.name = name
        self._left = count

    def __call__(self, name: str) -> None:
        """Count one point; at the last one the process is gone."""
        if self.name in (ANY, name):
            self._left -= 1
            if not self._left:
                os.kill(os.getpid(), signal.SIGKILL)


def kill_at(text: str) -> KillAt:
    """Return what ``name:count`` asks for.

    Raises:
        ConfigError: it names no point, or no count above zero.
    """
    name, _, count = text.rpartition(":")
    if not (name and count.isdecimal() and int(count)):
        raise ConfigError(
            f"{text!r} is no fault point", where=VARIABLE, fix="write a name, a colon and a count"
        )
    return KillAt(name, int(count))


def listen_as_asked() -> None:
    """Listen as the environment asks, for as long as the process lives; a role begins with this.

    Raises:
        ConfigError: the variable asks for nothing that can be.
    """
    asked = os.environ.get(VARIABLE, "")
    if asked:
        _Ear.listener = kill_at(asked)
