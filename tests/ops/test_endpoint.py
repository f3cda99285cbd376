import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.ports.clock import FixedClock
from traider.domain.errors import UsageError
from traider.ops.endpoint import Endpoint, EndpointTerms
from traider.ops.health import HealthBoard
from traider.ops.metrics import ProcessMetrics
from traider.ops.prometheus import PrometheusPage


def get(url: str, accept: str = "*/*") -> tuple[int, str, str]:
    request = urllib.request.Request(url, headers={"Accept": accept})  # noqa: S310 - loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


@contextmanager
def serving(
    board: HealthBoard, terms: EndpointTerms, metrics: ProcessMetrics | None = None
) -> Iterator[str]:
    endpoint = Endpoint(PrometheusPage(metrics or ProcessMetrics()), board, terms)
    try:
        yield endpoint.start()
    finally:
        endpoint.stop()
        endpoint.stop()


def test_a_watcher_reads_metrics_and_health() -> None:
    metrics, clock = ProcessMetrics(), FixedClock()
    board = HealthBoard(clock)
    with serving(board, EndpointTerms(), metrics) as url:
        assert url.startswith("http://127.0.0.1:")
        assert get(f"{url}/")[2].split() == ["/metrics", "/health/live", "/health/ready"]
        metrics.count("decisions_total", 3)
        status, kind, text = get(f"{url}/metrics")
        assert (status, kind.split(";")[0]) == (200, "text/plain")
        assert "traider_decisions_total 3.0" in text
        assert "openmetrics" in get(f"{url}/metrics", "application/openmetrics-text")[1]
        assert get(f"{url}/health/live")[0] == 200
        status, kind, text = get(f"{url}/health/ready")
        assert (status, kind.split(";")[0]) == (503, "application/json")
        assert json.loads(text) == {"is_good": False, "why": "not ready", "parts": []}
        board.set_ready(is_ready=True)
        board.report("journal", is_good=True)
        assert get(f"{url}/health/ready")[0] == 200
        board.beat()
        clock.advance(31_000_000_000)
        assert get(f"{url}/health/live")[0] == 503
        assert get(f"{url}/nowhere")[0] == 404
    with pytest.raises(urllib.error.URLError):
        get(f"{url}/metrics")


def test_a_port_that_is_taken_is_one_line_or_another_port() -> None:
    board = HealthBoard(FixedClock())
    with serving(board, EndpointTerms()) as url:
        port = int(url.rpartition(":")[2])
        with (
            pytest.raises(UsageError, match=f"127.0.0.1:{port}.*choose another port"),
            serving(board, EndpointTerms(port=port)),
        ):
            pass
        with serving(board, EndpointTerms(port=port, falls_back=True)) as other:
            assert other != url
            assert get(f"{other}/health/live")[0] == 200
