"""The entries of a journal's audit, in order, from wherever the chain ends.

Every entry depends on the journal alone: what is told of a position is the same whoever tells it,
however often it was begun again, and however the journal was cut when it was read. A fact that
follows an event is read after that event and told before the next.
"""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from traider.backtest.counterfactual import word
from traider.compliance.reading import PLACE
from traider.compliance.records import Entry
from traider.compliance.telling import (
    BY_PEOPLE,
    DECIDED,
    EVENT,
    FIRST_FACT,
    Teller,
    Vocabulary,
    is_audited,
    kind_of,
)
from traider.domain.errors import KernelError
from traider.domain.events import EventArray, Kind, empty_events
from traider.gateway.reports import EndCode
from traider.journal.facts import BEFORE_ALL_EVENTS, Fact
from traider.journal.reader import JournalReader
from traider.journal.segment_events import Span
from traider.journal.snapshots import SnapshotStore
from traider.kernel.breaker_records import Breaker
from traider.kernel.codes import Reject, Verdict
from traider.kernel.specification import KernelSpec
from traider.runtime.auditing.people import People
from traider.runtime.auditing.reasons import Reason, ReasonTeller
from traider.runtime.auditing.replaying import ReasonReplay
from traider.runtime.control.conversion import CONTROL_FACT, THRESHOLDS, alpha_names
from traider.runtime.control.limit_names import LIMIT_NAMES
from traider.runtime.feature_plan import definition_hashes
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.state_folder import RunManifest, present_versions
from traider.runtime.trading.snapshots import latest_state

Place = tuple[int, int]

PROGRAM_FACT: Final = "program"
"""Kind of the fact with which each session says what it runs on: versions, digest of settings."""
STATES_KEPT: Final = 2
_INTENT: Final = int(Kind.ORDER_INTENT)
_CHUNK: Final = 65_536
"""Events that are replayed at once: bounds what waits to be told."""


def vocabulary(spec: KernelSpec | None) -> Vocabulary:
    """Return the names of the numbers in a run's events."""
    ends = {int(each): word_of(each.name) for each in (*Reject, *EndCode)}
    return Vocabulary(
        verdicts={int(each): word(each) for each in Verdict},
        limits={int(known.limit): name for name, known in LIMIT_NAMES.items()},
        ends=ends,
        breakers={int(each): word_of(each.name) for each in Breaker},
        thresholds=THRESHOLDS,
        alphas=() if spec is None else alpha_names([alpha.name for alpha in spec.alphas]),
    )


def word_of(name: str) -> str:
    """Return the name of a code in words: ``insufficient-funds``."""
    return name.lower().replace("_", "-")


@dataclass
class _Step:
    """What a run of intents came from."""

    first: int
    """Position of the first intent."""
    end: int
    """Position after the last intent so far."""
    reason: Reason | None


