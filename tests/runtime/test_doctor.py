import tomllib
from pathlib import Path

import pytest

from traider.runtime.doctor import (
    EXTRA_PACKAGES,
    NEEDED_PACKAGES,
    Finding,
    Status,
    browser_finding,
    cache_finding,
    config_findings,
    diagnose,
    extra_finding,
    is_healthy,
    package_finding,
    python_finding,
    sample_finding,
)

ROOT = Path(__file__).resolve().parents[2]


def test_this_installation_is_healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    findings = diagnose()
    assert [f for f in findings if f.status in (Status.MISSING, Status.FAULTY)] == []
    assert is_healthy(findings)
    assert {"python", "numba", "compile cache", "sample data", "config"} <= {
        finding.name for finding in findings
    }


def test_needed_packages_are_those_of_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = tuple(text.split(">=")[0] for text in project["dependencies"])
    assert named == NEEDED_PACKAGES


def test_an_old_python_is_faulty() -> None:
    assert python_finding((3, 10, 9)).status is Status.FAULTY
    assert python_finding((3, 13, 0)).status is Status.OK


def test_an_absent_package_is_missing_and_an_absent_extra_optional(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    missing = package_finding("no-such-package")
    assert (missing.status, missing.fix) == (Status.MISSING, "run make setup")
    monkeypatch.setitem(
        EXTRA_PACKAGES,
        "no-such-extra",
        ("dev", "does something"),
    )
    assert extra_finding("no-such-extra").status is Status.OPTIONAL


def test_only_missing_and_faulty_things_are_unhealthy() -> None:
    assert is_healthy([Finding("a", Status.OK, ""), Finding("b", Status.OPTIONAL, "")])
    assert not is_healthy([Finding("a", Status.MISSING, "")])
    assert not is_healthy([Finding("a", Status.FAULTY, "")])


def test_a_browser_is_found_on_the_path(tmp_path: Path) -> None:
    assert browser_finding(str(tmp_path)).status is Status.OPTIONAL
    browser = tmp_path / "chromium"
    browser.write_text("#!/bin/sh\n")
    browser.chmod(0o755)
    assert browser_finding(str(tmp_path)) == Finding("chromium", Status.OK, str(browser))


def test_a_cache_folder_that_cannot_be_made_is_faulty(tmp_path: Path) -> None:
    assert cache_finding(tmp_path / "new").status is Status.OK
    blocker = tmp_path / "blocker"
    blocker.write_text("")
    assert cache_finding(blocker / "cache").status is Status.FAULTY


def test_sample_bars_are_needed_in_a_checkout_only(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "sample"
    folder.mkdir(parents=True)
    assert sample_finding(folder).status is Status.OPTIONAL
    (tmp_path / "pyproject.toml").write_text("")
    assert sample_finding(folder).status is Status.MISSING
    (folder / "x.parquet").write_bytes(b"")
    assert sample_finding(folder).status is Status.OK


def test_each_fault_of_the_configuration_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("capital = 0\ncapitol = 1", encoding="utf-8")
    findings = config_findings(path)
    assert [finding.status for finding in findings] == [Status.FAULTY] * 2
    assert "capitol: unknown key" in findings[1].detail
