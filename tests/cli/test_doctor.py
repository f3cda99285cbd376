import json
from pathlib import Path

import pytest

from traider.cli.main import run


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_healthy_installation_gives_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("ok        python")
    assert lines[-1] == "all that is needed is there"


def test_a_bad_configuration_gives_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "traider.toml").write_text("capitol = 1", encoding="utf-8")
    assert run(["doctor"]) == 1
    assert "traider.toml: capitol: unknown key → did you mean capital?" in capsys.readouterr().out
    assert run(["doctor", "--json"]) == 1
    body = json.loads(capsys.readouterr().out)
    assert body["healthy"] is False
    assert body["findings"][-1]["status"] == "faulty"
