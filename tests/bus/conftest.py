"""The buses that every test of the contract is run on."""

import itertools
from collections.abc import Callable, Iterator
from typing import Final

import pytest

from tests.ports.log import MemoryLog
from tests.servers.kafka_process import RunningKafka, running_kafka
from traider.bus import Bus, InProcessBus, InProcessTerms
from traider.bus.kafka_bus import KafkaBus
from traider.bus.kafka_terms import KafkaTerms

_NAMES: Final = itertools.count()


def kafka_terms(kafka: RunningKafka) -> KafkaTerms:
    """Return terms under which nothing takes long.

    These brokers answer a question only when its wait is over, whatever came meanwhile.

    When a group is shared out anew the brokers wait for its members, by a session less a second.
    """
    return KafkaTerms(
        (kafka.brokers,), session_s=1.5, delivery_s=15.0, linger_ms=0, fetch_wait_ms=10
    )


@pytest.fixture(scope="module")
def kafka() -> Iterator[RunningKafka]:
    """Brokers; tests of a module share them, each with topics of its own."""
    with running_kafka() as running:
        yield running


@pytest.fixture
def topic() -> str:
    """A topic that no other test has."""
    return f"topic-{next(_NAMES)}"


@pytest.fixture
def kafka_bus(kafka: RunningKafka) -> KafkaBus:
    return KafkaBus(kafka_terms(kafka), MemoryLog())


def _of_kafka(request: pytest.FixtureRequest) -> Bus:
    bus: KafkaBus = request.getfixturevalue("kafka_bus")
    return bus


_BUSES: Final[dict[str, Callable[[pytest.FixtureRequest], Bus]]] = {
    "in-process": lambda _: InProcessBus(InProcessTerms(4, 10_000, 40_000)),
    "kafka": _of_kafka,
}


@pytest.fixture(params=_BUSES)
def bus(request: pytest.FixtureRequest) -> Iterator[Bus]:
    """Each bus in turn."""
    made = _BUSES[request.param](request)
    yield made
    made.close()
