from pathlib import Path

import msgspec
import pytest

from tests.runtime.test_status_body import BODY
from traider.domain import metric_names as names
from traider.ops.metrics import ProcessMetrics
from traider.runtime.status_body import CountsBody, HealthBody, Phase, PositionBody
from traider.runtime.status_metrics import StatusMetrics


def gauges(metrics: ProcessMetrics) -> dict[str, float]:
    return metrics.snapshot().gauges


def test_a_status_becomes_gauges(tmp_path: Path) -> None:
    metrics = ProcessMetrics()
    StatusMetrics(metrics, tmp_path).publish(BODY)
    found = gauges(metrics)
    assert found["account_nav{currency=USD}"] == 10012.34567891
    assert found["account_exposure{currency=USD}"] == 5_000
    assert found["exposure_ratio"] == pytest.approx(5_000 / 10012.34567891)
    assert found["position_base_units{instrument=BTC-USD}"] == -0.1
    assert found["health_good{part=feed}"] == 0
    assert found["phase{phase=trading}"] == 1
    assert found["phase{phase=killed}"] == 0
    assert found["leader_epoch"] == 3
    assert found["run_info{mode=demo,venue=local}"] == 1
    assert 0 < found["state_disk_free_bytes"] <= found["state_disk_size_bytes"]


def test_what_is_closed_is_set_to_zero_and_a_phase_that_ended_too() -> None:
    metrics = ProcessMetrics()
    status = StatusMetrics(metrics)
    status.publish(BODY)
    eth = PositionBody("ETH-USD", "2", "3000", "6000", "0")
    status.publish(msgspec.structs.replace(BODY, positions=(eth,), phase=Phase.KILLED))
    found = gauges(metrics)
    assert found["position_base_units{instrument=BTC-USD}"] == 0
    assert found["position_value{instrument=BTC-USD}"] == 0
    assert found["position_value{instrument=ETH-USD}"] == 6_000
    assert (found["phase{phase=trading}"], found["phase{phase=killed}"]) == (0, 1)
    assert "state_disk_free_bytes" not in found


def test_an_account_without_worth_has_no_ratio() -> None:
    metrics = ProcessMetrics()
    StatusMetrics(metrics).publish(msgspec.structs.replace(BODY, nav="-5"))
    assert gauges(metrics)["exposure_ratio"] == 0


def test_a_reconnect_is_counted_once() -> None:
    metrics = ProcessMetrics()
    status = StatusMetrics(metrics)
    for reconnects in (2, 3, 3, 4):
        status.publish(msgspec.structs.replace(BODY, counts=CountsBody(reconnects=reconnects)))
    assert metrics.snapshot().counters == {"reconnects_total": 4}


@pytest.mark.parametrize(
    ("phase", "is_good", "sends"),
    [
        (Phase.TRADING, True, 1.0),
        (Phase.TRADING, False, 0.0),
        (Phase.RECONCILING, True, 0.0),
        (Phase.KILLED, True, 1.0),
    ],
)
def test_a_gateway_sends_once_it_is_reconciled_and_well(
    phase: Phase, is_good: bool, sends: float
) -> None:
    metrics = ProcessMetrics()
    part = HealthBody("gateway", is_good=is_good, detail="", since_ns=1)
    StatusMetrics(metrics).publish(msgspec.structs.replace(BODY, phase=phase, health=(part,)))
    assert gauges(metrics)["gateway_ready"] == sends


def test_every_name_that_is_set_is_defined_with_these_labels(tmp_path: Path) -> None:
    metrics = ProcessMetrics()
    StatusMetrics(metrics, tmp_path).publish(BODY)
    for name, labels in metrics.read().gauges:
        assert names.DEFINITIONS[name].labels == tuple(label for label, _ in labels)
