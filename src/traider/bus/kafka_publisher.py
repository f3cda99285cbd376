"""Publish to Kafka by an idempotent producer: in order, each batch once, until it is there."""

import time
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from traider.bus.batches import EventBatch
from traider.bus.codec import encode
from traider.bus.errors import BusError, BusFullError, PublishError
from traider.bus.kafka_client import ClientTalk, ready_topic, reason
from traider.bus.kafka_terms import KafkaTerms
from traider.domain.ports import Log

_POLL_S: Final = 0.05


class KafkaPublisher:
    """Send batches to one topic."""

    def __init__(self, terms: KafkaTerms, topic: str, log: Log) -> None:
        self.topic = terms.topic(topic)
        self._talk = ClientTalk(log)
        self._fault: PublishError | None = None
        self._is_closed = False
        settings = terms.producer_settings() | self._talk.settings()
        self._producer = Producer(settings | {"on_delivery": self._delivered})
        self.partitions = ready_topic(self._producer, terms, self.topic, self._talk)

    def offer(self, batch: EventBatch) -> bool:
        """Take a batch if there is room for it now.

        Raises:
            PublishError: a batch before it was lost, or this one is refused.
        """
        self._check()
        key, value, headers = encode(batch)
        try:
            self._producer.produce(self.topic, value=value, key=key, headers=headers)
        except BufferError:
            self._producer.poll(0)
            return False
        except KafkaException as error:
            self._fault = self._lost(reason(error), batch.key)
        self._producer.poll(0)
        self._check()
        return True

    def publish(self, batch: EventBatch, timeout_s: float | None = None) -> None:
        """Take a batch as soon as there is room.

        Raises:
            BusFullError: there was none for ``timeout_s``.
            PublishError: a batch before it was lost.
        """
        until = None if timeout_s is None else time.monotonic() + timeout_s
        while not self.offer(batch):
            if until is not None and time.monotonic() > until:
                raise BusFullError(
                    f"{len(self._producer)} batches wait for the brokers",
                    where=self.topic,
                    fix="look at the brokers, or raise bus.queue_kib",
                )
            self._producer.poll(_POLL_S)

    def flush(self, timeout_s: float) -> None:
        """Return when the brokers keep all that was taken.

        Raises:
            BusFullError: they did not after ``timeout_s``.
            PublishError: a batch was lost.
        """
        waiting = self._producer.flush(timeout_s)
        self._check()
        if waiting:
            raise BusFullError(
                f"{waiting} batches are not acknowledged after {timeout_s:g} s",
                where=self.topic,
                fix="look at the brokers; what they have not is lost when this process ends",
            )

    def close(self, timeout_s: float = 10.0) -> None:
        """Flush and take nothing more.

        Raises:
            BusFullError: the brokers did not take all in the time allowed; the rest is dropped.
            PublishError: a batch was lost.
        """
        if self._is_closed:
            return
        try:
            self.flush(timeout_s)
        finally:
            self._is_closed = True
            self._producer.purge()
            self._producer.poll(0)

    def _check(self) -> None:
        if self._is_closed:
            raise BusError("the publisher is closed", where=self.topic)
        if self._fault is None and self._talk.is_fatal:
            self._fault = self._lost(self._talk.trouble, "")
        if self._fault is not None:
            raise self._fault

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None and not self._is_closed and self._fault is None:
            self._fault = self._lost(error.str(), (message.key() or b"").decode())

    def _lost(self, why: str, key: str) -> PublishError:
        told = f" of {key}" if key else ""
        return PublishError(
            f"a batch{told} was not taken by the brokers ({why})",
            where=self.topic,
            fix="begin a new epoch: start the publisher again",
        )
