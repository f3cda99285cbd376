"""What was looked up a moment ago, so that a page that asks ten things at once is looked up once.

A change that this process makes is seen at once: what is remembered is forgotten when the change is
committed, before it is answered. One that another process makes is seen within a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import Connection, Engine, event

AGE_NS: Final = 1_000_000_000
KEPT_MAX: Final = 1_000
_WROTE: Final = "traider_wrote"

Kept = TypeVar("Kept")


@dataclass(frozen=True)
class _Remembered(Generic[Kept]):
    value: Kept
    at_ns: int


class Remembered(Generic[Kept]):
    """Values by key for a second; thread-safe. Nothing is remembered of keys that have no value."""

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._lock = Lock()
        self._kept: dict[str, _Remembered[Kept]] = {}
        self._changes = 0

    def get(self, key: str, find: Callable[[], Kept | None]) -> Kept | None:
        """Return the value of ``key``, found again where it is older than a second."""
        with self._lock:
            kept, changes = self._kept.get(key), self._changes
        if kept is not None and 0 <= self._now_ns() - kept.at_ns < AGE_NS:
            return kept.value
        at_ns = self._now_ns()
        value = find()
        with self._lock:
            self._kept.pop(key, None)
            # What was read while something changed may be what was before.
            if value is not None and changes == self._changes:
                self._kept[key] = _Remembered(value, at_ns)
            while len(self._kept) > KEPT_MAX:
                del self._kept[next(iter(self._kept))]
        return value

    def forget(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._changes += 1


def forget_at_changes(engine: Engine, forget: Callable[[], None]) -> None:
    """Have ``forget`` called after each change that ``engine`` commits, before it is told."""

    def committing(connection: Connection) -> None:
        connection.info[_WROTE] = True

    def given_back(_connection: object, record: Any) -> None:  # noqa: ANN401 - of the library's pool
        if record.info.pop(_WROTE, False):
            forget()

    event.listen(engine, "commit", committing)
    event.listen(engine, "checkin", given_back)
