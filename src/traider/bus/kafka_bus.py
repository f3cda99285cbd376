"""The bus over Kafka or Redpanda, by librdkafka (extra ``scale``): import this module late."""

from traider.bus.kafka_client import topics_at
from traider.bus.kafka_publisher import KafkaPublisher
from traider.bus.kafka_subscription import KafkaSubscription
from traider.bus.kafka_terms import KafkaTerms
from traider.bus.port import Progress
from traider.domain.ports import Log


class KafkaBus:
    """Topics at brokers, for processes anywhere. Every publisher and reader has its own client."""

    def __init__(self, terms: KafkaTerms, log: Log) -> None:
        self.terms = terms
        self._log = log

    def topics(self) -> dict[str, int]:
        """Return the topics that the brokers have, with their numbers of partitions.

        Raises:
            BusUnreachableError: no broker answers.
        """
        return topics_at(self.terms, self._log)

    def publisher(self, topic: str) -> KafkaPublisher:
        """Return a publisher to a topic.

        Raises:
            BusUnreachableError: no broker answers, or none has the topic.
        """
        return KafkaPublisher(self.terms, topic, self._log)

    def subscribe(
        self, topic: str, group: str, progress: Progress | None = None
    ) -> KafkaSubscription:
        """Return a new reader of ``group``: from its commit, or from the oldest that is kept.

        Raises:
            BusUnreachableError: no broker answers, or none has the topic.
        """
        return KafkaSubscription(self.terms, topic, group, progress, self._log)

    def close(self) -> None:
        """Do nothing: the brokers live on."""
