"""Emergency stops that were asked for here: each is carried out beside its request, and told.

How each stands is kept as a file in the state folder, so that it is told after the API began anew.
"""

import contextlib
import hashlib
import os
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import msgspec
from fastapi import Depends, Request

from traider.api.problems import NotFoundError
from traider.runtime.control.kill_file import KILL_NAME, leave_kill
from traider.runtime.control.stop_watch import StopPhase, StopSeen, StopTerms
from traider.runtime.control.stopping import carry_out, follow_waiting, kill_command

STOPS_FOLDER: Final = "stops"
"""In the state folder."""
KEPT_MAX: Final = 100
TERMS: Final = StopTerms(flat_s=60.0, gateway_flat_s=60.0)


class StopRecord(msgspec.Struct, frozen=True):
    """A stop that was asked for."""

    id: str
    who: str
    why: str
    keeps_positions: bool
    asked_ns: int
    """Ns UTC."""
    seen: StopSeen


class Stops:
    """The stops of one run; thread-safe."""

    def __init__(self, state: Path, terms: StopTerms = TERMS) -> None:
        self._state = state
        self._terms = terms
        self._lock = threading.Lock()
        self._records: dict[str, StopRecord] = {}

    def begin(self, who: str, why: str, *, keeps_positions: bool, key: str = "") -> StopRecord:
        """Leave a stop in the folder, and have it carried out; return at once.

        Args:
            who: who asks.
            why: for what reason.
            keeps_positions: whether what is held is kept, with what guards it.
            key: of the request; one that comes again is told how its stop stands.

        Raises:
            UsageError: the folder cannot be written to.
        """
        stop_id = _id_of(who, key) if key else uuid.uuid4().hex
        with self._lock:
            known = self._known(stop_id)
            if known is not None:
                return known
            command = kill_command(who, why, flatten=not keeps_positions, stop_id=stop_id)
            left = leave_kill(self._state, command)
            record = StopRecord(stop_id, who, why, keeps_positions, time.time_ns(), StopSeen())
            self._records[stop_id] = record
        told = self._teller(record)
        told(record.seen)

        def work() -> None:
            seen = carry_out(self._state, command, left, told, self._terms)
            if seen.phase is StopPhase.WAITING:
                follow_waiting(self._state, command, left, told, seen, self._terms)

        # No end of this process waits for it: the stop is in the folder, or with the trader.
        threading.Thread(target=work, name="emergency stop", daemon=True).start()
        return record

    def get(self, stop_id: str) -> StopRecord:
        """Return how a stop stands.

        Raises:
            NotFoundError: there is no such stop.
        """
        with self._lock:
            found = self._known(stop_id)
        if found is None:
            raise NotFoundError(
                "there is no such emergency stop",
                where=stop_id,
                fix="see GET /api/v1/status for how the trader stands",
            )
        return found

    def _known(self, stop_id: str) -> StopRecord | None:
        found = self._records.get(stop_id)
        if found is None and stop_id.isalnum():
            found = self._read(stop_id)
        return found

    def _read(self, stop_id: str) -> StopRecord | None:
        """Return a stop of before this process began; after one that waits it is looked on."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            kept = msgspec.json.decode(self._file(stop_id).read_bytes(), type=StopRecord)
            if kept.seen.phase is StopPhase.WAITING:
                self._look_on(kept)
            if kept.seen.is_over or kept.seen.phase is StopPhase.WAITING:
                return kept
            words = f"{kept.seen.line}; the API began anew since: see how the trader stands"
            seen = msgspec.convert(
                {**asdict(kept.seen), "phase": StopPhase.OPEN, "line": words.lstrip("; ")},
                StopSeen,
            )
            return msgspec.structs.replace(kept, seen=seen)
        return None

    def _look_on(self, kept: StopRecord) -> None:
        """Go on looking after a stop that another process saw waiting."""
        self._records[kept.id] = kept
        since_ns = time.monotonic_ns() - max(time.time_ns() - kept.asked_ns, 0)
        command = msgspec.structs.replace(
            kill_command(kept.who, kept.why, flatten=not kept.keeps_positions, stop_id=kept.id),
            asked_ns=since_ns,
        )
        left, told = self._state / KILL_NAME, self._teller(kept)

        def work() -> None:
            follow_waiting(self._state, command, left, told, kept.seen, self._terms)

        threading.Thread(target=work, name="emergency stop", daemon=True).start()

    def _teller(self, record: StopRecord) -> Callable[[StopSeen], None]:
        def told(seen: StopSeen) -> None:
            now = msgspec.structs.replace(record, seen=seen)
            with self._lock:
                self._records[record.id] = now
                while len(self._records) > KEPT_MAX:
                    del self._records[next(iter(self._records))]
            self._keep(now)

        return told

    def _keep(self, record: StopRecord) -> None:
        """Write how a stop stands; a full disk keeps nobody from stopping."""
        path = self._file(record.id)
        part = path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            part.write_bytes(msgspec.json.encode(record))
            part.replace(path)
            kept = sorted(path.parent.glob("*.json"), key=lambda each: each.stat().st_mtime_ns)
            for old in kept[:-KEPT_MAX]:
                old.unlink(missing_ok=True)

    def _file(self, stop_id: str) -> Path:
        return self._state / STOPS_FOLDER / f"{stop_id}.json"


def _id_of(who: str, key: str) -> str:
    return hashlib.sha256(f"{who}\n{key}".encode()).hexdigest()[:32]


def stops_of(request: Request) -> Stops:
    """Return the stops of the application that ``request`` came to."""
    stops = request.app.state.stops
    assert isinstance(stops, Stops)  # noqa: S101 - create_application put it there
    return stops


StopsNow = Annotated[Stops, Depends(stops_of)]
"""The stops, for a route."""
