"""Read a topic of Kafka as a member of a group: shares change hands, commits are ours.

Members are cooperative: a partition that moves is first given back, once ``Progress.revoked`` has
written down what is done, and the others go on meanwhile.
"""

import time
from collections.abc import Callable, Sequence
from threading import RLock
from typing import Final, Self, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from traider.bus.codec import decode
from traider.bus.commit_trail import CommitTrail
from traider.bus.errors import BatchRefusedError, BusError
from traider.bus.kafka_client import ClientTalk, code_of, ready_topic, reason, unreachable
from traider.bus.kafka_positions import read, written
from traider.bus.kafka_terms import KafkaTerms
from traider.bus.port import Delivery, Progress
from traider.bus.sequences import SequenceWatch
from traider.domain.ports import Log

_NOT_OURS: Final = frozenset(
    {
        KafkaError.ILLEGAL_GENERATION,
        KafkaError.UNKNOWN_MEMBER_ID,
        KafkaError.REBALANCE_IN_PROGRESS,
        KafkaError.FENCED_INSTANCE_ID,
        KafkaError._ASSIGNMENT_LOST,  # noqa: SLF001 - the client's name for its own codes
        KafkaError._NO_OFFSET,  # noqa: SLF001 - the same
    }
)
"""Why a commit is refused to one who does not own the partition now."""

_PAUSE_S: Final = 0.1
_POLL_S: Final = 0.1
"""How long a poll lasts at most: whoever closes waits for it."""

_Answer = TypeVar("_Answer")


