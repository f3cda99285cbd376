"""What producers and consumers of Kafka share: how they open, and what their client says."""

import logging
import time
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from traider.bus.errors import BusUnreachableError
from traider.bus.kafka_terms import ClientSettings, KafkaTerms
from traider.domain.ports import Log

_BEING_MADE: Final = (
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError._UNKNOWN_TOPIC,  # noqa: SLF001 - the client's name for its own codes
)
"""What a broker answers about a topic that it makes because it was asked for."""

_PAUSE_S: Final = 0.1


class ClientTalk:
    """What the client says by itself: its log lines, and the last thing that troubled it."""

    def __init__(self, log: Log) -> None:
        self.trouble = ""
        """The last error of a connection or of the client, in the client's words."""
        self.is_fatal = False
        self._log = log

    def log(self, level: int, form: str, *values: object) -> None:
        """Take a line of the client, which calls this as it would ``logging.Logger.log``."""
        text = form % values
        if level >= logging.ERROR:
            self._log.warning("kafka client", said=text)
        else:
            self._log.debug("kafka client", said=text)

    def error(self, error: KafkaError) -> None:
        """Take an error of a connection; the client goes on unless it is fatal."""
        self.trouble = error.str()
        self.is_fatal = self.is_fatal or error.fatal()
        self._log.warning("kafka connection", said=error.str(), code=error.name())

    def settings(self) -> ClientSettings:
        """Return the settings that make the client talk to this."""
        return {"error_cb": self.error, "logger": self}


def ready_topic(
    client: Producer | Consumer, terms: KafkaTerms, topic: str, talk: ClientTalk
) -> int:
    """Return the number of partitions of ``topic``, once a broker says that it is there.

    Raises:
        BusUnreachableError: no broker answers, or none has the topic nor makes it.
    """
    until = time.monotonic() + terms.connect_s
    while True:
        try:
            found = client.list_topics(topic, timeout=terms.connect_s).topics[topic]
        except KafkaException as error:
            # Callbacks come with a poll; the last one says more than that nothing answered.
            client.poll(0)
            raise unreachable(terms, talk.trouble or reason(error)) from None
        if found.error is None and found.partitions:
            return len(found.partitions)
        if found.error is not None and found.error.code() not in _BEING_MADE:
            raise unreachable(terms, found.error.str())
        if time.monotonic() > until:
            raise BusUnreachableError(
                f"the brokers have no topic {topic}",
                where=", ".join(terms.brokers),
                fix=f"make it: rpk topic create {topic} --partitions 12",
            )
        time.sleep(_PAUSE_S)


def unreachable(terms: KafkaTerms, why: str) -> BusUnreachableError:
    """Return the error of brokers that do not answer, or do not let us in."""
    return BusUnreachableError(
        f"no broker can be used ({why})",
        where=", ".join(terms.brokers),
        fix="start the brokers, or mend bus.brokers and bus.security",
    )


def reason(error: KafkaException) -> str:
    """Return the client's words for an error."""
    found = error.args[0] if error.args else error
    return found.str() if isinstance(found, KafkaError) else str(found)


def code_of(error: KafkaException) -> int:
    """Return the code of an error, -1 where it has none."""
    found = error.args[0] if error.args else None
    return found.code() if isinstance(found, KafkaError) else -1
