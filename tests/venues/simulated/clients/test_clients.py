"""Other people's clients, unchanged, trade on the exchange: Coinbase's own SDK, and ccxt."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.venues.simulated.process import running_exchange

HERE = Path(__file__).resolve().parent
LIMIT_S = 120


@pytest.fixture(scope="module")
def environments(repo_root: Path) -> Path:
    """The checkout, with an environment for each client."""
    tool = Path(sys.executable).with_name("uv")
    done = subprocess.run(
        [repo_root / "scripts" / "setup_clients.sh"],
        env={**os.environ, "PYTHON": sys.executable, "UV": str(tool)},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return repo_root


def trade(python: Path, script: str, line: str, **environment: str) -> dict[str, Any]:
    """Run a client against the exchange that ``line`` announced; return what it saw."""
    done = subprocess.run(
        [python, HERE / script],
        input=line,
        # Compiled modules are kept: ccxt has many hundred.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def test_the_official_sdk_trades_and_listens(environments: Path) -> None:
    options = ("--tls", "--json", "--synthetic", "7", "--speed", "20", "--private-limit", "0")
    with running_exchange(*options) as (_, line):
        python = environments / ".venv-coinbase-sdk" / "bin" / "python"
        certificate = json.loads(line)["certificate"]
        seen = trade(python, "coinbase_sdk.py", line, REQUESTS_CA_BUNDLE=certificate)
    assert seen["products"] == ["BTC-USD", "BTC-USDC", "ETH-USD", "ETH-USDC"]
    assert (seen["public"], seen["product"], seen["taker"]) == (4, "0.01", "0.012")
    assert seen["can_trade"] is True
    assert seen["portfolios"] == ["DEFAULT"]
    assert {"BTC", "USD"} <= set(seen["accounts"])
    assert seen["ed25519"] == len(seen["accounts"])
    assert (seen["trades"], seen["depth"]) == (5, 3)
    assert len(seen["candles"]) >= 55
    assert seen["candles"] == sorted(seen["candles"], reverse=True)
    assert seen["book"][0] < seen["book"][1]
    assert (seen["rested"], seen["same"], seen["edited"]) == (True, True, True)
    assert seen["crossing"] == "PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY"
    assert seen["previewed"] == []
    assert seen["open"] == ["sdk-1", "sdk-4"]
    assert (seen["canceled"], seen["status"]) == ([True, True], "CANCELLED")
    assert seen["market"] == ["FILLED", True]
    assert seen["fills"] >= 1
    assert seen["channels"] == [
        "candles", "heartbeats", "l2_data", "market_trades", "status", "subscriptions",
        "ticker", "ticker_batch", "user",
    ]  # fmt: skip
    assert seen["states"] == ["PENDING", "FILLED"]


def test_ccxt_trades_and_listens(environments: Path) -> None:
    options = ("--json", "--synthetic", "7", "--speed", "20", "--private-limit", "0")
    with running_exchange(*options, "--public-limit", "0") as (_, line):
        seen = trade(environments / ".venv-ccxt" / "bin" / "python", "ccxt_client.py", line)
    assert {"BTC/USD", "BTC/USDC", "ETH/USD"} <= set(seen["markets"])
    assert seen["tick"] == 0.01
    assert len(seen["candles"]) == 20
    assert seen["candles"] == sorted(seen["candles"])
    assert seen["spread"][0] < seen["spread"][1]
    assert seen["trades"] == 5
    assert 999_000 < seen["money"] < 1_000_000
    assert (seen["rested"], seen["open"]) == ("ccxt-1", ["ccxt-1"])
    assert seen["crossing"] == "InsufficientFunds"
    assert seen["bought"] == "closed"
    assert (seen["edited"], seen["canceled"], seen["status"]) == (0.02, True, "canceled")
    assert seen["fills"] >= 1
    assert seen["closed"] == ["canceled"]
    assert seen["ed25519"] > 10
    assert seen["watched"][0] < seen["watched"][1]
    assert seen["told"] >= 1
    assert seen["orders"] == ["BTC/USD"]
