"""``traider feed --capture``: the table, the JSON object, and what is refused in one line."""

import json
from pathlib import Path

import pytest

from tests.venues.coinbase.wire import TIME, depth, trades
from tests.venues.recordings import files
from traider.cli.main import run

pytestmark = pytest.mark.interpreted

REQUEST = {"type": "subscribe", "channel": "level2", "product_ids": ["BTC-USD"]}
MESSAGES = (
    {"channel": "l2_data", "timestamp": TIME, "sequence_num": 0, "events": [depth("snapshot")]},
    {
        "channel": "market_trades",
        "timestamp": TIME,
        "sequence_num": 1,
        "events": [trades("update", 7)],
    },
    {"channel": "heartbeats", "timestamp": TIME, "sequence_num": 2, "events": []},
)


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A session of three messages."""
    lines = [files.received(message, 1 + k) for k, message in enumerate(MESSAGES)]
    start = (files.header("COINBASE"), files.sent(REQUEST))
    return files.write(tmp_path / "s.jsonl.zst", *start, *lines)


def test_one_json_object_tells_all(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["feed", "--capture", str(capture), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert body.pop("seconds") > 0
    assert body == {
        "messages": 3,
        "events": 3,
        "instruments": {
            "COINBASE:BTC-USD": {
                "messages": 2,
                "updates": 2,
                "trades": 1,
                "gaps": 0,
                "crossed": 0,
                "checksums_right": 0,
                "checksums_wrong": 0,
                "best_bid": {"price": "99.99", "size": "2.00000000"},
                "best_ask": {"price": "100.01", "size": "1.50000000"},
                "bid_levels": 1,
                "ask_levels": 1,
                "whole": True,
            }
        },
        "without_event": {"heartbeats": 1},
    }


def test_a_table_is_for_people(capture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["feed", "--capture", str(capture)]) == 0
    out = capsys.readouterr().out
    (row,) = [line for line in out.splitlines() if "COINBASE:BTC-USD" in line]
    for text in ("99.99 × 2.00000000", "100.01 × 1.50000000", "1 / 1", "whole"):
        assert text in row
    assert "3 messages, 3 events and 2 levels" in out
    assert "without an event: heartbeats 1" in out


def refusal(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    assert run(["feed", *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    return captured.err


def test_what_cannot_be_read_is_said_in_one_line(
    tmp_path: Path, capture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "nothing to read" in refusal(capsys, 2)
    assert "no such file" in refusal(capsys, 3, "--capture", str(tmp_path / "none"))
    assert "'NASDAQ' is not known" in refusal(
        capsys, 2, "--capture", str(capture), "--venue", "nasdaq"
    )
    text = files.write(tmp_path / "notes.txt", "hello")
    assert "no message" in refusal(capsys, 3, "--capture", str(text), "--venue", "coinbase")
    cut = tmp_path / "cut.jsonl.zst"
    cut.write_bytes(capture.read_bytes()[:-20])
    assert "cut.jsonl.zst" in refusal(capsys, 3, "--capture", str(cut))
    broken = files.write(
        tmp_path / "b.jsonl", files.header("COINBASE"), files.sent(REQUEST), files.received({}, 1)
    )
    assert "b.jsonl line 3" in refusal(capsys, 3, "--capture", str(broken))
