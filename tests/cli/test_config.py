import json
from pathlib import Path

import pytest

from traider.cli.main import run


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_show_prints_value_origin_and_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "show", "--set", "costs.taker_fee=0.001"]) == 0
    lines = capsys.readouterr().out.splitlines()
    (fee,) = [line for line in lines if line.startswith("costs.taker_fee ")]
    assert fee.split("#")[0].strip() == 'costs.taker_fee = "0.001"'
    assert fee.split("#")[1].split() == ["set", *fee.split("#")[1].split()[1:]]
    assert "takes liquidity" in fee


def test_show_as_json_has_every_setting(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.toml").write_text("capital = 5\nlog = {file = ''}", encoding="utf-8")
    assert run(["config", "show", "--config", "a.toml", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    settings = {setting["key"]: setting for setting in body["settings"]}
    assert body["file"] == "a.toml"
    assert len(body["digest"]) == 64
    assert (settings["capital"]["value"], settings["capital"]["origin"]) == ("5", "file")
    assert settings["log.file"]["value"] is None
    assert settings["strategy.alphas"]["value"][0]["name"] == "momentum"
    assert all(setting["description"] for setting in settings.values())


def test_check_says_ok_and_the_digest(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "check"]) == 0
    assert capsys.readouterr().out.startswith("defaults and environment: ok, digest ")
    assert run(["config", "check", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["ok"] is True
    assert body["file"] is None


def test_check_misses_files_that_are_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "check", "--set", "data.files=a.parquet,b.parquet"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "traider: error: data.files: a.parquet: there is no such file; mend the path",
        "traider: error: data.files: b.parquet: there is no such file; mend the path",
    ]


def test_a_folder_of_the_lake_may_be_data_and_no_alpha(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "series").mkdir()
    assert run(["config", "check", "--set", "data.files=series"]) == 0
    alpha = 'strategy.alphas=[{name = "a", file = "series", weight = 1.0}]'
    assert run(["config", "check", "--set", alpha]) == 2
    assert "series: there is no such file" in capsys.readouterr().err
