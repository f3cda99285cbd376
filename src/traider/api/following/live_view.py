"""A live view of a run for routes and streams: a thread follows the journal of a state folder.

    view = LiveView(Path("state"))
    view.start()
    book = view.read(lambda run: run.levels(0, 20))
    unsubscribe = view.subscribe(lambda version: …)
    snapshot = view.snapshot()
    view.close()

It begins at the newest state that the trader kept, or with the first event of a short journal, and
then looks back for bars, trades and quality piece by piece while nothing new comes. It outlives a
trader that starts again, a journal that is not there yet, and another run begun in the folder. A
fault that nobody foresaw is shown and told, and the view begins anew. Memory is bounded: each tape
and each series forgets what is oldest.
"""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from traider.api.following.followed import FollowedRun
from traider.api.following.snapshots import Standing, ViewSnapshot, ViewState
from traider.domain.errors import DataError, TraiderError, UsageError
from traider.domain.events import EventArray
from traider.journal.reader import JournalReader
from traider.journal.segment_events import Span
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.state_folder import read_manifest

T = TypeVar("T")

_IDLE_S: Final = 0.05
_REST_S: Final = 0.03
"""After little: what is written meanwhile comes at once."""
_LITTLE: Final = 20_000
_AGAIN_S: Final = 0.5
_LOOK_S: Final = 2.0
"""Between two looks whether another run was begun."""
_BACK_EVENTS: Final = 131_072
_ANEW_S: Final = 60.0
"""After which a replica that stopped is tried anew, from a later state perhaps; then twice that."""
_UNFORESEEN_S: Final = 1.0
"""After which it begins anew after a fault that nobody foresaw, then twice that,"""
_UNFORESEEN_MOST_S: Final = 60.0
"""and at most this."""
_END_S: Final = 10.0
_ENDED: Final = object()


@dataclass(frozen=True)
class ViewTerms:
    """How far a view goes."""

    back_ns: int = 24 * 3_600 * 1_000_000_000
    """How far back it looks from where it begins, by the times of receipt,"""
    back_events: int = 50_000_000
    """and through how many events at most."""


