"""The guides' own code blocks, run word for word."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.e2e.command import backtest_json, traider

BLOCK = re.compile(r"```(python|toml)\n(.*?)```", re.DOTALL)
LISTED = re.compile(r"```(console|csv|python)\n(.*?)```", re.DOTALL)


@pytest.mark.slow
def test_the_alpha_of_the_guide_trades(repo_root: Path, tmp_path: Path) -> None:
    page = (repo_root / "docs" / "how-to" / "add-an-alpha.md").read_text(encoding="utf-8")
    blocks = dict(BLOCK.findall(page))
    (tmp_path / "breakout.py").write_text(blocks["python"], encoding="utf-8")
    (tmp_path / "breakout.toml").write_text(blocks["toml"], encoding="utf-8")
    # The guide's configuration lies in the checkout, where its data path leads to the sample.
    (tmp_path / "data").symlink_to(repo_root / "data")
    found = backtest_json(tmp_path, "--config", str(tmp_path / "breakout.toml"))
    assert found["trades"] > 100
    assert found["complete"] is True


@pytest.mark.slow
def test_the_data_of_the_guide_comes_in(
    repo_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (repo_root / "docs" / "how-to" / "import-data.md").read_text(encoding="utf-8")
    blocks = LISTED.findall(page)
    (table,) = (text for kind, text in blocks if kind == "csv")
    (tmp_path / "export.csv").write_text(table, encoding="utf-8")
    for name in ("data", "examples"):
        (tmp_path / name).symlink_to(repo_root / name)
    commands = [
        line.removeprefix(".venv/bin/traider ").split()
        for kind, text in blocks
        if kind == "console"
        for line in text.splitlines()
    ]
    shown = {}
    for arguments in commands:
        done = traider(tmp_path, *arguments)
        assert done.returncode == 0, (arguments, done.stderr)
        shown[" ".join(arguments[:2])] = done.stdout
    assert "KRAKEN:ETH-USD" in shown["data list"]
    assert "2024-01-01T00:00:00Z" in shown["data describe"]
    assert "report: " in shown["backtest --config"]
    # A series of the lake is the file it came from: the same bars, the same run.
    config = str(repo_root / "examples" / "sma-cross.toml")
    sample = str(repo_root / "data" / "sample" / "BINANCE-BTC-USDT-1h.parquet")
    (folder,) = (tmp_path / "lake").glob("*/instrument=BTC-USDT/kind=bars-1h")
    runs = [
        backtest_json(tmp_path, "--config", config, "--data", data)
        for data in (sample, str(folder))
    ]
    assert runs[0]["fingerprint"] == runs[1]["fingerprint"]
    monkeypatch.chdir(tmp_path)
    (program,) = (text for kind, text in blocks if kind == "python")
    names: dict[str, Any] = {}
    exec(compile(program, "import-data.md", "exec"), names)  # noqa: S102 - the guide's own words
    assert names["bars"].height == 69_613
    assert len(names["days"].fetchall()) == 2_906


@pytest.mark.slow
def test_the_batch_features_of_the_guide_pass_the_check_and_trade(
    repo_root: Path, tmp_path: Path
) -> None:
    page = (repo_root / "docs" / "how-to" / "add-a-batch-feature.md").read_text(encoding="utf-8")
    blocks = dict(BLOCK.findall(page))
    # A word that was never there before: passes are remembered by what was checked.
    own = f"{blocks['python']}\n# {uuid4()}\n"
    (tmp_path / "my_features.py").write_text(own, encoding="utf-8")
    (tmp_path / "straight.toml").write_text(blocks["toml"], encoding="utf-8")
    (tmp_path / "data").symlink_to(repo_root / "data")
    config = ("--config", str(tmp_path / "straight.toml"))
    unchecked = backtest_json(tmp_path, *config)
    assert any("not checked for look-ahead" in note for note in unchecked["notes"])
    done = traider(tmp_path, "check", "lookahead", *config, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert found["features"] == ["efficiency", "strength"]
    after = backtest_json(tmp_path, *config)
    Path(found["record"]).unlink()
    assert after["trades"] > 100
    assert not any("look-ahead" in note for note in after["notes"])
