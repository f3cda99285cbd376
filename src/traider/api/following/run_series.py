"""What a run said of itself over time: counts, latencies, and what its processes take.

The trader keeps only its last status. Here one is kept each few seconds while the server runs, for
some hours, so that rates and latencies can be drawn. The samples also lie in a file of the state
folder: a server that is begun again goes on with them, with a hole where none ran.
"""

import threading
import time
from collections import deque
from pathlib import Path
from typing import Final

from traider.api.following.kept_samples import KeptSamples
from traider.api.following.processes import run_processes
from traider.api.following.run_sample import RunSample
from traider.domain.errors import DataError
from traider.runtime.beside_file import with_besides
from traider.runtime.state_folder import read_manifest
from traider.runtime.status_body import CountsBody, StatusBody
from traider.runtime.status_file import read_status

EVERY_S: Final = 5.0
SAMPLES_KEPT: Final = 4_320
"""Six hours."""
_END_S: Final = 5.0


class RunSeries:
    """Looks at the last status of a run now and then, in a thread."""

    def __init__(self, folder: Path, every_s: float = EVERY_S, most: int = SAMPLES_KEPT) -> None:
        self._folder = folder
        self._every_s = every_s
        self._kept = KeptSamples(folder, most)
        self._lock = threading.Lock()
        self._samples: deque[RunSample] = deque(maxlen=most)
        self._run_id = ""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look; once begun it does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="run series", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_END_S)

    def take(self) -> RunSample:
        """Take a sample now; of several who do so at once each waits for the one before."""
        with self._lock:
            status, run_id = self._status(), self._run()
            sample = RunSample(
                run_id=run_id,
                at_ns=time.time_ns(),
                phase=None if status is None else status.phase,
                counts=CountsBody() if status is None else status.counts,
                latency_us={} if status is None else status.latency_us,
                processes=run_processes(self._folder, status),
            )
            if run_id != self._run_id:
                # Another run was begun in the folder, or the one that an earlier server saw.
                self._run_id = run_id
                self._samples.clear()
                self._samples.extend(self._kept.read(run_id))
            self._samples.append(sample)
            if run_id:
                self._kept.add(sample)
        return sample

    def samples(self) -> list[RunSample]:
        """Return the samples in order; one is taken where there is none yet."""
        with self._lock:
            found = list(self._samples)
        return found or [self.take()]

    def _look(self) -> None:
        while not self._stop.is_set():
            self.take()
            self._stop.wait(self._every_s)

    def _run(self) -> str:
        try:
            manifest = read_manifest(self._folder)
        except DataError:
            return ""
        return "" if manifest is None else manifest.run_id

    def _status(self) -> StatusBody | None:
        try:
            status = read_status(self._folder)
        except DataError:
            return None  # whoever asks for the status itself is told why
        return None if status is None else with_besides(status, self._folder)
