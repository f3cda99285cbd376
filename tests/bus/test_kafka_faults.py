"""Connections break, answers are lost, brokers stand still, readers are killed: nothing is lost.

The brokers are librdkafka's mock cluster in a process of its own, behind a proxy that breaks
connections (``tests/servers/kafka.py``). They keep what a producer sends twice, so that what the
idempotent producer alone would have kept off reaches the reader here.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import Producer

from tests.bus.conftest import kafka_terms
from tests.bus.kafka_reader import WrittenDown
from tests.bus.streams import Ledger, batch, drain, instrument, numbered
from tests.ports.log import MemoryLog
from tests.servers.kafka_process import ROOT, RunningKafka, running_kafka
from traider.bus import (
    BatchRefusedError,
    BusError,
    BusFullError,
    BusUnreachableError,
    EventPublisher,
    PublishError,
    Source,
)
from traider.bus.codec import encode
from traider.bus.kafka_bus import KafkaBus
from traider.bus.kafka_terms import ClientSettings, KafkaSecurity, KafkaTerms


def publisher_of(bus: KafkaBus, topic: str, batch_events: int = 10) -> EventPublisher:
    return EventPublisher(bus.publisher(topic), Source("test", 1, [instrument()]), batch_events)


def test_lost_acknowledgments_bring_duplicates_that_are_taken_once(
    kafka: RunningKafka, kafka_bus: KafkaBus, topic: str
) -> None:
    before = int(kafka.tell("lost"))
    publisher = publisher_of(kafka_bus, topic)
    for round_ in range(3):
        kafka.tell("lose 1")
        publisher.append(numbered(200 * round_, 200))
        publisher.end()
    assert int(kafka.tell("lost")) == before + 3
    ledger = Ledger()
    with kafka_bus.subscribe(topic, "group") as reader:
        drain(reader, ledger, 600)
        while reader.take(0.2) is not None:
            pass
        assert reader.duplicates > 0
    assert ledger.numbers("TEST:A") == list(range(600))
    assert ledger.missing == 0


def test_connections_that_break_in_mid_stream_change_nothing(
    kafka: RunningKafka, kafka_bus: KafkaBus, topic: str
) -> None:
    publisher, ledger = publisher_of(kafka_bus, topic), Ledger()
    with kafka_bus.subscribe(topic, "group") as reader:
        for round_, fault in enumerate(("cut", "down", "cut")):
            publisher.append(numbered(round_ * 500, 250))
            kafka.tell(fault)
            publisher.append(numbered(round_ * 500 + 250, 250))
            threading.Timer(0.4, kafka.tell, ["up"]).start()
            drain(reader, ledger, round_ * 500 + 400)
        # After an outage of a session what was not committed comes again, and is no loss.
        while len(set(ledger.numbers("TEST:A"))) < 1_500:
            drain(reader, ledger, ledger.count + 1)
    publisher.end()
    assert list(dict.fromkeys(ledger.numbers("TEST:A"))) == list(range(1_500))
    assert ledger.missing == 0


def test_brokers_that_stand_still_are_waited_for(
    kafka: RunningKafka, kafka_bus: KafkaBus, topic: str
) -> None:
    publisher, ledger = publisher_of(kafka_bus, topic), Ledger()
    with kafka_bus.subscribe(topic, "group") as reader:
        publisher.append(numbered(0, 100))
        drain(reader, ledger, 50)
        kafka.process.send_signal(signal.SIGSTOP)
        try:
            publisher.append(numbered(100, 100))
            started = time.monotonic()
            while time.monotonic() < started + 0.5:
                delivery = reader.take(0.1)
                if delivery is not None:
                    ledger.take(delivery)
        finally:
            kafka.process.send_signal(signal.SIGCONT)
        drain(reader, ledger, 200)
    publisher.end()
    assert ledger.numbers("TEST:A") == list(range(200))


def test_a_full_queue_makes_publishers_wait(kafka: RunningKafka, topic: str) -> None:
    bus = KafkaBus(replace(kafka_terms(kafka), queue_kib=64), MemoryLog())
    publisher, ledger = bus.publisher(topic), Ledger()
    kafka.tell("down")
    try:
        sent = 0
        while publisher.offer(batch(sent, 50)):
            sent += 50
            assert sent < 5_000, "the queue has no bound"
        assert sent * 64 > 40_000
        with pytest.raises(BusFullError, match="batches wait for the brokers"):
            publisher.publish(batch(sent, 50), 0.2)
        with pytest.raises(BusFullError, match=r"not acknowledged after 0\.1 s"):
            publisher.flush(0.1)
        threading.Timer(0.3, kafka.tell, ["up"]).start()
        publisher.publish(batch(sent, 50), 15.0)
    finally:
        kafka.tell("up")
    publisher.close()
    with bus.subscribe(topic, "group") as reader:
        drain(reader, ledger, sent + 50)
    assert ledger.numbers("TEST:A") == list(range(sent + 50))


def test_a_batch_that_is_never_taken_ends_the_stream(kafka: RunningKafka, topic: str) -> None:
    bus = KafkaBus(replace(kafka_terms(kafka), delivery_s=0.5), MemoryLog())
    publisher = bus.publisher(topic)
    kafka.tell("down")
    try:
        publisher.publish(batch(0, 10))
        with pytest.raises(PublishError, match="TEST:A was not taken by the brokers") as caught:
            publisher.flush(10.0)
        assert "begin a new epoch" in caught.value.line()
        for again in (0, 10):
            with pytest.raises(PublishError):
                publisher.offer(batch(again, 10))
        with pytest.raises(PublishError):
            publisher.close(0.1)
    finally:
        kafka.tell("up")


def test_brokers_that_cannot_be_reached_are_one_line(topic: str) -> None:
    bus = KafkaBus(KafkaTerms(("127.0.0.1:1",), connect_s=0.3), MemoryLog())
    for ask in (lambda: bus.publisher(topic), lambda: bus.subscribe(topic, "group")):
        with pytest.raises(BusUnreachableError, match=r"^127\.0\.0\.1:1: no broker can") as caught:
            ask()
        assert "\n" not in caught.value.line()
        assert "start the brokers" in caught.value.fix


@pytest.mark.parametrize(("code", "told"), [("3", "have no topic"), ("29", "no broker can be")])
def test_a_topic_that_is_refused_is_one_line(
    kafka: RunningKafka, topic: str, code: str, told: str
) -> None:
    bus = KafkaBus(replace(kafka_terms(kafka), connect_s=0.3), MemoryLog())
    kafka.tell(f"refuse traider.{topic} {code}")
    with pytest.raises(BusUnreachableError, match=told):
        bus.publisher(topic)


def test_what_cannot_be_read_stops_the_group_and_is_never_passed_over(
    kafka: RunningKafka, kafka_bus: KafkaBus, topic: str
) -> None:
    publisher = kafka_bus.publisher(topic)
    publisher.publish(batch(0, 10))
    publisher.flush(10.0)
    key, value, headers = encode(batch(10, 10))
    raw = Producer({"bootstrap.servers": kafka.brokers, "partitioner": "murmur2"})
    raw.produce(f"traider.{topic}", value=value[:-1], key=key, headers=headers)
    raw.flush(10)
    publisher.publish(batch(20, 10))
    publisher.close()
    with kafka_bus.subscribe(topic, "group") as reader:
        delivery = reader.take(10.0)
        assert delivery is not None
        assert reader.commit(delivery)
        with pytest.raises(BatchRefusedError, match=r"offset 1: a batch is damaged") as caught:
            reader.take(10.0)
        assert f"traider.{topic}, partition" in caught.value.line()
        assert "moved past it by hand" in caught.value.fix
        with pytest.raises(BatchRefusedError, match="offset 1"):
            reader.take(10.0)
    with (
        kafka_bus.subscribe(topic, "group") as reader,
        pytest.raises(BatchRefusedError, match="639 bytes for 10 records"),
    ):
        reader.take(10.0)


def test_what_the_brokers_kept_no_longer_is_told_as_missing(
    kafka: RunningKafka, topic: str
) -> None:
    terms = replace(kafka_terms(kafka), compression="none", fetch_kib=256)
    publisher, ledger = publisher_of(KafkaBus(terms, MemoryLog()), topic, 4_096), Ledger()
    with KafkaBus(terms, MemoryLog()).subscribe(topic, "group") as reader:
        publisher.append(numbered(0, 10))
        drain(reader, ledger, 10)
    publisher.append(numbered(10, 40 * 4_096))  # 10 MiB, twice what a partition keeps
    publisher.end()
    with KafkaBus(terms, MemoryLog()).subscribe(topic, "group") as reader:
        delivery = reader.take(10.0)
        assert delivery is not None
        assert delivery.missing > 10_000
        assert delivery.batch.first == 10 + delivery.missing


class Measured(KafkaTerms):
    """Terms whose consumers tell how much waits in them."""

    def consumer_settings(self, group: str) -> ClientSettings:
        """Return the settings, with a callback for the client's own numbers."""
        return super().consumer_settings(group) | {
            "statistics.interval.ms": 50,
            "stats_cb": STATISTICS.append,
        }


