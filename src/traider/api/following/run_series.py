"""What a run said of itself over time: counts, latencies, and what its processes take.

The trader keeps only its last status. Here one is kept each few seconds while somebody looks, for
some hours, so that rates and latencies can be drawn; what was before is not known.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.api.following.processes import ProcessUse, run_processes
from traider.domain.errors import DataError
from traider.runtime.beside_file import with_besides
from traider.runtime.status_body import CountsBody, LatencyBody, Phase, StatusBody
from traider.runtime.status_file import read_status

EVERY_S: Final = 5.0
SAMPLES_KEPT: Final = 4_320
"""Six hours."""


@dataclass(frozen=True, slots=True)
class RunSample:
    """How the run was at an instant of the machine's clock."""

    at_ns: int
    phase: Phase | None
    """None where it has said nothing yet."""
    counts: CountsBody
    latency_us: dict[str, LatencyBody]
    """Since the trader's process began, by stage."""
    processes: tuple[ProcessUse, ...]


class RunSeries:
    """Looks at the last status of a run now and then."""

    def __init__(self, folder: Path, every_s: float = EVERY_S) -> None:
        self._folder = folder
        self._every_s = every_s
        self._due_s = 0.0
        self._lock = threading.Lock()
        self._samples: deque[RunSample] = deque(maxlen=SAMPLES_KEPT)

    def look(self) -> None:
        """Take a sample if one is due."""
        now_s = time.monotonic()
        if now_s >= self._due_s:
            self._due_s = now_s + self._every_s
            self.take()

    def take(self) -> RunSample:
        """Take a sample now."""
        status = self._status()
        sample = RunSample(
            at_ns=time.time_ns(),
            phase=None if status is None else status.phase,
            counts=CountsBody() if status is None else status.counts,
            latency_us={} if status is None else status.latency_us,
            processes=run_processes(self._folder, status),
        )
        with self._lock:
            self._samples.append(sample)
        return sample

    def samples(self) -> list[RunSample]:
        """Return the samples in order; one is taken where there is none yet."""
        with self._lock:
            found = list(self._samples)
        return found or [self.take()]

    def _status(self) -> StatusBody | None:
        try:
            status = read_status(self._folder)
        except DataError:
            return None  # whoever asks for the status itself is told why
        return None if status is None else with_besides(status, self._folder)
