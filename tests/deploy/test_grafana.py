import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.metric_queries import known, metrics_of, recorded
from traider.domain.metric_names import DEFINITIONS, PREFIX

BOARDS = ("health", "latency", "trading")
GIVEN_LABELS = {"instance", "role", "job", "le"}
COLUMNS = 24


@pytest.fixture
def folder(repo_root: Path) -> Path:
    return repo_root / "deploy" / "grafana"


def board(folder: Path, name: str) -> dict[str, Any]:
    return dict(json.loads((folder / "dashboards" / f"{name}.json").read_text(encoding="utf-8")))


def queries(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Return query and legend of each line of a dashboard."""
    return [
        (target["expr"], target["legendFormat"])
        for panel in found["panels"]
        for target in panel["targets"]
    ]


def test_there_is_nothing_but_the_dashboards_that_are_checked(folder: Path) -> None:
    assert sorted(path.stem for path in (folder / "dashboards").iterdir()) == sorted(BOARDS)


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_names_metrics_and_labels_that_there_are(folder: Path, name: str) -> None:
    rules = folder.parent / "prometheus" / "rules" / "traider.yml"
    for query, legend in queries(board(folder, name)):
        named = metrics_of(query)
        assert named
        assert named - known() - recorded(rules) == set()
        labels = {
            label
            for definition in DEFINITIONS.values()
            if any(each.startswith(PREFIX + definition.name) for each in named)
            for label in definition.labels
        }
        assert set(re.findall(r"{{(\w+)}}", legend)) <= labels | GIVEN_LABELS, query


@pytest.mark.parametrize("name", BOARDS)
def test_a_dashboard_is_laid_out_and_reads_the_source_that_is_provided(
    folder: Path, name: str
) -> None:
    found = board(folder, name)
    source = (folder / "provisioning" / "datasources" / "traider.yml").read_text(encoding="utf-8")
    taken: set[tuple[int, int]] = set()
    for panel in found["panels"]:
        assert f"uid: {panel['datasource']['uid']}" in source
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= COLUMNS
        taken |= cells
    ids = [panel["id"] for panel in found["panels"]]
    assert len(set(ids)) == len(ids)
    assert found["uid"] == f"traider-{name}"


def test_the_queries_can_be_asked(folder: Path, tmp_path: Path) -> None:
    tool = shutil.which("promtool")
    if tool is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    asked = [query for name in BOARDS for query, _ in queries(board(folder, name))]
    rules = ["groups:", "- name: dashboards", "  rules:"]
    for number, query in enumerate(asked):
        rules += [f"  - record: query_{number}", f"    expr: {json.dumps(query)}"]
    path = tmp_path / "queries.yml"
    path.write_text("\n".join(rules), encoding="utf-8")
    done = subprocess.run(
        [tool, "check", "rules", str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f"{len(asked)} rules found" in done.stdout


def test_every_metric_of_a_running_trader_is_on_a_dashboard_or_in_a_rule(folder: Path) -> None:
    rules = folder.parent / "prometheus" / "rules" / "traider.yml"
    named = metrics_of(rules.read_text(encoding="utf-8"))
    for name in BOARDS:
        named |= metrics_of(" ".join(query for query, _ in queries(board(folder, name))))
    unseen = {
        name for name in DEFINITIONS if not any(each.startswith(PREFIX + name) for each in named)
    }
    assert unseen == {"account_exposure"}  # the dashboard shows it as a share of NAV


def test_the_servers_are_pinned_and_reached_from_this_machine_alone(folder: Path) -> None:
    text = (folder / "compose.yaml").read_text(encoding="utf-8")
    images = re.findall(r"image: (\S+)", text)
    assert len(images) == 2
    assert all(re.fullmatch(r"\S+:v?\d+\.\d+\.\d+", image) for image in images)
    assert "--web.listen-address=127.0.0.1:9090" in text
    assert "GF_SERVER_HTTP_ADDR: 127.0.0.1" in text
    provider = folder / "provisioning" / "dashboards" / "traider.yml"
    assert "$TRAIDER_DASHBOARDS" in provider.read_text(encoding="utf-8")
