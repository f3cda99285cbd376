"""Every shipped example runs as it stands, trades, and says so."""

import json
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.command import ROOT, backtest_json
from traider.cli.main import run

pytestmark = pytest.mark.uncounted

WEIGHTS: Final = ROOT / "examples" / "weights.toml"
EXAMPLES: Final = sorted(set((ROOT / "examples").glob("*.toml")) - {WEIGHTS})


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_it_runs_and_trades(example: Path, tmp_path: Path) -> None:
    found = backtest_json(tmp_path, "--config", str(example))
    assert [tier["fill_tier"] for tier in found["tiers"]] == ["pessimistic", "base", "optimistic"]
    for tier in found["tiers"]:
        assert tier["trades"] > 0
        assert tier["orders"]["filled"] > 0
        assert tier["final_equity"] != found["capital"]


def test_weights_are_found_on_the_shipped_bars(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("cvxpy", reason="cvxpy comes with the extra optimize")
    data = str(ROOT / "data" / "sample")
    assert run(["optimize", "--config", str(WEIGHTS), "--data", data, "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body["returns"] > 2_000
    for method in body["methods"]:
        assert sum(method["weights"].values()) == pytest.approx(1.0, abs=1e-6)
        assert max(method["weights"].values()) <= 0.8 + 1e-6
