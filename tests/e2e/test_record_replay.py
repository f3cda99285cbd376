"""A session recorded over the local exchange, and killed on the way, replays to the same bytes."""

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import command, environment, traider
from tests.e2e.test_feed import exchange
from traider.domain.events import Kind, join_events
from traider.journal.reader import JournalReader
from traider.store.parquet_lake import ParquetLake

STRATEGY = """
capital = 100000
currency = "USD"
data = { files = ["journal"], bars = "1s" }
clock = { decision = "1s" }
sizing = { kind = "fixed", fraction = 0.2 }
costs = { maker_fee = 0.0002, taker_fee = 0.0005 }
execution = { latency_ms = 20 }
limits = { max_data_age_s = 5 }

[strategy]
kind = "ensemble"
enter = 0.05
exit = 0.01
cooldown_s = 1

[[strategy.alphas]]
name = "order-flow"
params = { window = 3 }
"""


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def killed_record(folder: Path, arguments: tuple[str, ...], more_events: int) -> int:
    """Record until so many more events are kept, then kill it; return how many the journal has."""
    journal = folder / "journal"
    before = JournalReader(journal).end if any(journal.glob("*.seg*")) else 0
    line = command("record", *arguments, "--for", "60s")
    with subprocess.Popen(
        line, cwd=folder, env=environment(), stdout=subprocess.DEVNULL
    ) as running:
        deadline = time.monotonic() + 60.0
        kept = before
        while kept < before + more_events:
            assert running.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
            if any(journal.glob("events-*")):
                kept = JournalReader(journal).end
        running.kill()
    assert running.returncode == -signal.SIGKILL
    return JournalReader(journal).end


def compacted(folder: Path) -> dict[str, bytes]:
    """Return the files of a lake after its days were compacted, by name."""
    lake = ParquetLake(folder)
    for extent in lake.series():
        lake.compact(extent.key)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}


@pytest.mark.slow
def test_a_killed_record_goes_on_and_replays_to_the_same_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "strategy.toml").write_text(STRATEGY, encoding="utf-8")
    decides = ("--config", "strategy.toml")
    with exchange(tmp_path, "--speed", "8") as ready:
        products = ("--product", "BTC-USD", "--product", "ETH-USD")
        arguments = (
            *("--at", ready["rest"], *products, "--to", "journal"),
            *("--decide", *decides, "--lake", "live", "--features", "live"),
        )
        ends = [killed_record(tmp_path, arguments, 1_000 + 570 * n) for n in range(3)]
        live = answer(traider(tmp_path, "record", *arguments, "--for", "3s", "--json"))
    assert live["events_before"] == ends[-1]
    assert live["events"] == live["events_before"] + live["events_new"]
    assert live["kinds"]["config_digest"] == 4
    assert live["instruments"]["COINBASE:BTC-USD"]["gaps"] == 3
    assert live["strategy"]["orders"] > 0

    verdict = answer(traider(tmp_path, "journal", "verify", "journal", "--json"))
    assert verdict["events"] == live["events"]

    lakes = ("--decide", "--lake", "again", "--features", "again")
    replayed = answer(traider(tmp_path, "replay", "journal", *decides, *lakes, "--json"))
    again = answer(traider(tmp_path, "replay", "journal", *decides, "--json", "--speed", "500"))
    for body in (replayed, again):
        for key in ("events", "kinds", "events_digest", "instruments", "strategy", "fingerprint"):
            assert body[key] == live[key], key
    tested = answer(traider(tmp_path, "backtest", *decides, "--json"))
    assert tested["fingerprint"] == live["strategy"]["fingerprint"]

    # What was written while it was live, and gone on with after each kill, is what a replay writes.
    assert replayed["features"]["fresh"] > 50
    assert compacted(tmp_path / "live") == compacted(tmp_path / "again")
    from_lake = answer(
        traider(tmp_path, "replay", "again", *decides, "--features", "third", "--json")
    )
    assert from_lake["features"] == replayed["features"]
    assert compacted(tmp_path / "third").items() <= compacted(tmp_path / "again").items()

    # The books go over each kill with a gap, a clear, a resync and a snapshot, in this order.
    events = join_events(list(JournalReader(tmp_path / "journal").events()))
    of_one = events[events["instrument"] == 0]["kind"].tolist()
    marks = [
        Kind(kind).name for kind in of_one if kind in {Kind.GAP, Kind.DEPTH_CLEAR, Kind.RESYNC}
    ]
    assert marks == ["GAP", "DEPTH_CLEAR", "RESYNC"] * 3


def test_a_span_of_a_journal_and_a_journal_as_a_market(tmp_path: Path) -> None:
    with exchange(tmp_path) as ready:
        arguments = ("--at", ready["rest"], "--product", "BTC-USD", "--to", "journal")
        live = answer(traider(tmp_path, "record", *arguments, "--for", "3s", "--json"))
    assert live["instruments"]["COINBASE:BTC-USD"]["gaps"] == 0
    last = live["last"]
    whole = answer(traider(tmp_path, "replay", "journal", "--json"))
    assert whole["fingerprint"] == live["fingerprint"]
    part = answer(traider(tmp_path, "replay", "journal", "--to", last, "--json"))
    assert 0 < part["events"] < whole["events"]
    line = command("exchange", "--replay", "journal", "--json", "--speed", "1")
    with subprocess.Popen(
        line, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True
    ) as market:
        assert market.stdout is not None
        again = json.loads(market.stdout.readline())
        found = answer(
            traider(
                tmp_path, "feed", "--at", again["rest"], "--product", "BTC-USD", "--seconds", "1",
                "--json",
            )
        )  # fmt: skip
        market.terminate()
        market.wait(10)
    assert found["quoted"]["COINBASE:BTC-USD"]["best_bid"] is not None


def test_what_cannot_be_recorded_or_replayed_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    cases = (
        (("record", "--venue", "coinbase", "--to", "j"), 2, "nothing to record"),
        (("record", "--venue", "mars", "--product", "X", "--to", "j"), 2, "'mars' is no venue"),
        (("record", "--venue", "coinbase", "--product", "X", "--to", "j", "--for", "soon"), 2,
         "write 60s, 5m or 1h30m"),
        (("replay",), 2, "nothing to replay"),
        (("replay", "none"), 3, "there is no such file"),
        (("replay", "empty"), 3, "holds no journal"),
        (("replay", "empty", "--speed", "fast"), 3, "holds no journal"),
        (("replay", "empty", "empty"), 2, "one record at a time"),
        (("replay", "empty", "--from", "2026-01-02", "--to", "2026-01-01"), 2,
         "the end is not after the beginning"),
        (("record", "--at", "bogus", "--product", "X", "--to", "j"), 2, "'bogus' is no address"),
    )  # fmt: skip
    for arguments, code, words in cases:
        done = traider(tmp_path, *arguments)
        assert done.returncode == code, (arguments, done.stderr)
        assert words in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