STATISTICS: list[str] = []


def test_what_a_slow_reader_does_not_take_stays_with_the_brokers(
    kafka: RunningKafka, topic: str
) -> None:
    usual = kafka_terms(kafka)
    terms = Measured(usual.brokers, compression="none", fetch_kib=128, session_s=usual.session_s)
    bus = KafkaBus(terms, MemoryLog())
    publisher, ledger = publisher_of(bus, topic, 256), Ledger()
    for first in range(0, 64_000, 2_560):  # 4 MiB in all, and 160 KiB in a request
        publisher.append(numbered(first, 2_560))
        publisher.end()
    with bus.subscribe(topic, "group") as reader:
        STATISTICS.clear()
        while ledger.count < 64_000:
            drain(reader, ledger, ledger.count + 6_400)
            time.sleep(0.06)
    waiting = [
        sum(part["fetchq_size"] for part in told["partitions"].values())
        for text in STATISTICS
        for told in json.loads(text)["topics"].values()
    ]
    assert len(waiting) > 3
    # What may wait, and on top of it what comes with the fetches that are under way.
    assert 0 < max(waiting) < 2_000_000
    assert ledger.numbers("TEST:A") == list(range(64_000))


@pytest.mark.slow
def test_a_reader_killed_at_any_instant_does_everything_once(
    kafka: RunningKafka, kafka_bus: KafkaBus, topic: str, tmp_path: Path
) -> None:
    names = ["TEST:A", "TEST:B", "TEST:C"]
    source = Source("test", 1, [instrument(name) for name in names])
    publisher = EventPublisher(kafka_bus.publisher(topic), source, 5)
    written = WrittenDown(tmp_path)
    command = [sys.executable, "-m", "tests.bus.kafka_reader", kafka.brokers, topic, "group"]
    for round_ in range(2):
        for number in range(3):
            publisher.append(numbered(round_ * 300, 300, number))
        if round_ == 1:
            publisher.end()
        before = len(written.lines())
        with subprocess.Popen([*command, str(tmp_path)], cwd=ROOT, env={**os.environ}) as process:
            until = time.monotonic() + 60.0
            while len(written.lines()) < before + 40 and process.poll() is None:
                assert time.monotonic() < until
                time.sleep(0.01)
            process.kill()
    ledger = {name: list[int]() for name in names}
    with kafka_bus.subscribe(topic, "group", written) as reader:
        rest = Ledger()
        done = sum(len(numbers) for _, numbers in written.lines())
        drain(reader, rest, 1_800 - done)
    for name, numbers in written.lines():
        ledger[name] += numbers
    for name in names:
        taken = rest.numbers(name) if rest.events[name] else []
        assert ledger[name] + taken == list(range(600))


