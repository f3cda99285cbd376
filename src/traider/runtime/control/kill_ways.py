"""The ways to an emergency stop that a process of a run offers: signals, and POST /kill.

    with kill_ways(folder, seen, config):
        …                                  # run

Each leaves the stop in the state folder, where ``traider kill`` leaves it: whatever process of the
run is alive finds it there.
"""

import os
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from traider.domain.errors import ConfigError
from traider.ops.kill_door import KillDoor, KillOrder
from traider.runtime.config import Config
from traider.runtime.control.commands import Kill
from traider.runtime.control.kill_file import leave_kill
from traider.runtime.control.kill_signals import kill_signals
from traider.runtime.observability import RoleObservation

TOKEN_NAME: Final = "TRAIDER_KILL_TOKEN"  # noqa: S105 - the name of a variable
TOKEN_MIN: Final = 16


@contextmanager
def kill_ways(state: Path, seen: RoleObservation, config: Config) -> Iterator[None]:
    """Offer both while the block runs, on the running loop.

    Raises:
        ConfigError: the token is too short to be one.
    """
    if seen.endpoint is not None:
        remote = config.observability.kill_remote
        seen.endpoint.kill = kill_door(state, os.environ, takes_remote=remote)
    with kill_signals(state, seen.log):
        yield


def kill_door(
    state: Path, environment: Mapping[str, str], *, takes_remote: bool = False
) -> KillDoor | None:
    """Return what POST /kill asks for and does; None without a token.

    Raises:
        ConfigError: the token is too short to be one.
    """
    token = environment.get(TOKEN_NAME, "")
    if not token:
        return None
    if len(token) < TOKEN_MIN or not token.isascii() or not token.isprintable():
        raise ConfigError(
            f"a token is at least {TOKEN_MIN} printable ASCII characters",
            where=TOKEN_NAME,
            fix="make one: openssl rand -hex 32",
        )

    def stop(order: KillOrder) -> str:
        command = Kill(
            who=order.who, why=order.why, flatten=order.flatten,
            asked_ns=time.monotonic_ns(), id=uuid.uuid4().hex,
        )  # fmt: skip
        path = leave_kill(state, command)
        return f"the emergency stop lies in {path}: it is being carried out"

    return KillDoor(token, stop, takes_remote)
