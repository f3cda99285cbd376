"""The guides' own code blocks, run word for word."""

import re
from pathlib import Path

import pytest

from tests.e2e.command import backtest_json

BLOCK = re.compile(r"```(python|toml)\n(.*?)```", re.DOTALL)


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
