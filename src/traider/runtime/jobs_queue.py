"""What wakes workers: a queue of Huey's, in an SQLite file or in Redis.

The queue carries no job, only the word that there is one: jobs are rows of the database, and
whoever claims a row has it. So a queue that is lost, full of old words or out of reach costs time,
never a job: workers look at the table every few seconds anyway. Words are JSON, since whoever can
write to a queue of pickles can run code in its workers.
"""

import json
import logging
import sqlite3
import time
from collections.abc import Callable
from typing import Any, Final, Self
from urllib.parse import urlsplit

from huey import Huey, RedisHuey, SqliteHuey
from huey.exceptions import ConfigurationError, HueyException
from huey.registry import Message
from huey.serializer import Serializer

from traider.domain.errors import UsageError
from traider.runtime.config_database import shown_url
from traider.store.tables.addresses import DatabaseAddress

_NAME: Final = "traider"
_POLL_S: Final = 0.2
_REDIS: Final = frozenset(("redis", "rediss", "unix"))


class PlainSerializer(Serializer):  # type: ignore[misc]  # Huey ships no types
    """Write messages as JSON."""

    def _serialize(self, data: Any) -> bytes:  # noqa: ANN401 - Huey ships no types
        return json.dumps(data._asdict()).encode()

    def _deserialize(self, data: bytes) -> Any:  # noqa: ANN401 - the same
        told = json.loads(data)
        return Message(**{**told, "args": tuple(told["args"])})


class JobQueue:
    """Wake workers, or wait to be woken."""

    def __init__(self, huey: Huey, place: str) -> None:
        self.place = place
        """Its address without secrets."""
        self._huey = huey
        self._woken = False
        self._wake = huey.task(name="wake")(self._note)

    @classmethod
    def open(cls, url: str) -> Self:
        """Return the queue at ``url``; a server is not asked yet.

        Raises:
            UsageError: the address is none, or Redis's client is not installed.
        """
        # Huey tells of each word it carries; what is done with it is told by the worker.
        logging.getLogger("huey").setLevel(logging.ERROR)
        plain: dict[str, Any] = {"results": False, "serializer": PlainSerializer()}
        if urlsplit(url).scheme in _REDIS:
            return cls(_redis(url, plain), shown_url(url))
        try:
            address = DatabaseAddress.parse(url)
        except UsageError:
            address = None
        if address is None or not address.is_sqlite:
            raise UsageError(
                f"{shown_url(url)} is no queue that is known here",
                where="jobs.queue",
                fix="write sqlite:///FILE or redis://HOST:PORT/NUMBER",
            )
        file = address.file.absolute()
        file.parent.mkdir(parents=True, exist_ok=True)
        return cls(SqliteHuey(_NAME, filename=str(file), **plain), shown_url(url))

    def wake(self) -> bool:
        """Tell workers that there is a job; False when the queue cannot be reached."""
        try:
            self._wake()
        except _unreachable():
            return False
        return True

    def wait(self, seconds: float, stop: Callable[[], bool]) -> bool:
        """Wait until a worker is woken or so long; return whether it was woken."""
        until = time.monotonic() + seconds
        self._woken = False
        while not (self._woken or stop()) and time.monotonic() < until:
            try:
                task = self._huey.dequeue()
                if task is not None:
                    self._huey.execute(task)
                    continue
            except (*_unreachable(), HueyException, ValueError, KeyError, TypeError):
                # No queue, or words of somebody else: the table is looked at all the same.
                time.sleep(_POLL_S)
            if not self._huey.storage.blocking:
                time.sleep(_POLL_S)
        return self._woken

    def close(self) -> None:
        """Let go of file or connection."""
        self._huey.storage.close()

    def _note(self) -> None:
        self._woken = True


def _redis(url: str, plain: dict[str, Any]) -> Huey:
    try:
        return RedisHuey(_NAME, url=url, read_timeout=1, **plain)
    except ConfigurationError:
        raise UsageError(
            "a queue in Redis needs the package redis",
            where="jobs.queue",
            fix="install it with: pip install 'traider[scale]'",
        ) from None


def _unreachable() -> tuple[type[Exception], ...]:
    """Return what is raised when a queue cannot be reached; Redis's own only where it is there."""
    try:
        from redis.exceptions import RedisError  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        return (OSError, sqlite3.Error)
    return (OSError, sqlite3.Error, RedisError)