def test_several_brokers_are_one_bus(topic: str) -> None:
    with running_kafka(f"traider.{topic}:6", brokers=3) as kafka:
        bus = KafkaBus(kafka_terms(kafka), MemoryLog())
        assert len(kafka.brokers.split(",")) == 3
        publisher = bus.publisher(topic)
        assert publisher.partitions == 6
        for name in "ABCDEF":
            publisher.publish(batch(0, 10, f"TEST:{name}"))
        ledger = Ledger()
        with bus.subscribe(topic, "group") as reader:
            drain(reader, ledger, 60)


def test_a_password_that_is_not_there_is_told_and_never_shown() -> None:
    with pytest.raises(BusError, match="TRAIDER_BUS_PASSWORD"):
        KafkaSecurity("sasl-tls", username="me").settings()
    security = KafkaSecurity(
        "sasl-tls",
        username="me",
        password="hidden words",  # noqa: S106 - made up
        ca_file=Path("ca.pem"),
        key_password="more of them",  # noqa: S106 - made up
    )
    assert security.settings() == {
        "security.protocol": "sasl_ssl",
        "sasl.mechanism": "SCRAM-SHA-256",
        "sasl.username": "me",
        "sasl.password": "hidden words",
        "ssl.ca.location": "ca.pem",
        "ssl.key.password": "more of them",
    }
    assert "hidden" not in repr(KafkaTerms(("a:1",), security=security))
    assert "more of" not in repr(KafkaTerms(("a:1",), security=security))
