"""Where the profit came from, made in a process of its own and kept for a while.

To have the scores behind the orders the journal is replayed through the kernel. That takes longer
than an answer may, so the answer is what was made last, and says of how much of the journal it is;
a newer one is made beside the answers when that is worth its time.
"""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from traider.api.problems import ConflictError
from traider.api.shapes.portfolio import AttributionShape, PartShape, ViewShape
from traider.domain.errors import DataError, TraiderError

FRESH_S: Final = 30.0
"""An attribution is as good as new for so long,"""
SHARE: Final = 0.05
"""and for as long as making it anew would take more than this part of the time."""
WAIT_S: Final = 25.0
"""Who asks first waits so long; who waits longer is told to ask again."""
_END_S: Final = 5.0

Body = dict[str, Any]


class AttributionKeeper:
    """Keeps the attribution of the run in one state folder; threads may ask together."""

    def __init__(self, state: Path, make: Callable[[], Body] | None = None) -> None:
        """Keep what ``make`` makes; without it a process beside this one does."""
        self._state = state
        self._make = make or self._made_beside
        self._lock = threading.Lock()
        self._is_made = threading.Condition(self._lock)
        self._is_making = False
        self._is_closed = False
        self._found: Body | None = None
        self._fault: TraiderError | None = None
        self._made_s = self._took_s = 0.0
        self._process: subprocess.Popen[str] | None = None

    def get(self, end: int, wait_s: float = WAIT_S) -> AttributionShape:
        """Return what was made last; have a newer one made where it is old.

        Args:
            end: how many events the journal has now.
            wait_s: how long the first one may take.

        Raises:
            ConflictError: the first one is still being made.
            TraiderError: it cannot be made.
        """
        until_s = time.monotonic() + wait_s
        with self._lock:
            if not self._is_making and self._is_old(end):
                self._begin()
            while self._found is None and self._fault is None:
                left_s = until_s - time.monotonic()
                if left_s <= 0.0 or not self._is_made.wait(left_s):
                    raise ConflictError(
                        "the journal is still being replayed for it",
                        where=str(self._state),
                        fix="ask again in a while",
                    )
            if self._found is None:
                fault, self._fault = self._fault, None
                assert fault is not None  # noqa: S101 - one of the two is there
                raise fault
            return attribution_shape(self._found)

    def close(self) -> None:
        """End what is being made."""
        with self._lock:
            self._is_closed = True
            process = self._process
        if process is not None:
            process.terminate()
            try:
                process.wait(_END_S)
            except subprocess.TimeoutExpired:
                process.kill()

    def _is_old(self, end: int) -> bool:
        if self._found is None:
            return self._fault is None
        if int(self._found["journal_events"]) >= end:
            return False
        return time.monotonic() - self._made_s > max(FRESH_S, self._took_s / SHARE)

    def _begin(self) -> None:
        self._is_making = True
        threading.Thread(target=self._work, name="attribution", daemon=True).start()

    def _work(self) -> None:
        began_s = time.monotonic()
        found: Body | None = None
        fault: TraiderError | None = None
        try:
            found = self._make()
        except TraiderError as told:
            fault = told
        with self._lock:
            self._is_making = False
            self._made_s = time.monotonic()
            self._took_s = self._made_s - began_s
            self._fault = fault if self._found is None else None
            self._found = found or self._found
            self._is_made.notify_all()

    def _made_beside(self) -> Body:
        """Have the command line make it, at low priority: the trader goes first."""
        command = ("-m", "traider", "attribution", "--json", "--state", str(self._state))
        with self._lock:
            if self._is_closed:
                raise _ended(self._state)
            process = subprocess.Popen(  # noqa: S603 - this program itself
                (*_NICE, sys.executable, *command),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                stdin=subprocess.DEVNULL,
                text=True,
            )
            self._process = process
        out, said = process.communicate()
        if process.returncode:
            lines = said.strip().splitlines()
            raise DataError(
                lines[-1] if lines else f"making it ended with code {process.returncode}",
                where=str(self._state),
                fix="try traider attribution at a terminal",
            )
        body: Body = json.loads(out)
        return body


_NICE: Final = ("/usr/bin/env", "nice", "-n", "10")


def _ended(state: Path) -> ConflictError:
    return ConflictError("the API ends", where=str(state), fix="ask the next one")


def attribution_shape(body: Body) -> AttributionShape:
    """Return what ``traider attribution --json`` prints as a shape."""
    return AttributionShape(
        currency=body["currency"],
        total=body["total"],
        trades=body["trades"],
        regime_step_s=body["regime_step_s"],
        views=[
            ViewShape(
                by=name, parts=[PartShape(name=part, value=value) for part, value in view.items()]
            )
            for name, view in body["views"].items()
        ],
        journal_events=body["journal_events"],
        until_ns=body["until_ns"],
    )
