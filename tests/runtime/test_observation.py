import json
from pathlib import Path

from traider.runtime.config import LogConfig
from traider.runtime.observation import observe


def test_spans_metrics_and_alerts_reach_the_one_log(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    observation = observe(LogConfig(file=file))
    with observation.tracer.span("work"):
        observation.metrics.count("events_total", 3)
    observation.log_metrics()
    observation.close()
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["message"] for line in lines] == ["span", "metrics"]
    assert lines[0]["span"] == "work"
    assert lines[1]["events_total"] == 3
