"""Every shipped example runs as it stands, trades, and says so."""

from pathlib import Path
from typing import Final

import pytest

from tests.e2e.command import ROOT, backtest_json

EXAMPLES: Final = sorted((ROOT / "examples").glob("*.toml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_it_runs_and_trades(example: Path, tmp_path: Path) -> None:
    found = backtest_json(tmp_path, "--config", str(example))
    assert [tier["fill_tier"] for tier in found["tiers"]] == ["pessimistic", "base", "optimistic"]
    for tier in found["tiers"]:
        assert tier["trades"] > 0
        assert tier["orders"]["filled"] > 0
        assert tier["final_equity"] != found["capital"]
