"""``traider exchange`` as a person starts it: one line when ready, a clean end, clear faults."""

import json
import signal
import socket
import ssl
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.venues.simulated.process import running_exchange
from traider.cli.main import run

LIMIT_S = 60


def get(url: str, context: ssl.SSLContext | None = None) -> Any:
    """Return the JSON at an address."""
    with urllib.request.urlopen(url, timeout=30, context=context) as answer:  # noqa: S310 - ours
        return json.load(answer)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_line_says_how_to_reach_it_and_a_signal_ends_it(number: signal.Signals) -> None:
    with running_exchange("--synthetic", "5", "--product", "SOL-USD", "--json") as (process, line):
        ready = json.loads(line)
        assert ready["products"] == ["SOL-USD", "SOL-USDC"]
        assert ready["private_key"].startswith("-----BEGIN EC PRIVATE KEY-----")
        assert Path(ready["key_file"]).read_text(encoding="utf-8") == ready["private_key"]
        products = get(f"{ready['rest']}/api/v3/brokerage/market/products")
        assert products["num_products"] == 2
        process.send_signal(number)
        out, errors = process.communicate(timeout=LIMIT_S)
        assert (process.returncode, out, errors) == (0, "", "")
        assert not Path(ready["key_file"]).exists()


def test_tls_comes_with_a_certificate_that_can_be_trusted() -> None:
    with running_exchange("--tls", "--json") as (_, line):
        ready = json.loads(line)
        assert ready["rest"].startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=ready["certificate"])
        assert "iso" in get(f"{ready['rest']}/api/v3/brokerage/time", context)


def test_a_recording_is_played_as_if_it_were_now_or_at_its_own_time(sample_data: Path) -> None:
    file = sample_data / "BINANCE-USDM-BTCUSDT-20240718.txt.zst"
    with running_exchange("--replay", str(file)) as (_, line):
        assert line.startswith("ready: REST http://127.0.0.1:")
        told = datetime.fromisoformat(get(f"{line.split()[2]}/admin/state")["time"])
        assert abs((datetime.now(UTC) - told).total_seconds()) < 10
    with running_exchange("--replay", str(file), "--start", "recorded") as (_, line):
        state = get(f"{line.split()[2]}/admin/state")
        assert state["time"].startswith("2024-07-18T23:57:")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--replay", "nowhere.txt.zst"], 3, "nowhere.txt.zst: there is no such file"),
        (["--bars", "nowhere.parquet"], 3, "nowhere.parquet: there is no such file"),
        (["--product", "NO-USD"], 2, "NO-USD is not listed"),
        (["--speed", "fast"], 2, "--speed fast is no speed"),
        (["--start", "yesterday"], 2, "--start yesterday is no time"),
        (["--synthetic", "1", "--replay", "x"], 2, "a market is synthetic or comes from files"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["exchange", *arguments]) == code
    out, errors = capsys.readouterr()
    assert said in errors
    assert (errors.count("\n"), out) == (1, "")


def test_a_port_that_is_taken_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert run(["exchange", "--port", port]) == 2
    out, errors = capsys.readouterr()
    assert f"port {port} cannot be used" in errors
    assert (errors.count("\n"), out) == (1, "")
