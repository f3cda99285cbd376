"""The front door beside a running demo: what it shows is what the trader says, and it moves on."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.people import enter
from tests.api.served import Caller, serving
from traider.api.rights import Role
from traider.cli.main import run
from traider.runtime.status_body import Phase
from traider.runtime.status_file import read_status

ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def demo(state: Path) -> Iterator[None]:
    """Run a demo until it has traded, and end it afterwards."""
    command = [
        sys.executable, "-m", "traider", "run", "--demo", "--state", str(state), "--speed", "20",
        "--set", "observability.port=0",
    ]  # fmt: skip
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ}
    ) as process:
        try:
            for _ in range(1_800):
                body = read_status(state) if state.exists() else None
                if body is not None and body.phase is Phase.TRADING and body.counts.orders_sent:
                    break
                assert process.poll() is None, "the demo ended"
                time.sleep(0.1)
            else:
                raise AssertionError("the demo sent no order")
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def got(caller: Caller, path: str) -> Any:
    answer = caller.get(f"/api/v1/{path}")
    assert answer.status == 200, answer.body
    return answer.json


def until_live(caller: Caller) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for _ in range(300):
        body = got(caller, "market/products")
        if body["as_of"]["state"] == "live":
            return body
        time.sleep(0.1)
    raise AssertionError(body)


@pytest.mark.slow
def test_market_signals_and_risk_follow_a_running_demo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = tmp_path / "demo"
    with demo(state), serving(state) as url, Caller(url) as caller:
        enter(caller, state, Role.VIEWER)
        first = until_live(caller)
        assert first["as_of"]["kernel_fault"] == ""
        products = {each["name"]: each for each in first["items"]}
        name = next(iter(products))
        assert all(each["bid"] and each["ask"] and each["last"] for each in products.values())
        book = got(caller, f"market/book/{name}?depth=3")
        assert len(book["bids"]) == len(book["asks"]) == 3
        bars = got(caller, f"market/bars?instrument={name}&limit=30&indicators=sma:20")
        assert len(bars["bars"]) == 30
        assert all(value is not None for value in bars["indicators"][0]["values"])
        rows = got(caller, "signals")["items"]
        assert [row["instrument"] for row in rows] == list(products)
        assert not any("no decisions" in block for row in rows for block in row["blocks"])
        assert got(caller, "system/roles")["liveness"] == "running"
        position = first["as_of"]["position"]
        later = first["as_of"]
        for _ in range(100):
            later = got(caller, "market/products")["as_of"]
            if later["position"] > position:
                break
            time.sleep(0.1)
        assert later["position"] > position
        limits = {row["name"]: row["value"] for row in got(caller, "risk/limits")["items"]}
        capsys.readouterr()
        assert run(["status", "--state", str(state), "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        status = told.get("status", told)
        assert {key: value for key, value in limits.items() if value} == status["limits"]
        held = {each["name"]: float(each["value"]) for each in status["positions"]}
        shown = got(caller, "risk/exposure")["instruments"]
        assert {row["name"] for row in shown} >= set(held)
