"""The table [bus]: how roles reach each other, in one process or over Kafka."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from traider.runtime.config_sections import OptionalPath, Real, Section, Whole, listed


def _brokers(addresses: tuple[str, ...]) -> tuple[str, ...]:
    for address in addresses:
        host, colon, port = address.rpartition(":")
        if not (host and colon and port.isdigit()):
            raise ValueError(f"{address!r} is not HOST:PORT")
    if not addresses:
        raise ValueError("name at least one broker, HOST:PORT")
    return addresses


class BusConfig(Section):
    """How roles reach each other."""

    kind: Literal["in-process", "kafka"] = "in-process"
    """in-process needs no server and keeps roles in one process; kafka needs brokers (Kafka or
    Redpanda, extra scale) and lets each run apart."""
    brokers: Annotated[tuple[str, ...], BeforeValidator(listed), AfterValidator(_brokers)] = (
        "localhost:9092",
    )
    """Addresses of brokers, HOST:PORT; one is enough to find the others."""
    topic_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,100}$")] = "traider"
    """What names of topics and groups begin with, so that several platforms share brokers."""
    security: Literal["plain", "tls", "sasl", "sasl-tls"] = "plain"
    """How brokers are talked to: encrypted with tls, with a user and password with sasl."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-256"
    """How the password is proved. The password itself is the variable TRAIDER_BUS_PASSWORD."""
    username: str = ""
    """User at the brokers."""
    ca_file: OptionalPath = None
    """Certificates that sign those of the brokers; the system's when empty."""
    certificate_file: OptionalPath = None
    """Our own certificate, where brokers ask for one."""
    key_file: OptionalPath = None
    """Its key; a password of it is the variable TRAIDER_BUS_KEY_PASSWORD."""
    compression: Literal["none", "lz4", "zstd"] = "zstd"
    """How messages are compressed."""
    linger_ms: Annotated[Whole, Field(ge=0, le=1_000)] = 1
    """How long a batch waits for others to be sent with it."""
    batch_events: Annotated[Whole, Field(ge=1, le=8_192)] = 4_096
    """Events of a batch at most, 64 bytes each."""
    queue_events: Annotated[Whole, Field(ge=1_000, le=16_777_216)] = 262_144
    """Events that may wait in a process before its publishers do."""
    retain_events: Annotated[Whole, Field(ge=1_000, le=67_108_864)] = 1_048_576
    """Events that a partition keeps in-process for readers that come later; brokers have a
    setting of their own."""
    connect_s: Annotated[Real, Field(gt=0, le=300)] = 5.0
    """How long brokers may take to answer at the start."""
    delivery_s: Annotated[Real, Field(gt=0, le=3_600)] = 120.0
    """How long a batch is sent again while brokers cannot be reached."""
    save_s: Annotated[Real, Field(gt=0, le=3_600)] = 5.0
    """How often a role writes what it took, and commits."""
    save_events: Annotated[Whole, Field(ge=1, le=16_777_216)] = 262_144
    """Events after which it does so at once."""
    session_s: Annotated[Real, Field(ge=1, le=300)] = 10.0
    """Silence after which a reader is taken for dead and its instruments given to others."""
