"""What is set of Kafka, and how its client is told; nothing here needs the client itself."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from traider.bus.errors import BusError

ClientSettings = dict[str, object]
"""Settings by the names of librdkafka's ``CONFIGURATION.md``."""

_PROTOCOLS: Final = {
    "plain": "plaintext",
    "tls": "ssl",
    "sasl": "sasl_plaintext",
    "sasl-tls": "sasl_ssl",
}
_HEARTBEATS_A_SESSION: Final = 10
_FULL_QUEUE_MS: Final = 20
_RECONNECT_MS_MAX: Final = 2_000


@dataclass(frozen=True)
class KafkaSecurity:
    """How we show who we are, and how brokers do. Passwords are never shown or logged."""

    protocol: str = "plain"
    """plain, tls, sasl, sasl-tls."""
    mechanism: str = "SCRAM-SHA-256"
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    key_password: str = field(default="", repr=False)

    def settings(self) -> ClientSettings:
        """Return the client's settings.

        Raises:
            BusError: a password is needed and not there.
        """
        found: ClientSettings = {"security.protocol": _PROTOCOLS[self.protocol]}
        if self.protocol.startswith("sasl"):
            if not (self.username and self.password):
                raise BusError(
                    "a user and a password are needed",
                    where=f"bus.security = {self.protocol}",
                    fix="set bus.username, and the variable TRAIDER_BUS_PASSWORD",
                )
            found |= {
                "sasl.mechanism": self.mechanism,
                "sasl.username": self.username,
                "sasl.password": self.password,
            }
        files = {
            "ssl.ca.location": self.ca_file,
            "ssl.certificate.location": self.certificate_file,
            "ssl.key.location": self.key_file,
        }
        found |= {name: str(path) for name, path in files.items() if path is not None}
        if self.key_password:
            found["ssl.key.password"] = self.key_password
        return found


@dataclass(frozen=True)
class KafkaTerms:
    """Where the brokers are, and how patient we are with them."""

    brokers: tuple[str, ...]
    topic_prefix: str = "traider"
    security: KafkaSecurity = field(default_factory=KafkaSecurity)
    compression: str = "zstd"
    linger_ms: int = 1
    """How long a batch waits for others to be sent with it."""
    queue_kib: int = 65_536
    """Bytes that may wait to be sent before publishers wait."""
    fetch_kib: int = 16_384
    """Bytes that may wait to be taken; more is left with the brokers."""
    fetch_wait_ms: int = 100
    """How long brokers may hold a question while there is nothing; what comes is sent at once."""
    connect_s: float = 5.0
    """How long brokers may take to answer at the start."""
    delivery_s: float = 120.0
    """How long a batch is sent again, and a commit tried, while connections break."""
    session_s: float = 10.0
    """Silence after which a reader is taken for dead and its share given to others."""
    poll_s: float = 600.0
    """Longest work on what was taken last, before a reader is taken for dead."""

    def topic(self, name: str) -> str:
        """Return the name of a topic at the brokers."""
        return f"{self.topic_prefix}.{name}" if self.topic_prefix else name

    def producer_settings(self) -> ClientSettings:
        """Return the settings of an idempotent producer."""
        return self._settings() | {
            "enable.idempotence": True,
            "acks": "all",
            "compression.type": self.compression,
            "linger.ms": self.linger_ms,
            "queue.buffering.max.kbytes": self.queue_kib,
            "message.timeout.ms": _ms(self.delivery_s),
            "partitioner": "murmur2",
            "delivery.report.only.error": True,
        }

    def consumer_settings(self, group: str) -> ClientSettings:
        """Return the settings of a member of ``group`` that commits by hand."""
        return self._settings() | {
            "group.id": f"{self.topic_prefix}.{group}" if self.topic_prefix else group,
            "enable.auto.commit": False,
            "enable.auto.offset.store": False,
            "auto.offset.reset": "earliest",
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": _ms(self.session_s),
            "heartbeat.interval.ms": _ms(self.session_s / _HEARTBEATS_A_SESSION),
            "max.poll.interval.ms": _ms(max(self.poll_s, self.session_s)),
            "queued.max.messages.kbytes": self.fetch_kib,
            "fetch.wait.max.ms": self.fetch_wait_ms,
            # By default a full queue is not looked at again for a second.
            "fetch.queue.backoff.ms": _FULL_QUEUE_MS,
            "check.crcs": True,
            "allow.auto.create.topics": True,
            "enable.partition.eof": True,
        }

    def _settings(self) -> ClientSettings:
        return {
            "bootstrap.servers": ",".join(self.brokers),
            "client.id": "traider",
            "reconnect.backoff.max.ms": _RECONNECT_MS_MAX,
            **self.security.settings(),
        }


def _ms(seconds: float) -> int:
    return max(1, round(seconds * 1_000))
