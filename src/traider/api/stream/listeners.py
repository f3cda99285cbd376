"""Clients of the stream: what each listens to, and which of them are too slow for every change."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from traider.api.stream.door import Credentials

BACKLOG_MAX: Final = 16
"""Messages that wait for one client; what comes then is left out until it has taken them,"""
BACKLOG_GONE: Final = 2
"""and it is told how things stand when no more than these are left."""
ASKS_MOST: Final = 40
"""Requests of a client"""
ASKS_S: Final = 10.0
"""in so many seconds; one that asks more often is sent away, since each reads for all."""


@dataclass
class Listener:
    """One client."""

    sid: str
    name: str
    """Who it is."""
    credentials: Credentials = field(repr=False)
    channels: set[str] = field(default_factory=set)
    lagging: set[str] = field(default_factory=set)
    """Those of its channels of which something was left out."""
    asked_s: deque[float] = field(default_factory=lambda: deque(maxlen=ASKS_MOST), repr=False)
    """When it asked for something last."""

    def may_ask(self, now_s: float) -> bool:
        """Note that it asks, and return whether it does so no more often than a page would."""
        is_often = len(self.asked_s) == ASKS_MOST and now_s - self.asked_s[0] < ASKS_S
        self.asked_s.append(now_s)
        return not is_often


class Listeners:
    """All clients by their ids."""

    def __init__(self, backlog: Callable[[str], int]) -> None:
        """Make the list; ``backlog`` tells how many messages wait for a client."""
        self._backlog = backlog
        self._all: dict[str, Listener] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Listener]:
        return iter(tuple(self._all.values()))

    def add(self, listener: Listener) -> None:
        """Take a client in."""
        self._all[listener.sid] = listener

    def get(self, sid: str) -> Listener | None:
        """Return a client that is there."""
        return self._all.get(sid)

    def drop(self, sid: str) -> None:
        """Forget a client."""
        self._all.pop(sid, None)

    def count_of(self, name: str) -> int:
        """Return how many clients somebody has."""
        return sum(each.name == name for each in self._all.values())

    def wanted(self) -> set[str]:
        """Return the channels that anybody listens to."""
        return set().union(*(each.channels for each in self._all.values()))

    def is_slow(self, sid: str) -> bool:
        """Whether more waits for a client than it is to be given now."""
        return self._backlog(sid) > BACKLOG_MAX

    def ready(self, channel: str) -> list[Listener]:
        """Return those who are to be told of a change of ``channel`` now.

        The rest of those who listen to it is noted as lagging.
        """
        found = []
        for each in self._all.values():
            if channel not in each.channels or channel in each.lagging:
                continue
            if self.is_slow(each.sid):
                each.lagging.add(channel)
            else:
                found.append(each)
        return found

    def caught_up(self) -> list[tuple[Listener, tuple[str, ...]]]:
        """Return who can be told how things stand, with what they missed; they lag no more."""
        found = []
        for each in self._all.values():
            if each.lagging and self._backlog(each.sid) <= BACKLOG_GONE:
                found.append((each, tuple(sorted(each.lagging & each.channels))))
                each.lagging.clear()
        return found