class KafkaSubscription:
    """Take a group's share of a topic. Used by one thread at a time."""

    def __init__(
        self, terms: KafkaTerms, topic: str, group: str, progress: Progress | None, log: Log
    ) -> None:
        self.topic = terms.topic(topic)
        self._terms = terms
        self._progress = progress
        self._log = log
        self._talk = ClientTalk(log)
        self._watch = SequenceWatch()
        self._trail = CommitTrail()
        self._share: set[int] = set()
        """Partitions that are ours."""
        self._at_end: set[int] = set()
        """Those of which nothing more was there."""
        self._paused = False
        self._closed = False
        self._refused: BatchRefusedError | None = None
        self._polling = RLock()
        self._consumer = Consumer(terms.consumer_settings(group) | self._talk.settings())
        ready_topic(self._consumer, terms, self.topic, self._talk)
        self._consumer.subscribe(
            [self.topic],
            on_assign=self._assigned,
            on_revoke=self._revoked,
            on_lost=self._lost,
        )

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
        """Whether it has a share, and the end of all of it was reached when last looked."""
        return bool(self._share) and self._share == self._at_end

    def take(self, timeout_s: float) -> Delivery | None:
        """Return what comes next, or None when nothing does in the time allowed.

        Raises:
            BatchRefusedError: it cannot be read; every further call says so too.
            BusUnreachableError: the brokers do not let us in.
        """
        until = time.monotonic() + timeout_s
        while True:
            if self._closed:
                raise BusError("the subscription is closed", where=self.topic)
            if self._refused is not None:
                raise self._refused
            message = self._next(max(0.0, until - time.monotonic()))
            if message is None:
                if time.monotonic() >= until:
                    return None
                continue
            error = message.error()
            if error is not None:
                self._judge(error, message.partition())
                continue
            delivery = self._delivery(message)
            if delivery is not None:
                return delivery

    def commit(self, delivery: Delivery) -> bool:
        """Note that a delivery and those before it in its partition are done; kept on return.

        Raises:
            BusUnreachableError: the brokers did not answer for as long as batches are sent again.
        """
        if not self._trail.holds(delivery.partition):
            return False
        positions = self._trail.settle(delivery.partition, delivery.offset)
        place = TopicPartition(
            self.topic, delivery.partition, delivery.offset + 1, written(positions)
        )
        return self._until_answered(lambda: self._commit(place))

    def pause(self) -> None:
        """Ask for nothing more, but stay in the group."""
        self._paused = True
        self._consumer.pause(self._consumer.assignment())

    def resume(self) -> None:
        """Deliver again."""
        self._paused = False
        self._consumer.resume(self._consumer.assignment())

    def close(self) -> None:
        """Leave the group; what was not committed goes to the next reader."""
        if not self._closed:
            self._closed = True
            with self._polling:
                self._consumer.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *caught: object) -> None:
        """Leave the group."""
        self.close()

    # --------------------------------------------------------------------- told by the client

    def _assigned(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        consumer.incremental_assign(partitions)
        self._share |= {each.partition for each in partitions}
        if self._paused:
            consumer.pause(partitions)
        places = [TopicPartition(each.topic, each.partition) for each in partitions]
        for place in self._until_answered(lambda: self._committed(places)):
            self._trail.begin(place.partition, read(place.metadata))
        self._log.info("bus share", topic=self.topic, gained=_numbers(partitions))

    def _revoked(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer
        keys = self._keys(partitions)
        # One that closes of its own will has written down what it wants to.
        if self._progress is not None and keys and not self._closed:
            self._progress.revoked(keys)
        self._forget(partitions, keys)

    def _lost(self, consumer: Consumer, partitions: list[TopicPartition]) -> None:
        del consumer
        keys = self._keys(partitions)
        self._forget(partitions, keys)
        if self._progress is not None and keys and not self._closed:
            self._progress.lost(keys)
        self._log.warning("bus share lost", topic=self.topic, lost=_numbers(partitions))

    # ------------------------------------------------------------------------------- its own

    def _next(self, timeout_s: float) -> Message | None:
        """Return what the client has next.

        A client that is closed while another thread polls it takes the process with it, so a poll
        is short and nobody closes during one.

        Raises:
            BusError: it was closed meanwhile.
        """
        with self._polling:
            if self._closed:
                raise BusError("the subscription is closed", where=self.topic)
            return self._consumer.poll(min(timeout_s, _POLL_S))

    def _keys(self, partitions: Sequence[TopicPartition]) -> list[str]:
        return [key for each in partitions for key in self._trail.keys(each.partition)]

    def _forget(self, partitions: Sequence[TopicPartition], keys: Sequence[str]) -> None:
        self._watch.forget(keys)
        for each in partitions:
            self._trail.drop(each.partition)
            self._share.discard(each.partition)
            self._at_end.discard(each.partition)

    def _delivery(self, message: Message) -> Delivery | None:
        partition, offset = message.partition() or 0, message.offset() or 0
        self._at_end.discard(partition)
        try:
            batch = decode(message.key(), message.value(), message.headers())
        except BatchRefusedError as fault:
            where = f"{self.topic}, partition {partition}, offset {offset}"
            fix = f"{fault.fix}; the group stays there until it is moved past it by hand"
            self._refused = BatchRefusedError(fault.what, where=where, fix=fix)
            raise self._refused from None
        self._watch.begin(batch.key, self._progress, self._trail.committed(partition))
        seen = self._watch.look(batch)
        if seen is None:
            return None
        if seen.missing:
            self._log.warning(
                "events are missing", key=batch.key, count=seen.missing, before=batch.first
            )
        delivery = Delivery(seen.batch, seen.missing, seen.begins_anew, partition, offset)
        self._trail.took(partition, offset, batch.key, delivery.position)
        return delivery

    def _judge(self, error: KafkaError, partition: int | None) -> None:
        """Go on after what the client mends by itself.

        Raises:
            BusUnreachableError: it is not mended by waiting.
        """
        if error.code() == KafkaError._PARTITION_EOF and partition is not None:  # noqa: SLF001 - the same
            self._at_end.add(partition)
            return
        refused = (
            KafkaError._AUTHENTICATION,  # noqa: SLF001 - the client's name for its own codes
            KafkaError.TOPIC_AUTHORIZATION_FAILED,
            KafkaError.GROUP_AUTHORIZATION_FAILED,
            KafkaError.SASL_AUTHENTICATION_FAILED,
        )
        if error.fatal() or error.code() in refused:
            raise unreachable(self._terms, error.str())
        self._log.warning("bus reading", topic=self.topic, said=error.str())

    def _commit(self, place: TopicPartition) -> bool:
        try:
            answered = self._consumer.commit(offsets=[place], asynchronous=False)
        except KafkaException as error:
            if code_of(error) in _NOT_OURS:
                return False
            raise
        failed = [each.error for each in answered or () if each.error is not None]
        if failed and failed[0].code() not in _NOT_OURS:
            raise KafkaException(failed[0])
        return not failed

    def _committed(self, places: list[TopicPartition]) -> list[TopicPartition]:
        return self._consumer.committed(places, timeout=self._terms.connect_s)

    def _until_answered(self, ask: Callable[[], _Answer]) -> _Answer:
        """Ask again while connections break.

        Raises:
            BusUnreachableError: they did for too long.
        """
        until = time.monotonic() + self._terms.delivery_s
        while True:
            try:
                return ask()
            except KafkaException as error:
                if time.monotonic() > until:
                    raise unreachable(self._terms, reason(error)) from None
            time.sleep(_PAUSE_S)


def _numbers(partitions: Sequence[TopicPartition]) -> str:
    return ",".join(str(each.partition) for each in partitions)
