"""``traider exchange`` in one process, ``traider feed`` in another, as a person runs them."""

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import command, environment, traider


@contextmanager
def exchange(folder: Path, *arguments: str) -> Iterator[dict[str, Any]]:
    """Run a synthetic exchange; give what it says when it is ready."""
    line = command("exchange", "--synthetic", "3", "--json", *arguments)
    with subprocess.Popen(
        line, cwd=folder, env=environment(), stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout is not None
            yield json.loads(running.stdout.readline())
        finally:
            running.terminate()
            running.wait(10)


def test_a_live_book_with_its_health(tmp_path: Path) -> None:
    with exchange(tmp_path) as ready:
        listen = ("feed", "--at", ready["rest"], "--product", "BTC-USD", "--product", "ETH-USD")
        done = traider(tmp_path, *listen, "--seconds", "3", "--json", "--report", "quality")
        assert done.returncode == 0, done.stderr
        plain = traider(tmp_path, *listen, "--seconds", "1")
    body = json.loads(done.stdout)
    assert [each["instrument"] for each in body["instruments"]] == [
        "COINBASE:BTC-USD",
        "COINBASE:ETH-USD",
    ]
    for row in body["instruments"]:
        quoted = body["quoted"][row["instrument"]]
        assert quoted["health"] == "healthy"
        assert 0 < float(quoted["best_bid"]) < float(quoted["best_ask"])
        assert (row["gaps"], row["snapshots"]) == (0, 1)
        assert row["level_updates"] > row["messages"] > 10
        assert 0.5 < row["whole_fraction"] <= 1.0
        assert row["faults"]["disconnected"] == row["faults"]["gap"] == 1  # before it began
    assert body["connections"][0]["opened"] == 1
    written = [json.loads(path.read_text()) for path in (tmp_path / "quality").iterdir()]
    assert written == [{"instruments": body["instruments"]}]
    assert plain.returncode == 0
    assert "healthy" in plain.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_a_report(tmp_path: Path, number: signal.Signals) -> None:
    with exchange(tmp_path) as ready:
        line = command("feed", "--at", ready["rest"], "--product", "BTC-USD", "--json")
        with subprocess.Popen(
            line, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
        ) as running:
            assert running.stdout is not None
            log = tmp_path / "runs" / "traider.log.jsonl"
            while not (log.exists() and "healthy" in log.read_text()):
                assert running.poll() is None
                with pytest.raises(subprocess.TimeoutExpired):
                    running.wait(0.1)
            running.send_signal(number)
            try:
                body = json.loads(running.communicate(timeout=20)[0])
            finally:
                running.kill()
            assert running.returncode == 0
    assert body["instruments"][0]["messages"] > 0


def test_what_cannot_be_listened_to_is_one_line(tmp_path: Path) -> None:
    with exchange(tmp_path) as ready:
        unknown = traider(tmp_path, "feed", "--at", ready["rest"], "--product", "NO-SUCH")
    assert unknown.returncode == 2
    assert "Coinbase has no product NO-SUCH; write BASE-QUOTE" in unknown.stderr
    assert len(unknown.stderr.splitlines()) == 1
    gone = traider(tmp_path, "feed", "--at", ready["rest"], "--product", "BTC-USD")
    assert gone.returncode == 6
    assert len(gone.stderr.strip().splitlines()) == 1
    assert "no connection" in gone.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to read or to listen to"),
        (("--venue", "coinbase"), "nothing to read or to listen to"),
        (("--venue", "mars", "--product", "BTC-USD"), "'mars' is no venue"),
        (("--capture", "x", "--product", "BTC-USD"), "a capture tells its products"),
        (
            ("--venue", "coinbase", "--product", "BTC-USD",
             "--set", "venues.coinbase.enabled=false"),
            "coinbase is not enabled",
        ),
    ],
)  # fmt: skip
def test_bad_arguments_are_one_line(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = traider(tmp_path, "feed", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
