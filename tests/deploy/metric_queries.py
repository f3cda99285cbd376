"""The metrics that a query names, and those there are."""

import re
from pathlib import Path

from traider.domain.metric_names import DEFINITIONS, PREFIX, MetricKind

NAMED = re.compile(r"\b(?:traider[_:][a-z0-9_:]+|process_[a-z_]+|up)\b")
OF_THE_LIBRARY = {
    "up",
    "process_cpu_seconds_total",
    "process_open_fds",
    "process_resident_memory_bytes",
    "process_start_time_seconds",
}
"""What Prometheus and its client add; ``test_prometheus`` holds it against a real page."""


def metrics_of(text: str) -> set[str]:
    """Return the metrics that a text of queries names."""
    return set(NAMED.findall(text))


def recorded(rules: Path) -> set[str]:
    """Return the names that the rules themselves record."""
    return set(re.findall(r"record: (\S+)", rules.read_text(encoding="utf-8")))


def known() -> set[str]:
    """Return every name that a trader's page can show."""
    names = set(OF_THE_LIBRARY)
    for definition in DEFINITIONS.values():
        name = PREFIX + definition.name
        is_histogram = definition.kind is MetricKind.HISTOGRAM
        names |= (
            {f"{name}_{part}" for part in ("bucket", "sum", "count")} if is_histogram else {name}
        )
    return names
