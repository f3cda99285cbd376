"""The second hand of a running trader: what it says of itself goes out once a second.

    watch = StatusWatch(seen, desk.status, Beside(folder, counted, {"feed": feed.queue}))
    asyncio.create_task(watch.run())

Each look beats the heart, sets the gauges, judges the latencies, and keeps the status in the state
folder. A trader that hangs stops beating, and ``/health/live`` says so.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from traider.domain.metric_names import QUEUE_EVENTS, ROLE_READY, UPTIME_SECONDS
from traider.runtime.event_metrics import EventMetrics
from traider.runtime.observability import RoleObservation
from traider.runtime.status_body import Phase, StatusBody
from traider.runtime.status_file import write_status
from traider.runtime.status_metrics import StatusMetrics
from traider.runtime.supervision.role import RoleReport

_EVERY_S: Final = 1.0
_NS_PER_S: Final = 1_000_000_000
_AT_WORK: Final = (Phase.TRADING, Phase.PAUSED)
_FILE: Final = "status file"


@dataclass(frozen=True)
class Beside:
    """What is told beside the status."""

    folder: Path | None = None
    """The state folder, where the status is kept; None keeps none."""
    counted: EventMetrics | None = None
    """What counts the journaled events."""
    queues: Mapping[str, Sized] = field(default_factory=dict)
    """Queues by name, of which the length is told."""
    epoch: int = -1
    """That every line of the log carries already; before a run begins its status tells the last
    leader's."""


class StatusWatch:
    """Tell the status of a trader to everyone who is not asking for it.

    Args:
        seen: what the process says of itself.
        status: asked for the status, on the trader's own loop.
        beside: what is told beside it.
    """

    def __init__(
        self, seen: RoleObservation, status: Callable[[], StatusBody], beside: Beside
    ) -> None:
        self._seen = seen
        self._status = status
        self._beside = beside
        self._metrics = StatusMetrics(seen.metrics, beside.folder)
        self._began_ns = seen.clock.monotonic_ns()
        self._parts: set[str] = set()
        self._epoch = beside.epoch
        self._keeping = threading.Lock()
        self._kept_ns = 0

    def look(self) -> None:
        """Tell the status as it is now, and keep it."""
        body = self._status()
        self._tell(body)
        self._keep(body)

    def _tell(self, body: StatusBody) -> None:
        seen = self._seen
        seen.health.beat()
        real_ns = seen.clock.monotonic_ns()
        seen.metrics.set(UPTIME_SECONDS, (real_ns - self._began_ns) / _NS_PER_S)
        self._metrics.publish(body)
        seen.latency_watch.look()
        if body.epoch > self._epoch:
            self._epoch = body.epoch
            seen.note(epoch=body.epoch)
        if self._beside.counted is not None:
            self._beside.counted.tell(body.now_ns)
        for name, queue in self._beside.queues.items():
            seen.metrics.set(QUEUE_EVENTS, len(queue), queue=name)
        self._tell_health(body)
        seen.metrics.set(ROLE_READY, float(seen.health.ready().is_good), role=seen.role)

    async def run(self) -> None:
        """Look once a second, until cancelled; the last status is kept then too."""
        try:
            while True:
                body = self._status()
                self._tell(body)
                # In a thread: a disk that is slow for a moment must not hold the trader up.
                await asyncio.to_thread(self._keep, body)
                await asyncio.sleep(_EVERY_S)
        finally:
            self.look()

    async def keep(self, report: RoleReport) -> None:
        """Do so as a role."""
        report.ready()
        await self.run()

    def _tell_health(self, body: StatusBody) -> None:
        # A status may hold what the board holds; how the file is, is known better here.
        parts = [each for each in body.health if each.part != _FILE]
        board, told = self._seen.health, {each.part for each in parts}
        for each in parts:
            board.report(each.part, is_good=each.is_good, detail=each.detail)
        for gone in self._parts - told:
            board.forget(gone)
        self._parts = told
        board.set_ready(is_ready=body.phase in _AT_WORK)

    def _keep(self, body: StatusBody) -> None:
        folder = self._beside.folder
        if folder is None:
            return
        try:
            with self._keeping:
                # A thread that was overtaken by the last look has nothing new to say.
                if body.now_ns >= self._kept_ns:
                    write_status(folder, body)
                    self._kept_ns = body.now_ns
        except OSError as fault:
            # A full disk must not stop the trader here: its journal decides what that means.
            self._seen.health.report(_FILE, is_good=False, detail=fault.strerror or str(fault))
        else:
            self._seen.health.forget(_FILE)
