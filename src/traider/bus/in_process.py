"""The bus within one process: the default, which needs no server.

Topics are kept in memory: a bounded number of events a partition, from which a group that comes
later can read. Publishers wait when the slowest group that is there has too much before it; a
group without readers holds nobody up, and what passes its retention is told to it as missing.
"""

import threading
import time
from dataclasses import dataclass, field
from typing import Self

from traider.bus.batches import EventBatch
from traider.bus.commit_trail import CommitTrail
from traider.bus.errors import BusError, BusFullError
from traider.bus.port import Delivery, Progress
from traider.bus.sequences import SequenceWatch
from traider.bus.topic_log import Entry, GroupProgress, Place, Shares, TopicLog


@dataclass(frozen=True)
class InProcessTerms:
    """How much a topic holds."""

    partitions: int = 8
    queue_events: int = 262_144
    """Events that may wait for a group before publishers do."""
    retain_events: int = 1_048_576
    """Events that a partition keeps, taken or not; at least those that may wait."""

    def __post_init__(self) -> None:
        """Refuse terms under which an event could be dropped before it is taken."""
        if min(self.partitions, self.queue_events) < 1:
            raise ValueError("a bus has a partition and room for an event")
        if self.retain_events < self.queue_events:
            raise ValueError("what may wait must be kept")


@dataclass
class _Group:
    progress: GroupProgress
    shares: Shares


@dataclass
class _Topic:
    log: TopicLog
    groups: dict[str, _Group] = field(default_factory=dict)

    def has_room(self, batch: EventBatch, queue_events: int) -> bool:
        """Whether no group with readers would have too much before it."""
        for group in self.groups.values():
            backlog = group.progress.backlog(self.log) if group.shares.members else 0
            if backlog and backlog + len(batch.events) > queue_events:
                return False
        return True


class InProcessBus:
    """Topics in the memory of one process, for threads and tasks of it."""

    def __init__(self, terms: InProcessTerms | None = None) -> None:
        self.terms = terms or InProcessTerms()
        self._topics: dict[str, _Topic] = {}
        self._changed = threading.Condition(threading.RLock())
        """Held for every look at a topic, and notified of every change of one."""

    def publisher(self, topic: str) -> "InProcessPublisher":
        """Return a publisher to a topic."""
        return InProcessPublisher(self._topic(topic), self.terms, self._changed)

    def subscribe(
        self, topic: str, group: str, progress: Progress | None = None
    ) -> "InProcessSubscription":
        """Return a new reader of ``group``: from its commit, or from the oldest that is kept."""
        found = self._topic(topic)
        with self._changed:
            partitions = len(found.log.partitions)
            joined = found.groups.setdefault(
                group, _Group(GroupProgress.of(partitions), Shares([None] * partitions))
            )
            return InProcessSubscription(found.log, joined, progress, self._changed)

    def close(self) -> None:
        """Drop what is kept."""
        with self._changed:
            self._topics.clear()

    def _topic(self, name: str) -> _Topic:
        with self._changed:
            if name not in self._topics:
                log = TopicLog(self.terms.partitions, self.terms.retain_events)
                self._topics[name] = _Topic(log)
            return self._topics[name]


