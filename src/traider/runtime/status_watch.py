"""The second hand of a running trader: what it says of itself goes out once a second.

    watch = StatusWatch(seen, desk.status, state_folder)
    asyncio.create_task(watch.run())

Each look beats the heart, sets the gauges, judges the latencies, and keeps the status in the state
folder. A trader that hangs stops beating, and ``/health/live`` says so.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from traider.domain.metric_names import UPTIME_SECONDS
from traider.runtime.observability import RoleObservation
from traider.runtime.status_body import Phase, StatusBody
from traider.runtime.status_file import write_status
from traider.runtime.status_metrics import StatusMetrics

_EVERY_S: Final = 1.0
_NS_PER_S: Final = 1_000_000_000
_AT_WORK: Final = (Phase.TRADING, Phase.PAUSED)
_FILE: Final = "status file"


class StatusWatch:
    """Tell the status of a trader to everyone who is not asking for it.

    Args:
        seen: what the process says of itself.
        status: asked for the status, on the trader's own loop.
        folder: the state folder; None keeps no file.
    """

    def __init__(
        self, seen: RoleObservation, status: Callable[[], StatusBody], folder: Path | None
    ) -> None:
        self._seen = seen
        self._status = status
        self._folder = folder
        self._metrics = StatusMetrics(seen.metrics, folder)
        self._began_ns = seen.clock.monotonic_ns()
        self._parts: set[str] = set()
        self._epoch = -1

    def look(self) -> None:
        """Tell the status as it is now."""
        seen, body = self._seen, self._status()
        seen.health.beat()
        seen.metrics.set(UPTIME_SECONDS, (seen.clock.monotonic_ns() - self._began_ns) / _NS_PER_S)
        self._metrics.publish(body)
        seen.latency_watch.look()
        if body.epoch != self._epoch:
            self._epoch = body.epoch
            seen.note(epoch=body.epoch)
        self._tell_health(body)
        self._keep(body)

    async def run(self) -> None:
        """Look once a second, until cancelled; the last status is kept then too."""
        try:
            while True:
                self.look()
                await asyncio.sleep(_EVERY_S)
        finally:
            self.look()

    def _tell_health(self, body: StatusBody) -> None:
        board, told = self._seen.health, {each.part for each in body.health}
        for each in body.health:
            board.report(each.part, is_good=each.is_good, detail=each.detail)
        for gone in self._parts - told:
            board.forget(gone)
        self._parts = told
        board.set_ready(is_ready=body.phase in _AT_WORK)

    def _keep(self, body: StatusBody) -> None:
        if self._folder is None:
            return
        try:
            write_status(self._folder, body)
        except OSError as fault:
            # A full disk must not stop the trader here: its journal decides what that means.
            self._seen.health.report(_FILE, is_good=False, detail=fault.strerror or str(fault))
        else:
            self._seen.health.forget(_FILE)
