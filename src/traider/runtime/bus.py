"""The bus that the settings name."""

import os
from typing import TYPE_CHECKING, Final

from traider.bus import Bus, BusError, InProcessBus, InProcessTerms
from traider.bus.kafka_terms import KafkaSecurity, KafkaTerms
from traider.domain.errors import ConfigError, UsageError
from traider.domain.ports import Log
from traider.runtime.config_bus import BusConfig

if TYPE_CHECKING:
    from traider.bus.kafka_bus import KafkaBus

PASSWORD: Final = "TRAIDER_BUS_PASSWORD"  # noqa: S105 - the name of a variable
KEY_PASSWORD: Final = "TRAIDER_BUS_KEY_PASSWORD"  # noqa: S105 - the same

MARKET: Final = "market"
"""The topic of market events, keyed by instrument."""

_SCHEME: Final = "kafka://"
_RECORD_BYTES: Final = 64


def open_bus(config: BusConfig, log: Log) -> Bus:
    """Return the bus; with Kafka brokers are asked when something is published or read.

    Raises:
        BusError: the Kafka client is not installed, or a password is not there.
        ConfigError: a file of certificates is not there.
    """
    if config.kind == "in-process":
        retained = max(config.retain_events, config.queue_events)
        return InProcessBus(
            InProcessTerms(queue_events=config.queue_events, retain_events=retained)
        )
    return kafka_bus(config, log)


def kafka_bus(config: BusConfig, log: Log) -> "KafkaBus":
    """Return the bus over Kafka; raises as ``open_bus``."""
    try:
        # The client is an extra, and takes a while to load.
        from traider.bus.kafka_bus import KafkaBus  # noqa: PLC0415
    except ImportError:
        raise BusError(
            "the Kafka client is not installed",
            where="bus.kind = kafka",
            fix="pip install 'traider[scale]'",
        ) from None
    terms = kafka_terms(config)
    terms.security.settings()
    return KafkaBus(terms, log)


def kafka_terms(config: BusConfig) -> KafkaTerms:
    """Return the terms of ``config``, with the passwords of the environment.

    Raises:
        ConfigError: a file that is named is not there.
    """
    _check_files(config)
    security = KafkaSecurity(
        protocol=config.security,
        mechanism=config.sasl_mechanism,
        username=config.username,
        password=os.environ.get(PASSWORD, ""),
        ca_file=config.ca_file,
        certificate_file=config.certificate_file,
        key_file=config.key_file,
        key_password=os.environ.get(KEY_PASSWORD, ""),
    )
    return KafkaTerms(
        brokers=config.brokers,
        topic_prefix=config.topic_prefix,
        security=security,
        compression=config.compression,
        linger_ms=config.linger_ms,
        queue_kib=config.queue_events * _RECORD_BYTES // 1_024,
        connect_s=config.connect_s,
        delivery_s=config.delivery_s,
        session_s=config.session_s,
    )


def _check_files(config: BusConfig) -> None:
    for key in ("ca_file", "certificate_file", "key_file"):
        path = getattr(config, key)
        if path is not None and not path.is_file():
            raise ConfigError(f"there is no file {path}", where=f"bus.{key}", fix="check the path")


def bus_overrides(address: str) -> tuple[str, ...]:
    """Return the settings that ``kafka://HOST:PORT,HOST:PORT`` or ``in-process`` stands for.

    Raises:
        UsageError: it is neither.
    """
    if not address:
        return ()
    if address == "in-process":
        return ("bus.kind=in-process",)
    brokers = address.removeprefix(_SCHEME).rstrip("/")
    if not address.startswith(_SCHEME) or not brokers:
        raise UsageError(
            f"{address!r} is no bus", where="--bus", fix="write kafka://HOST:PORT, or in-process"
        )
    return ("bus.kind=kafka", f"bus.brokers={brokers}")