class JournalAudit:
    """Tells a run's journal from a place on.

    Args:
        run: whose journal it is.
        spec: of its kernel.
        after: the place that was told last.
        states: folder with states of an earlier audit, beside those of the trader.
    """

    def __init__(
        self, run: RecordedRun, spec: KernelSpec, after: Place, states: Path | None = None
    ) -> None:
        self._run = run
        self._reader = JournalReader(run.paths.journal)
        self._teller = Teller(self._reader.instruments, vocabulary(spec), run.manifest.run_id)
        self._people = People()
        self._programs: list[Fact] = []
        self._facts: deque[tuple[int, Fact]] = deque()
        self._last_fact: Place = (BEFORE_ALL_EVENTS, 0)
        self._after = after
        reasons = ReasonTeller(spec, definition_hashes(run.config, spec))
        self._replay = ReasonReplay(spec, reasons, simulates=run.simulates)
        self._replay.tell_from(after[0] - 1)
        self.begun_at = self._begin(after[0], states)
        """Event that the replay began with."""
        self._fed = self._told = self.begun_at
        self._pending: deque[tuple[int, EventArray]] = deque()
        self._before = empty_events(0)
        self._step: _Step | None = None

    @property
    def told(self) -> int:
        """The position up to which everything was told."""
        return self._told

    @property
    def fault(self) -> str:
        """Why decisions are told without their reasons, empty while they are not."""
        return self._replay.fault

    @property
    def state(self) -> tuple[int, bytes] | None:
        """A state to begin with another time, and its place; None where there is none now."""
        return self._replay.state

    def entries(self, *, ends: bool = False) -> Iterator[Entry]:
        """Yield what the journal has and was not told yet; ``ends`` says that nobody writes it.

        Raises:
            DataError: the journal is damaged.
        """
        self._reader.refresh()
        end = self._reader.end
        self._take_facts(end)
        for first, events in self._reader.numbered(Span(self._fed, end)):
            for begin in range(0, len(events), _CHUNK):
                part = events[begin : begin + _CHUNK]
                self._replay.take(part)
                self._fed = first + begin + len(part)
                self._pending.append((first + begin, part))
                yield from self._tell(min(self._replay.settled, self._fed))
        if ends:
            self._replay.finish()
            yield from self._tell(min(self._replay.settled, self._fed))

    # ---------------------------------------------------------------------------------- the way in

    def _begin(self, position: int, states: Path | None) -> int:
        """Take up the newest state before ``position``; return its place."""
        kept, _ = latest_state(self._run.paths.journal, max(position, 0))
        found = [] if kept is None else [(kept.sequence, kept.state)]
        if states is not None:
            own = SnapshotStore(states, STATES_KEPT).latest(max(position, 0)).snapshot
            found += [] if own is None else [(own.sequence, own.state)]
        for sequence, state in sorted(found, key=lambda each: -each[0]):
            try:
                self._replay.restore(sequence, state)
            except KernelError:
                continue  # of another version: what comes before it is replayed
            return sequence
        return 0

    def _take_facts(self, end: int) -> None:
        """Take the facts that follow events before ``end``."""
        last, count = self._last_fact
        fresh: list[Fact] = []
        number = 0
        for fact in self._reader.facts(start=last):
            if fact.sequence >= end:
                break
            number = number + 1 if fact.sequence == last else 1
            last = fact.sequence
            if (last, number) <= self._last_fact and count:
                continue
            self._last_fact, count = (last, number), 1
            fresh.append(fact)
            self._facts.append((FIRST_FACT + number - 1, fact))
        self._people.take(fresh)
        self._programs += [fact for fact in fresh if fact.kind == PROGRAM_FACT]

    # ------------------------------------------------------------------------------------- telling

    def _tell(self, until: int) -> Iterator[Entry]:
        """Yield what is to be told of the events before ``until`` and the facts after them."""
        while self._pending and self._pending[0][0] < until:
            first, events = self._pending[0]
            begin, end = self._told - first, min(until - first, len(events))
            for at in np.flatnonzero(is_audited(events[begin:end])).tolist():
                place = begin + at
                yield from self._tell_facts(first + place)
                before = events[place - 1 : place] if place else self._before
                told = self._event(first + place, events[place : place + 1], before)
                yield from (each for each in told if _place(each) > self._after)
            self._told = first + end
            self._before = events[end - 1 : end].copy()
            if end < len(events):
                break
            self._pending.popleft()
        yield from self._tell_facts(self._told)

    def _tell_facts(self, position: int) -> Iterator[Entry]:
        """Yield the facts that stand before the event at ``position``."""
        while self._facts and self._facts[0][1].sequence < position:
            part, fact = self._facts.popleft()
            if fact.kind == CONTROL_FACT or (fact.sequence, part) <= self._after:
                continue
            payload = {PLACE: [fact.sequence, part], "body": _body(fact.body)}
            yield Entry(fact.ts_ns, "house", fact.kind, "", payload)

    def _event(self, position: int, event: EventArray, before: EventArray) -> Iterator[Entry]:
        kind = kind_of(event)
        if kind is Kind.ORDER_INTENT:
            yield from self._intent(position, event, before)
            return
        actor = self._people.behind(position, event) if kind in BY_PEOPLE else None
        further = self._settings(event) if kind is Kind.CONFIG_DIGEST else None
        yield self._teller.entry(position, event, actor, further)

    def _intent(self, position: int, event: EventArray, before: EventArray) -> Iterator[Entry]:
        """Tell an order or cancel, and before the first of a step what was decided."""
        step = self._step
        if step is None or step.end != position:
            reason = self._replay.reasons.pop(position - 1, None)
            step = self._step = _Step(position, position, reason)
            yield self._decision(position, event, before, reason)
        step.end = position + 1
        further: Mapping[str, Any] | None = None
        if step.reason is not None and position - step.first < len(step.reason.gates):
            gate = step.reason.gates[position - step.first]
            further = None if gate is None else {"gate": gate}
        yield self._teller.entry(position, event, None, further)

    def _decision(
        self, position: int, event: EventArray, before: EventArray, reason: Reason | None
    ) -> Entry:
        cause = before if reason is None else reason.cause
        payload: dict[str, Any] = {
            PLACE: [position, DECIDED],
            "position": position - 1,
            "versions": self._versions(position),
        }
        if len(cause):
            payload["cause"] = self._teller.cause(cause)
            payload[EVENT] = cause.tobytes().hex()
        if reason is None:
            payload["unexplained"] = self.fault or "the replay began after it"
        else:
            payload |= reason.decision
        stamp = int(event["ts_recv"][0])
        return Entry(stamp, "trader", "decision", str(position - 1), payload)

    def _versions(self, position: int) -> dict[str, Any]:
        """Return what the session ran on that wrote ``position``, as it said itself."""
        for fact in reversed(self._programs):
            if fact.sequence < position:
                return dict(json.loads(fact.body))
        manifest = self._run.manifest
        return {"versions": manifest.versions, "config": manifest.digest}

    def _settings(self, _event: EventArray) -> dict[str, Any]:
        """Return what a run was begun with, to be told with the digest of it."""
        manifest: RunManifest = self._run.manifest
        return {
            "run": manifest.run_id,
            "mode": str(manifest.mode),
            "venue": manifest.venue,
            "products": list(manifest.products),
            "begun_with": manifest.digest,
            "settings": manifest.settings,
        }


def program_body(digest: bytes) -> bytes:
    """Return the body of the fact that says what a session runs on, and with which settings."""
    body = {"versions": present_versions(), "config": digest.hex()}
    return json.dumps(body, sort_keys=True).encode()


def _place(entry: Entry) -> Place:
    position, part = entry.payload[PLACE]
    return int(position), int(part)


def _body(raw: bytes) -> Any:  # noqa: ANN401 - whatever a fact says
    try:
        return json.loads(raw, parse_constant=str)
    except (ValueError, RecursionError):
        return {"hex": raw.hex()}
