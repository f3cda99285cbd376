"""One channel of the stream: what it says now, and what it said last."""

import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from traider.api.stream.deltas import Body, delta_of

BOOK: Final = "book:"
DEPTH: Final = "depth:"
TAPE: Final = "tape:"
BARS: Final = "bars:"
NAMED: Final = (BOOK, DEPTH, TAPE, BARS)
"""What channels of one market begin with."""
_NS_PER_MS: Final = 1_000_000
KEPT: Final = 120
"""Messages that are kept for those who come back: two minutes of one a second."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a client is told of a channel."""

    channel: str
    sequence: int
    """Rises by one with each change, and never comes twice, whatever process says it."""
    kind: str
    """Snapshot, or delta of the message before."""
    at_ns: int
    """When it was so, ns UTC of the machine."""
    body: Any

    def told(self) -> dict[str, Any]:
        """Return it as it is sent."""
        return {
            "channel": self.channel,
            "sequence": self.sequence,
            "kind": self.kind,
            "at_ns": self.at_ns,
            "body": self.body,
        }


def event_of(name: str) -> str:
    """Return the event that messages of the channel ``name`` arrive under."""
    for prefix in NAMED:
        if name.startswith(prefix):
            return f"{prefix.removesuffix(':')}_update"
    return name


class Channel:
    """A body that changes, and the last changes of it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.event = event_of(name)
        """What its messages arrive under."""
        self._body: Body | None = None
        self._at_ns = 0
        self._sequence = 0
        self._kept: deque[Message] = deque(maxlen=KEPT)

    def say(self, body: Body, at_ns: int) -> Message | None:
        """Take what is so now; return what to tell those who know what was, None for nothing."""
        if self._body is None:
            # It begins above what any process said before: less than a thousand are said a second.
            self._body, self._sequence, self._at_ns = body, time.time_ns() // _NS_PER_MS, at_ns
            return self.snapshot()
        delta = delta_of(self._body, body)
        if delta is None:
            return None
        self._body, self._at_ns = body, at_ns
        self._sequence += 1
        message = Message(self.name, self._sequence, "delta", at_ns, delta)
        self._kept.append(message)
        return message

    def snapshot(self) -> Message | None:
        """Return what is so now, whole; None while nothing is known."""
        if self._body is None:
            return None
        return Message(self.name, self._sequence, "snapshot", self._at_ns, self._body)

    def since(self, sequence: int) -> list[Message]:
        """Return what to tell a client that knows ``sequence``: deltas, or else a snapshot."""
        missing = self._sequence - sequence
        if 0 <= missing <= len(self._kept) and sequence > 0:
            return list(self._kept)[len(self._kept) - missing :]
        snapshot = self.snapshot()
        return [] if snapshot is None else [snapshot]
