"""What processes beside the trader know of a run: a small file each in the state folder.

The gateway's process measures the way of an order from its verdict on, and their parent counts how
often it began either again. Who is asked for a status adds both to what the trader says. The file
is removed when its process ends; one that was killed leaves it behind, and it is passed over then.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from traider.gateway.latency import Stage
from traider.runtime.standby_file import is_there
from traider.runtime.status_body import LatencyBody, RestartBody, StatusBody

_NAME: Final = "beside.{}.json"
_EVERY_S: Final = 1.0


class BesideBody(msgspec.Struct, frozen=True, kw_only=True):
    """What a process says."""

    pid: int
    latency_us: dict[str, LatencyBody] = msgspec.field(default_factory=dict)
    """By stage, as in ``StatusBody``."""
    restarts: tuple[RestartBody, ...] = ()


async def tell_beside(folder: Path, name: str, body: Callable[[], BesideBody]) -> None:
    """Write what the process ``name`` knows until cancelled, then remove the file.

    ``body`` is called in a thread: percentiles are not worth a pause of who sends orders.
    """
    path = folder / _NAME.format(name)
    try:
        while True:
            await asyncio.to_thread(_write, path, body)
            await asyncio.sleep(_EVERY_S)
    finally:
        path.unlink(missing_ok=True)


def _write(path: Path, body: Callable[[], BesideBody]) -> None:
    part = path.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):  # a full disk keeps nobody from trading
        part.write_bytes(msgspec.json.encode(body()))
        part.replace(path)


def with_besides(status: StatusBody, folder: Path) -> StatusBody:
    """Return a status with what the processes beside its trader say in ``folder``."""
    latency, restarts = status.latency_us, status.restarts
    for path in sorted(folder.glob(_NAME.format("*"))):
        with contextlib.suppress(OSError, msgspec.DecodeError):
            body = msgspec.json.decode(path.read_bytes(), type=BesideBody)
            if is_there(body.pid):
                latency = {**body.latency_us, **latency}
                restarts += body.restarts
    ordered = {stage.value: latency[stage.value] for stage in Stage if stage.value in latency}
    return replace(status, latency_us=ordered, restarts=restarts)
