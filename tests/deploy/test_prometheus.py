import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.metric_queries import known, metrics_of, recorded
from traider.domain.metric_names import DEFINITIONS, PREFIX, MetricKind
from traider.ops.metrics import ProcessMetrics
from traider.ops.prometheus import PrometheusPage
from traider.runtime.config_observability import ROLE_PORTS

WANTED = (
    "TraiderNoTick", "TraiderOrdersLate", "TraiderDrawdown", "TraiderParityMismatch",
    "TraiderRestartLoop", "TraiderRejects", "TraiderRoleDown", "TraiderGatewayNotReady",
    "TraiderDiskFull",
)  # fmt: skip


@pytest.fixture
def folder(repo_root: Path) -> Path:
    return repo_root / "deploy" / "prometheus"


@pytest.fixture
def rules(folder: Path) -> Path:
    return folder / "rules" / "traider.yml"


def promtool(*arguments: str, given: bytes = b"", folder: Path) -> str:
    """Run promtool in ``folder`` and return what it says; it must be content."""
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    done = subprocess.run(
        [tool, *arguments], input=given, capture_output=True, cwd=folder, check=False
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    return said


def full_page() -> bytes:
    """Return the page of a process that has set every metric once."""
    metrics = ProcessMetrics()
    for definition in DEFINITIONS.values():
        labels = dict.fromkeys(definition.labels, "x")
        match definition.kind:
            case MetricKind.COUNTER:
                metrics.count(definition.name, **labels)
            case MetricKind.GAUGE:
                metrics.set(definition.name, 1.0, **labels)
            case MetricKind.HISTOGRAM:
                metrics.observe(definition.name, 0.5, **labels)
    return PrometheusPage(metrics).render()[0]


def test_the_configuration_and_its_rules_are_valid(folder: Path) -> None:
    assert "SUCCESS" in promtool("check", "config", "prometheus.yml", folder=folder)


@pytest.mark.slow
def test_each_alert_calls_when_it_must_and_stays_quiet_when_it_must(folder: Path) -> None:
    assert "SUCCESS" in promtool("test", "rules", "tests/traider.yml", folder=folder)


def test_the_page_of_a_trader_is_as_prometheus_wants_it(folder: Path) -> None:
    promtool("check", "metrics", given=full_page(), folder=folder)
    shown = set(re.findall(rb"^([a-z0-9_]+)[{ ]", full_page(), re.MULTILINE))
    assert {name.decode() for name in shown} >= known() - {"up"}


def test_every_alert_has_a_case_in_which_it_calls_and_one_in_which_it_does_not(
    folder: Path, rules: Path
) -> None:
    alerts = set(re.findall(r"alert: (\w+)", rules.read_text(encoding="utf-8")))
    cases = (folder / "tests" / "traider.yml").read_text(encoding="utf-8")
    assert alerts >= set(WANTED)
    assert set(re.findall(r"name: (\w+) calls", cases)) == alerts
    assert set(re.findall(r"name: (\w+) stays quiet", cases)) == alerts


def test_rules_and_their_cases_name_metrics_that_there_are(folder: Path, rules: Path) -> None:
    for path in (rules, folder / "tests" / "traider.yml"):
        named = metrics_of(path.read_text(encoding="utf-8"))
        assert len(named) > 20
        assert named - known() - recorded(rules) == set()


def test_each_alert_says_how_urgent_it_is_and_what_to_do(rules: Path) -> None:
    text = rules.read_text(encoding="utf-8")
    alerts = text.count("- alert: ")
    assert len(re.findall(r"severity: (?:warning|critical)$", text, re.MULTILINE)) == alerts
    assert text.count("summary: ") == text.count("action: ") == alerts


def test_roles_are_looked_for_where_they_serve(folder: Path) -> None:
    text = (folder / "targets" / "traider.yml").read_text(encoding="utf-8")
    found = re.findall(r'127\.0\.0\.1:(\d+)"\]\n#?\s+labels:\n#?\s+role: (\w+)', text)
    assert {role: int(port) for port, role in found} == ROLE_PORTS
    assert PREFIX == "traider_"
