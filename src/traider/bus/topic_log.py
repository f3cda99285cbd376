"""A topic in memory: partitions of batches, each kept for a while, and who read how far."""

import zlib
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from traider.bus.batches import EventBatch, Position


class Place(NamedTuple):
    """A place in a partition: the offset of a batch, and how many events lie before it."""

    offset: int
    events: int


class Entry(NamedTuple):
    """A batch that is kept."""

    place: Place
    turn: int
    """Its number among all batches of the topic."""
    batch: EventBatch


class PartitionLog:
    """Batches in the order they came; the oldest are dropped when too many events are kept."""

    def __init__(self, retain_events: int) -> None:
        self.end = Place(0, 0)
        """Where the next batch goes."""
        self._entries: deque[Entry] = deque()
        self._retain_events = retain_events

    def append(self, batch: EventBatch, turn: int) -> None:
        """Keep a batch."""
        self._entries.append(Entry(self.end, turn, batch))
        self.end = Place(self.end.offset + 1, self.end.events + len(batch.events))
        while self.end.events - self._entries[0].place.events > self._retain_events:
            if len(self._entries) == 1:
                break
            self._entries.popleft()

    def at(self, place: Place) -> Entry | None:
        """Return the batch at a place, or the oldest after it; None at the end."""
        if not self._entries or place.offset >= self.end.offset:
            return None
        oldest = self._entries[0].place.offset
        return self._entries[max(0, place.offset - oldest)]


class TopicLog:
    """The partitions of a topic."""

    def __init__(self, partitions: int, retain_events: int) -> None:
        self.partitions = [PartitionLog(retain_events) for _ in range(partitions)]
        self._turns = 0

    def append(self, batch: EventBatch) -> None:
        """Keep a batch in the partition of its instrument."""
        self.partitions[self.partition_of(batch.key)].append(batch, self._turns)
        self._turns += 1

    def partition_of(self, key: str) -> int:
        """Return the partition of an instrument."""
        return zlib.crc32(key.encode()) % len(self.partitions)


@dataclass
class GroupProgress:
    """How far a group is: delivered, and committed with how far each stream is."""

    cursors: list[Place]
    committed: list[Place]
    positions: list[dict[str, Position]]

    @classmethod
    def of(cls, partitions: int) -> "GroupProgress":
        """Return a group that has read nothing."""
        nowhere = [Place(0, 0)] * partitions
        return cls(list(nowhere), nowhere, [{} for _ in range(partitions)])

    def rewind(self, partition: int) -> None:
        """Deliver again what was not committed."""
        self.cursors[partition] = self.committed[partition]

    def backlog(self, log: TopicLog) -> int:
        """Return how many events wait."""
        return sum(
            partition.end.events - cursor.events
            for partition, cursor in zip(log.partitions, self.cursors, strict=True)
        )


@dataclass
class Shares:
    """Which member of a group has which partition, and which ones are to change hands.

    Members are numbered in the order they join. A partition that moves is first given back by the
    member that has it, and only then given on.
    """

    owners: list[int | None]
    members: list[int] = field(default_factory=list)
    version: int = 0
    """Counts the changes."""
    _joined: int = 0

    def join(self) -> int:
        """Add a member; return its number."""
        self._joined += 1
        self.members.append(self._joined)
        self._fill()
        return self._joined

    def leave(self, member: int) -> None:
        """Remove a member; what it had goes to the others."""
        self.members.remove(member)
        self.release(self.of(member))

    def release(self, partitions: Iterable[int]) -> None:
        """Take partitions from those who have them and give them to those who should."""
        for partition in partitions:
            self.owners[partition] = None
        self._fill()

    def of(self, member: int) -> list[int]:
        """Return what a member has."""
        return [number for number, owner in enumerate(self.owners) if owner == member]

    def moving(self, member: int) -> list[int]:
        """Return what a member has and another one should."""
        return [number for number in self.of(member) if self._wanted(number) != member]

    def _wanted(self, partition: int) -> int | None:
        return self.members[partition % len(self.members)] if self.members else None

    def _fill(self) -> None:
        self.version += 1
        for number, owner in enumerate(self.owners):
            if owner is None:
                self.owners[number] = self._wanted(number)