class InProcessPublisher:
    """Put batches where the readers of the process find them."""

    def __init__(self, topic: _Topic, terms: InProcessTerms, changed: threading.Condition) -> None:
        self._topic = topic
        self._terms = terms
        self._changed = changed
        self._closed = False

    def offer(self, batch: EventBatch) -> bool:
        """Take a batch if there is room for it now."""
        with self._changed:
            if self._closed:
                raise BusError("the publisher is closed")
            if not self._has_room(batch):
                return False
            # The events are the publisher's own, to be changed when this returns.
            self._topic.log.append(batch.copied())
            self._changed.notify_all()
            return True

    def publish(self, batch: EventBatch, timeout_s: float | None = None) -> None:
        """Take a batch as soon as there is room.

        Raises:
            BusFullError: there was none for ``timeout_s``.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._has_room(batch), timeout_s):
                raise BusFullError(
                    f"no reader took enough for {timeout_s:g} s",
                    where=batch.key,
                    fix="look at the slowest reader, or raise bus.queue_events",
                )
            self.offer(batch)

    def flush(self, timeout_s: float) -> None:
        """Do nothing: what was taken is kept."""
        del timeout_s

    def close(self, timeout_s: float = 10.0) -> None:
        """Take nothing more."""
        del timeout_s
        self._closed = True

    def _has_room(self, batch: EventBatch) -> bool:
        return self._topic.has_room(batch, self._terms.queue_events)


class InProcessSubscription:
    """Take a group's share of a topic."""

    def __init__(
        self,
        log: TopicLog,
        group: _Group,
        progress: Progress | None,
        changed: threading.Condition,
    ) -> None:
        self._log = log
        self._group = group
        self._progress = progress
        self._changed = changed
        self._watch = SequenceWatch()
        self._trail = CommitTrail()
        self._paused = False
        self._closed = False
        self._version = -1
        """Of the shares that ``_owned`` was looked up in."""
        self._owned: list[int] = []
        self._member = group.shares.join()
        changed.notify_all()

    @property
    def duplicates(self) -> int:
        """Events that came again and were cut off."""
        return self._watch.duplicates

    @property
    def missing(self) -> int:
        """Events that were lost to this reader."""
        return self._watch.missing

    @property
    def is_caught_up(self) -> bool:
        """Whether it has a share, and nothing of it waits."""
        with self._changed:
            return bool(self._owned) and self._next() is None

    def take(self, timeout_s: float) -> Delivery | None:
        """Return what comes next, or None when nothing does in the time allowed."""
        until = time.monotonic() + timeout_s
        while True:
            self._give_back()
            with self._changed:
                if self._version != self._group.shares.version:
                    continue
                if self._closed:
                    raise BusError("the subscription is closed")
                entry = None if self._paused else self._next()
                if entry is None:
                    remaining_s = until - time.monotonic()
                    if remaining_s <= 0:
                        return None
                    self._changed.wait(remaining_s)
                    continue
                delivery = self._delivery(entry)
            if delivery is not None:
                return delivery

    def commit(self, delivery: Delivery) -> bool:
        """Note that a delivery and those before it in its partition are done."""
        with self._changed:
            if delivery.partition not in self._group.shares.of(self._member):
                return False
            partition, group = delivery.partition, self._group.progress
            positions = self._trail.settle(partition, delivery.offset)
            if delivery.offset >= group.committed[partition].offset:
                entry = self._log.partitions[partition].at(Place(delivery.offset, 0))
                after = entry.place.events + len(entry.batch.events) if entry else 0
                group.committed[partition] = Place(delivery.offset + 1, after)
                group.positions[partition].update(positions)
            return True

    def pause(self) -> None:
        """Deliver nothing until it is resumed."""
        self._paused = True

    def resume(self) -> None:
        """Deliver again."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def close(self) -> None:
        """Leave the group; what was not committed goes to the next reader."""
        with self._changed:
            if self._closed:
                return
            self._closed = True
            for partition in self._group.shares.of(self._member):
                self._group.progress.rewind(partition)
            self._group.shares.leave(self._member)
            self._changed.notify_all()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *caught: object) -> None:
        """Leave the group."""
        self.close()

    def _give_back(self) -> None:
        """Give what another reader should have, once our own owner wrote down what is done."""
        if self._version == self._group.shares.version:
            return
        with self._changed:
            moving = self._group.shares.moving(self._member)
            if not moving:
                self._version = self._group.shares.version
                self._owned = self._group.shares.of(self._member)
                return
        keys = [key for partition in moving for key in self._trail.keys(partition)]
        if self._progress is not None and keys:
            self._progress.revoked(keys)
        with self._changed:
            for partition in moving:
                self._group.progress.rewind(partition)
                self._trail.drop(partition)
            self._watch.forget(keys)
            self._group.shares.release(moving)
            self._changed.notify_all()

    def _next(self) -> Entry | None:
        """Return the oldest batch that waits, of all partitions that are ours."""
        cursors = self._group.progress.cursors
        waiting = [
            entry
            for partition in self._owned
            if (entry := self._log.partitions[partition].at(cursors[partition])) is not None
        ]
        return min(waiting, key=lambda entry: entry.turn, default=None)

    def _delivery(self, entry: Entry) -> Delivery | None:
        batch = entry.batch
        partition = self._log.partition_of(batch.key)
        after = Place(entry.place.offset + 1, entry.place.events + len(batch.events))
        self._group.progress.cursors[partition] = after
        self._changed.notify_all()
        if not self._trail.holds(partition):
            self._trail.begin(partition, self._group.progress.positions[partition])
        committed = self._group.progress.positions[partition]
        self._watch.begin(batch.key, self._progress, committed)
        seen = self._watch.look(batch)
        if seen is None:
            return None
        delivery = Delivery(
            seen.batch, seen.missing, seen.begins_anew, partition, entry.place.offset
        )
        self._trail.took(partition, delivery.offset, batch.key, delivery.position)
        return delivery
