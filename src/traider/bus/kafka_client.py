"""What producers and consumers of Kafka share: how they open, and what their client says."""

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
_QUIET_S: Final = 30.0
"""How long a trouble that was told is not told again."""


class ClientTalk:
    """What the client says by itself: its log lines, and the last thing that troubled it.

    It says much while connections break, so the log gets a warning when something new troubles it,
    and again now and then; the rest is for who debugs.
    """

    def __init__(self, log: Log) -> None:
        self.trouble = ""
        """The last error of a connection or of the client, in the client's words."""
        self.is_fatal = False
        self.is_open = False
        """Whether brokers were reached; before that an error ends the opening, and says all."""
        self._log = log
        self._warned: dict[str, float] = {}

    def log(self, level: int, form: str, *values: object) -> None:
        """Take a line of the client, which calls this as it would ``logging.Logger.log``."""
        self._log.debug("kafka client", level=level, said=form % values)

    def error(self, error: KafkaError) -> None:
        """Take an error of a connection; the client goes on unless it is fatal."""
        said = error.str().partition(" (after ")[0]
        if error.code() != KafkaError._ALL_BROKERS_DOWN or not self.trouble:  # noqa: SLF001 - the client's name for its own codes
            self.trouble = said
        self.is_fatal = self.is_fatal or error.fatal()
        now_s, code = time.monotonic(), error.name()
        if self.is_open and now_s - self._warned.get(code, -_QUIET_S) >= _QUIET_S:
            self._warned[code] = now_s
            self._log.warning("kafka connection", said=said, code=code)

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
            talk.is_open = True
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


def topics_at(terms: KafkaTerms, log: Log) -> dict[str, int]:
    """Ask the brokers which topics they have, and with how many partitions; nothing is made.

    Raises:
        BusUnreachableError: no broker answers.
    """
    talk = ClientTalk(log)
    client = Producer(terms.producer_settings() | talk.settings())
    try:
        found = client.list_topics(timeout=terms.connect_s).topics
    except KafkaException as error:
        client.poll(0)
        raise unreachable(terms, talk.trouble or reason(error)) from None
    return {name: len(topic.partitions) for name, topic in found.items()}


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
