from pathlib import Path

import pytest

from tests.ports.log import MemoryLog
from tests.servers.kafka_process import running_kafka
from traider.bus import BusError, InProcessBus
from traider.bus.kafka_bus import KafkaBus
from traider.domain.errors import ConfigError, UsageError
from traider.runtime.bus import bus_overrides, kafka_terms, open_bus
from traider.runtime.config import config_digest, load_config
from traider.runtime.doctor_bus import bus_finding
from traider.runtime.doctor_findings import Status


def test_the_default_needs_no_server() -> None:
    config = load_config()
    bus = open_bus(config.bus, MemoryLog())
    assert isinstance(bus, InProcessBus)
    assert bus.terms.queue_events == config.bus.queue_events
    assert bus_finding(config).status is Status.OK


def test_an_address_stands_for_settings() -> None:
    assert bus_overrides("") == ()
    assert bus_overrides("in-process") == ("bus.kind=in-process",)
    config = load_config(None, bus_overrides("kafka://one:9092,two:9093/"))
    assert (config.bus.kind, config.bus.brokers) == ("kafka", ("one:9092", "two:9093"))
    for address in ("kafka://", "amqp://one:1", "one:9092"):
        with pytest.raises(UsageError, match="is no bus"):
            bus_overrides(address)


def test_settings_become_the_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ca.pem").touch()
    (tmp_path / "traider.toml").write_text(
        '[bus]\nkind = "kafka"\nsecurity = "sasl-tls"\nusername = "me"\nca_file = "ca.pem"\n'
        'topic_prefix = "mine"\ncompression = "lz4"\nsession_s = 30\n'
    )
    monkeypatch.setenv("TRAIDER_BUS_PASSWORD", "made up")
    config = load_config(tmp_path / "traider.toml")
    settings = kafka_terms(config.bus).consumer_settings("readers")
    assert settings["sasl.password"] == "made up"
    assert settings["ssl.ca.location"] == str(tmp_path / "ca.pem")
    assert settings["group.id"] == "mine.readers"
    assert settings["session.timeout.ms"] == 30_000
    assert kafka_terms(config.bus).producer_settings()["compression.type"] == "lz4"
    assert isinstance(open_bus(config.bus, MemoryLog()), KafkaBus)
    assert "made up" not in config.model_dump_json()


def test_what_is_missing_is_told_before_a_broker_is_asked(tmp_path: Path) -> None:
    asked = ("bus.kind=kafka", "bus.security=sasl", "bus.username=me")
    with pytest.raises(BusError, match="TRAIDER_BUS_PASSWORD"):
        open_bus(load_config(None, asked).bus, MemoryLog())
    certificate = ("bus.kind=kafka", f"bus.ca_file={tmp_path / 'none.pem'}")
    with pytest.raises(ConfigError, match=r"bus\.ca_file: there is no file"):
        open_bus(load_config(None, certificate).bus, MemoryLog())


def test_the_bus_decides_nothing_in_a_run() -> None:
    assert config_digest(load_config(None, ("bus.kind=kafka",))) == config_digest(load_config())


def test_the_doctor_says_whether_brokers_answer() -> None:
    with running_kafka("traider.market:6") as kafka:
        there = load_config(None, (*bus_overrides(f"kafka://{kafka.brokers}"),))
        found = bus_finding(there)
        assert found.status is Status.OK
        assert "6 partitions of traider.market" in found.detail
        other = load_config(
            None, (*bus_overrides(f"kafka://{kafka.brokers}"), "bus.topic_prefix=other")
        )
        found = bus_finding(other)
        assert found.status is Status.OPTIONAL
        assert "rpk topic create other.market" in found.fix
    asked = (*bus_overrides("kafka://127.0.0.1:1"), "bus.connect_s=0.2")
    found = bus_finding(load_config(None, asked))
    assert found.status is Status.FAULTY
    assert "no broker can be used" in found.detail