class LiveView:
    """Follows the run of a state folder; any thread may read."""

    def __init__(self, folder: Path, terms: ViewTerms | None = None) -> None:
        self.folder = folder
        self._terms = terms or ViewTerms()
        self._lock = threading.Lock()
        self._changed = threading.Condition()
        self._version = 0
        self._told: dict[int, Callable[[int], None]] = {}
        self._numbers = itertools.count()
        self._run: FollowedRun | None = None
        self._state = ViewState.WAITING
        self._fault = ""
        self._has_looked = False
        """Whether it knows by now if there is a run."""
        self._caught_up_s = time.monotonic()
        self._looked_s = 0.0
        self._begun = 0
        self._is_worn = False
        """Whether what is known of the run is to be put together anew."""
        self._anew_s, self._anew_at = _ANEW_S, 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    # ------------------------------------------------------------------------------ for its readers

    @property
    def version(self) -> int:
        """Rises whenever there is something new."""
        return self._version

    def subscribe(self, told: Callable[[int], None]) -> Callable[[], None]:
        """Have ``told`` called with each new version, on the view's thread; return what ends it.

        It must come back at once: hand the number on, and read elsewhere.
        """
        number = next(self._numbers)
        with self._changed:
            self._told[number] = told

        def unsubscribe() -> None:
            with self._changed:
                self._told.pop(number, None)

        return unsubscribe

    def wait(self, version: int, timeout_s: float) -> int:
        """Return the version once it is above ``version``, or when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._version > version, timeout_s)
            return self._version

    def wait_until_live(self, timeout_s: float) -> Standing:
        """Return how the view stands once it is live, or cannot be for now, or has had its time."""
        with self._changed:
            self._changed.wait_for(self._is_settled, timeout_s)
        return self.standing()

    def _is_settled(self) -> bool:
        is_under_way = self._state is ViewState.CATCHING_UP or not self._has_looked
        return self._state is ViewState.LIVE or not is_under_way

    def read(self, reader: Callable[[FollowedRun], T]) -> T:
        """Return what ``reader`` makes of the run; it is quick, and takes copies of what changes.

        Raises:
            UsageError: no run has begun, or what it asks for is not known.
        """
        with self._lock:
            if self._run is None:
                raise self._not_there()
            return reader(self._run)

    def standing(self) -> Standing:
        """Return how the view stands."""
        with self._lock:
            return self._standing()

    def snapshot(self) -> ViewSnapshot:
        """Return everything that is looked at each second, of one instant."""
        with self._lock:
            run, standing = self._run, self._standing()
            if run is None:
                return ViewSnapshot(self._version, standing, (), None, None)
            enter = exit_ = None
            if not run.why_no_kernel:
                strategy = run.kernel.machine.decider.strategy[0]
                enter, exit_ = float(strategy["enter"]), float(strategy["exit"])
            markets = tuple(run.market(number) for number in range(len(run.instruments)))
            return ViewSnapshot(self._version, standing, markets, enter, exit_)

    # ------------------------------------------------------------------------------------ its life

    def start(self) -> None:
        """Begin to follow; once begun it does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._follow, name="live view", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_END_S)

    def _not_there(self) -> UsageError:
        if self._state is ViewState.CATCHING_UP:
            what, fix = "the run is being read for the first time", "ask again in a few seconds"
        else:
            what = self._fault or "no run has begun in this folder"
            fix = "start one with traider run, or wait until it has begun"
        return UsageError(what, where=str(self.folder), fix=fix)

    def _standing(self) -> Standing:
        run, is_live = self._run, self._state is ViewState.LIVE
        return Standing(
            state=self._state,
            fault=self._fault,
            kernel_fault=run.why_no_kernel if run else "",
            run_id=run.run.manifest.run_id if run else "",
            position=run.position if run else 0,
            lag_s=0.0 if is_live or run is None else time.monotonic() - self._caught_up_s,
            known_from_ns=run.known_from_ns if run else 0,
            now_ns=run.now_ns if run else 0,
        )

    # --------------------------------------------------------------------------------- its thread

    def _follow(self) -> None:
        rest_s = _UNFORESEEN_S
        while not self._stop.is_set():
            try:
                self._follow_run()
            except UsageError:
                self._say(ViewState.WAITING, "")
            except (DataError, OSError) as fault:
                # A trader that died left half a block; who opens the journal cuts it off.
                said = fault.line() if isinstance(fault, TraiderError) else str(fault)
                self._say(ViewState.FAULT, said)
            except TraiderError as fault:
                self._say(ViewState.FAULT, fault.line())
            except Exception as fault:  # noqa: BLE001 - what is shown must never stand still unsaid
                self._say_unforeseen(fault, rest_s)
                self._stop.wait(rest_s)
                rest_s = min(2 * rest_s, _UNFORESEEN_MOST_S)
            with self._changed:
                self._has_looked = True
                self._changed.notify_all()
            self._stop.wait(_AGAIN_S)

    def _say_unforeseen(self, fault: Exception, rest_s: float) -> None:
        """Tell of a fault of its own as of a thread that ended; what is known is read anew."""
        self._is_worn = True
        self._say(
            ViewState.FAULT,
            f"following the run failed: {type(fault).__name__}: {fault}; "
            f"it is read anew in {rest_s:.0f} s",
        )
        told = (type(fault), fault, fault.__traceback__, threading.current_thread())
        threading.excepthook(threading.ExceptHookArgs(told))

    def _follow_run(self) -> None:
        """Follow one run, from where it was left, until told to stop or another is begun."""
        reader = JournalReader((found := RecordedRun.open(self.folder)).paths.journal)
        run = self._run
        if run is None or self._is_worn or self._is_another(run) or reader.end < run.position:
            run = self._opened(found, reader)
        back = self._backward(reader, run)
        for events in reader.follow(run.position, lambda: self._idle(run, back)):
            if self._stop.is_set():
                return
            self._take(run, events)
            if len(events) < _LITTLE and self._stop.wait(_REST_S):
                return
            if self._is_over(run):
                return

    def _opened(self, found: RecordedRun, reader: JournalReader) -> FollowedRun:
        self._say(ViewState.CATCHING_UP, "")
        run = FollowedRun(found, reader.instruments)
        start = reader.first if run.replica is None else run.replica.begin(reader)
        if run.replica is None:
            start = max(reader.first, reader.end - _BACK_EVENTS)
        run.begin_at(start)
        if start > reader.first:
            # A run that has ended brings nothing new; what is told of it has its last time.
            (_, before), *_ = reader.numbered(Span(start - 1, start))
            run.now_ns = int(before["ts_recv"][-1])
        with self._lock:
            self._run, self._begun = run, start
        self._is_worn, self._anew_at = False, time.monotonic() + self._anew_s
        return run

    def _take(self, run: FollowedRun, events: EventArray) -> None:
        """Take events under the lock, and let readers in between two pieces."""
        parts, is_left = run.take(events), True
        while is_left:
            with self._lock:
                is_left = next(parts, _ENDED) is not _ENDED
        self._tell()

    def _idle(self, run: FollowedRun, back: Iterator[EventArray]) -> bool:
        """Do what is left for quiet moments; return whether to stop."""
        self._caught_up_s = time.monotonic()
        if self._state is not ViewState.LIVE:
            self._say(ViewState.LIVE, "")
        earlier = next(back, None)
        if earlier is not None:
            with self._lock:
                run.take_earlier(earlier)
            self._tell()
        return self._is_over(run) or self._stop.wait(_IDLE_S)

    def _backward(self, reader: JournalReader, run: FollowedRun) -> Iterator[EventArray]:
        """Yield the events before the earliest that are known, the last ones first."""
        terms = self._terms
        most = max(reader.first, self._begun - terms.back_events)
        while run.earliest > most:
            begin = max(most, run.earliest - _BACK_EVENTS)
            runs = reader.numbered(Span(begin, run.earliest))
            for _, events in reversed(list(runs)):
                yield events
                if int(events["ts_recv"][0]) < run.now_ns - terms.back_ns:
                    return

    def _is_over(self, run: FollowedRun) -> bool:
        """Whether another run was begun, or a replica that stopped may begin anew."""
        now_s = time.monotonic()
        if now_s - self._looked_s < _LOOK_S:
            return False
        self._looked_s = now_s
        if run.why_no_kernel and now_s > self._anew_at:
            self._is_worn, self._anew_s = True, 2 * self._anew_s
        return self._is_worn or self._is_another(run)

    def _is_another(self, run: FollowedRun) -> bool:
        manifest = read_manifest(self.folder)
        return manifest is None or manifest.run_id != run.run.manifest.run_id

    # ------------------------------------------------------------------------------------- telling

    def _say(self, state: ViewState, fault: str) -> None:
        with self._changed:
            is_new = (state, fault) != (self._state, self._fault)
            self._state, self._fault = state, fault
        if is_new:
            self._tell()

    def _tell(self) -> None:
        with self._changed:
            self._version += 1
            self._changed.notify_all()
            told = list(self._told.values())
        for each in told:
            each(self._version)


@contextmanager
def following(folder: Path, terms: ViewTerms | None = None) -> Iterator[LiveView]:
    """Have a view while the context lasts."""
    view = LiveView(folder, terms)
    view.start()
    try:
        yield view
    finally:
        view.close()
