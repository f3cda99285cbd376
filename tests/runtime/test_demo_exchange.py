"""The demo's exchange: it ends with whoever started it, and goes on where it was."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from traider.domain.errors import UsageError
from traider.runtime.demo_exchange import (
    DemoTerms,
    ExchangeAddress,
    products_of,
    start_demo_exchange,
)

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
FILES = (SAMPLE / "BINANCE-PERP-BTC-USDT-1m.parquet",)
OWNER = """
import sys, time
from pathlib import Path
from traider.runtime.demo_exchange import DemoTerms, start_demo_exchange
found = start_demo_exchange(DemoTerms((Path(sys.argv[1]),), Path(sys.argv[2]), speed=20))
print(found.pid, found.address.admin, flush=True)
time.sleep(60)
"""


def state(admin: str) -> dict[str, int]:
    """Return what an exchange says of its time."""
    with urllib.request.urlopen(f"{admin}/state", timeout=30) as answer:  # noqa: S310 - our own address
        found: dict[str, int] = json.load(answer)
    return found


def ends(pid: int) -> bool:
    """Whether a process is gone in a few seconds."""
    for _ in range(100):
        try:
            if Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_it_ends_with_a_killed_owner_and_goes_on_where_it_was(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OWNER, str(FILES[0]), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as owner:
        assert owner.stdout is not None
        pid, admin = owner.stdout.readline().split()
        opened_ns = state(admin)["time_ns"]
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    assert ends(int(pid))
    with start_demo_exchange(DemoTerms(FILES, tmp_path, speed=0.001)) as again:
        assert again.is_running
        now_ns = state(again.address.admin)["time_ns"]
        assert opened_ns <= now_ns < opened_ns + 120 * 10**9
        # Its key is in no file of ours, and in no text of it.
        assert again.address.key_name.startswith("organizations/")
        assert "PRIVATE" not in repr(again.address)
        for path in tmp_path.iterdir():
            assert b"PRIVATE" not in path.read_bytes()
    assert not again.is_running


def test_why_it_cannot_start_is_told_in_its_words(tmp_path: Path) -> None:
    with (
        start_demo_exchange(DemoTerms(FILES, tmp_path)),
        pytest.raises(UsageError, match="another exchange keeps its accounts here"),
    ):
        start_demo_exchange(DemoTerms(FILES, tmp_path))
    with pytest.raises(UsageError, match="no bars to play"):
        products_of(())


def test_files_are_listed_as_the_spot_product_of_their_pair() -> None:
    assert products_of(FILES) == ("BTC-USDT",)
    assert ExchangeAddress("http://a", "ws://a", "ws://a", "http://b").key_name == ""
