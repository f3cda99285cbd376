import json
import urllib.request
from pathlib import Path

import pytest

from tests.ops.http_receiver import receiving
from tests.runtime.test_order_traces import ORDER, event
from traider.domain.errors import ConfigError
from traider.domain.events import Kind
from traider.domain.ports import Alert, Severity
from traider.gateway.latency import LatencyBook, Stage
from traider.runtime.config import Config
from traider.runtime.config_model import config_digest
from traider.runtime.config_observability import ROLE_PORTS, ObservabilityConfig
from traider.runtime.observability import ObserveTerms, observe


def config(**wanted: object) -> Config:
    return Config(observability=ObservabilityConfig.model_validate({"port": 0, **wanted}))


def page(url: str) -> str:
    with urllib.request.urlopen(f"{url}/metrics", timeout=30) as answer:  # noqa: S310 - loopback
        return str(answer.read().decode())


def lines(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_role_serves_its_metrics_and_names_itself_in_its_log(tmp_path: Path) -> None:
    book, file = LatencyBook(), tmp_path / "log.jsonl"
    with observe(config(), "gateway", ObserveTerms(log_file=file), book) as seen:
        seen.note(epoch=4)
        seen.metrics.count("orders_sent_total", instrument="BTC-USD")
        book.record(Stage.SEND, 3_000_000)
        alert = Alert("drawdown", Severity.INFO, "drawdown is small")
        seen.alerts.send(alert)
        text = page(seen.url)
        assert [each.key for each in seen.alert_bodies()] == ["drawdown"]
        seen.health.report("journal", is_good=True)
        assert [each.part for each in seen.health_bodies()] == ["journal"]
        assert seen.order_traces([]) is None
    for sample in (
        'traider_orders_sent_total{instrument="BTC-USD"} 1.0',
        'traider_stage_latency_seconds_bucket{le="0.005",stage="send"} 1.0',
        'traider_alerts_total{severity="info"} 1.0',
        'traider_build_info{version="',
    ):
        assert sample in text
    told = lines(file)
    assert told[0]["message"] == "metrics are served"
    assert {line["role"] for line in told} == {"gateway"}
    assert told[-1]["epoch"] == 4


def test_a_role_has_a_port_of_its_own_or_another_when_it_is_taken(tmp_path: Path) -> None:
    terms = ObserveTerms(log_file=tmp_path / "log.jsonl")
    with observe(config(port=-1), "jobs", terms) as first:
        with observe(config(port=-1), "jobs", terms) as second:
            assert first.url != second.url
        assert first.url.startswith("http://127.0.0.1:")
    assert len(set(ROLE_PORTS.values())) == len(ROLE_PORTS)


def test_nothing_listens_and_nothing_leaves_unless_it_is_wanted(tmp_path: Path) -> None:
    terms = ObserveTerms(log_file=tmp_path / "log.jsonl")
    with observe(config(metrics=False), "trader", terms) as seen:
        assert (seen.url, seen.otel) == ("", None)
    plain = Config()
    assert plain.observability.otlp_url == plain.observability.sentry_dsn.get_secret_value() == ""
    assert config_digest(plain) == config_digest(config(metrics=False))


def test_traces_faults_and_critical_alerts_go_where_they_are_told_to(tmp_path: Path) -> None:
    with receiving() as collector, receiving() as sentry:
        wanted = config(
            otlp_url=f"http://127.0.0.1:{collector.port}",
            sentry_dsn=f"http://key@127.0.0.1:{sentry.port}/1",
        )
        assert "key@" not in repr(wanted)
        terms = ObserveTerms(log_file=tmp_path / "log.jsonl", mode="paper")
        with observe(wanted, "trader", terms) as seen:
            traces = seen.order_traces(["BTC-USD"])
            assert traces is not None
            traces.append(event(Kind.ORDER_INTENT, 1_000, ORDER, side=1))
            traces.append(event(Kind.FILL, 2_000, ORDER))
            seen.faults.report(KeyError("missing"), part="feed")
            seen.alerts.send(Alert("parity", Severity.CRITICAL, "state differs"))
    assert f"{ORDER:016x}" in collector.text
    assert "state differs" in sentry.text
    assert '"environment":"paper"' in sentry.text
    assert "KeyError" in sentry.text


def test_a_bad_address_is_refused_and_leaves_nothing_open(tmp_path: Path) -> None:
    terms = ObserveTerms(log_file=tmp_path / "log.jsonl")
    with pytest.raises(ConfigError, match=r"observability\.otlp_url"):
        observe(config(otlp_url="nowhere"), "trader", terms)
