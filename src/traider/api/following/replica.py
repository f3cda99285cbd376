"""The trader's kernel once more, fed the journal: books, features, scores, limits as they stand.

Scores and features of decisions that led to no order are in no record: they are made anew here, by
the same compiled loop from the same events, and every event that comes out is compared with the
journal's. Where one differs (another version of the code, say) the replica says so and stops; it
shows nothing that the trader did not have.
"""

from collections import deque
from collections.abc import Iterator
from typing import Final

import numpy as np

from traider.api.following.kept_scores import KeptScores, ScoreSample, hole_after
from traider.domain.errors import KernelError, TraiderError
from traider.domain.events import EventArray, Kind
from traider.journal.reader import JournalReader
from traider.kernel.live_machine import LiveMachine, Replayer
from traider.runtime.parity.comparing import mismatch_line
from traider.runtime.parity.decisions import FOLLOWING
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.trading.snapshots import latest_state

SAMPLES_KEPT: Final = 20_000
REPLAYED_MAX: Final = 1_000_000
"""A journal of so few events is taken from its beginning, so that its whole history is seen."""
_LATE: Final = 2
"""Decisions that may be missing before it is a hole."""
_PIECE: Final = 8_192
"""Events taken at once: bounds how long a reader waits."""


class KernelReplica:
    """Follows one run's kernel.

    Raises:
        TraiderError: the run's settings, or an alpha of it, cannot be read any more.
    """

    def __init__(self, run: RecordedRun) -> None:
        self.spec = run.spec()
        self.fault = ""
        """Why it stopped, in one line; empty while it goes on."""
        self.position = 0
        """The next event to take."""
        self.samples: tuple[deque[ScoreSample], ...] = tuple(
            deque(maxlen=SAMPLES_KEPT) for _ in self.spec.markets
        )
        self._replayer = Replayer(self.spec, simulates=run.simulates)
        self._journal = run.paths.journal
        most = SAMPLES_KEPT * len(self.samples)
        self._kept = KeptScores(run.paths.folder, run.manifest.run_id, most)

    @property
    def machine(self) -> LiveMachine:
        """The kernel, to be read."""
        return self._replayer.machine

    def begin(self, reader: JournalReader) -> int:
        """Take up the best place to begin; return the first event that is wanted.

        Where that is not the run's beginning, scores of before are those that were kept.
        """
        known = self._kept.read()
        if reader.first == 0 and reader.end <= REPLAYED_MAX:
            return 0
        kept, _ = latest_state(self._journal, reader.end)
        if kept is not None:
            try:
                self._replayer.restore(kept.state)
            except KernelError as fault:
                self.fault = fault.line()
            self.position = kept.sequence
        elif reader.first:
            self.fault = "the journal's beginning is gone, and no state of it was kept"
            self.position = reader.first
        self._take_up(known)
        return self.position

    def _take_up(self, known: dict[int, list[ScoreSample]]) -> None:
        """Begin with the scores that were kept, and say where nobody looked."""
        interval_ns = int(self.machine.decider.strategy[0]["decision_ns"])
        for number, samples in known.items():
            if number >= len(self.samples) or self.fault:
                continue
            self.samples[number].extend(samples)
            if self.machine.now_ns > samples[-1].at_ns + _LATE * interval_ns:
                self.samples[number].append(hole_after(samples[-1]))

    def take(self, events: EventArray) -> Iterator[None]:
        """Take the next events in; between two pieces of them it yields."""
        for piece in _pieces(events):
            if not self.fault:
                self._take(piece)
            self.position += len(piece)
            yield

    def _take(self, piece: EventArray) -> None:
        try:
            self._replayer.take(piece)
        except TraiderError as fault:
            self.fault = fault.line()
            return
        if self._replayer.mismatch is not None:
            self.fault = mismatch_line(self._replayer.mismatch)
            return
        self._sample()

    def _sample(self) -> None:
        """Keep what was thought of the instruments that were scored since the last look."""
        decider = self.machine.decider
        fresh = []
        for number, samples in enumerate(self.samples):
            market = decider.markets[number]
            decided_ns = int(market["decided_ns"])
            if decided_ns <= (samples[-1].at_ns if samples else 0):
                continue
            sample = ScoreSample(
                decided_ns,
                float(market["combined"]),
                int(market["direction"]),
                float(market["exposure"]),
                tuple(decider.scores[number].tolist()),
            )
            samples.append(sample)
            fresh.append((number, sample))
        self._kept.add(fresh)


def _pieces(events: EventArray) -> Iterator[EventArray]:
    """Cut whole blocks after each timer, where decisions are made, and where they are many.

    What a step wants comes out of the machine with it, so that no cut may part the two; a block of
    the journal holds both.
    """
    kinds = events["kind"]
    firsts = np.flatnonzero(~np.isin(kinds, FOLLOWING))
    timers = np.flatnonzero(kinds == int(Kind.TIMER))
    after = np.searchsorted(firsts, timers, "right")
    decided = set(firsts[after[after < len(firsts)]].tolist())
    wanted = np.arange(_PIECE, len(events), _PIECE)
    at = np.searchsorted(firsts, wanted)
    ends = sorted(decided | set(firsts[at[at < len(firsts)]].tolist()))
    begin = 0
    for end in [*ends, len(events)]:
        if end > begin:
            yield events[begin:end]
        begin = end
