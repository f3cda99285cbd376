"""The NAV series of a run made again, by a replay of its journal."""

from collections.abc import Iterator

import numpy as np

from traider.domain.errors import DataError
from traider.domain.events import EventArray, empty_events, join_events
from traider.journal.reader import JournalReader
from traider.kernel.live_machine import Replayer
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.trading.nav_rows import NAV_ROW, NavRows
from traider.runtime.trading.second_marks import SecondMarks
from traider.runtime.trading.standing import Standing


def replayed_nav(run: RecordedRun) -> NavRows:
    """Return the rows that the trader of a run marked, from its journal alone.

    Raises:
        DataError: the journal cannot be read, or its replay makes something else.
    """
    rows: list[NavRows] = []
    replay = _Replay(run, rows)
    for events in JournalReader(run.paths.journal).events():
        replay.take(events)
    replay.finish()
    return np.concatenate([np.zeros(0, NAV_ROW), *rows])


class _Replay:
    def __init__(self, run: RecordedRun, rows: list[NavRows]) -> None:
        self._replayer = Replayer(run.spec(), simulates=run.simulates)
        self._standing = Standing()
        self._marks = SecondMarks(self._replayer.machine, self._standing, rows.append)
        self._rest = empty_events(0)
        self._where = str(run.paths.folder)

    def take(self, events: EventArray) -> None:
        """Take the next events; those of the last instant wait for the rest of it."""
        events = join_events([self._rest, events])
        if len(events):
            whole = int(np.searchsorted(events["ts_recv"], events["ts_recv"][-1]))
            self._rest = events[whole:].copy()
            self._run(events[:whole])

    def finish(self) -> None:
        """Say that the journal ends."""
        self._run(self._rest)
        self._marks.finish()

    def _run(self, events: EventArray) -> None:
        for piece, due_ns in self._pieces(events):
            self._replayer.take(piece)
            self._standing.append(piece)
            if due_ns:
                self._replayer.pass_time(due_ns)
                self._marks.mark(due_ns)
        if self._replayer.mismatch is not None:
            raise DataError(
                f"event {self._replayer.mismatch.sequence} comes out of the replay otherwise",
                where=self._where,
                fix="ask traider parity what differs",
            )

    def _pieces(self, events: EventArray) -> Iterator[tuple[EventArray, int]]:
        """Cut events at the seconds that are marked; each piece is run before the next is cut."""
        while len(events):
            due_ns = self._marks.next_ns(events, int(events["ts_recv"][-1]))
            if not due_ns:
                break
            count = int(np.searchsorted(events["ts_recv"], due_ns, side="right"))
            yield events[:count], due_ns
            events = events[count:]
        yield events, 0
