"""Sessions of cryptofeed 3: what becomes of each line, and in which order."""

from pathlib import Path

import pytest

from tests.venues.recordings import files
from traider.domain.errors import DataError
from traider.venues.recordings import Answered, Connected, Received, open_recording, session


def test_a_session_is_told_by_connection(tmp_path: Path) -> None:
    path = files.write(
        tmp_path / "X-1.jsonl.zst",
        files.header("KRAKEN"),
        files.answered("https://x/pairs", {"a": 1}, 0.5),
        files.connected("wss://x", 1, "one"),
        files.sent({"op": "a"}, 1.1, "one"),
        files.sent({"op": "b"}, 1.2, "one"),
        files.received({"n": 1}, 3, "one"),
        files.received({"n": 2}, 2, "two"),
    )
    recording = open_recording([path])
    assert (recording.source, recording.name) == ("KRAKEN", "X-1")
    one, two = recording.connections
    assert (one.name, one.address, one.requests) == (
        "one",
        "wss://x",
        (b'{"op": "a"}', b'{"op": "b"}'),
    )
    assert (two.name, two.address, two.requests) == ("two", "", ())
    assert [answer.raw for answer in recording.answers] == [b'{"a": 1}']
    kinds = [type(record) for record in recording.records()]
    assert kinds == [Answered, Connected, Received, Received]
    messages = [each for each in recording.records() if isinstance(each, Received)]
    assert [(each.connection, each.raw) for each in messages] == [
        ("two", b'{"n": 2}'),
        ("one", b'{"n": 1}'),
    ]
    assert [each.line for each in messages] == [7, 6]


def test_times_are_read_to_the_last_digit_and_rise(tmp_path: Path) -> None:
    line = '{"t":"recv","conn":"a","ts":1786309548.6290078,"data":"x"}'
    path = files.write(tmp_path / "X.jsonl", files.header("X"), line, line)
    first, second = open_recording([path]).records()
    assert first.ts_recv == 1_786_309_548_629_007_800
    assert second.ts_recv == first.ts_recv + 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"t":"recv","ts":1', "is no record of a session"),
        ('{"ts":1}', "is no record of a session"),
        ('{"t":"hologram","ts":1}', "has a record of kind 'hologram'"),
    ],
)
def test_a_line_that_is_no_record_is_named(tmp_path: Path, line: str, said: str) -> None:
    path = files.write(tmp_path / "X.jsonl", files.header("X"), line)
    with pytest.raises(DataError, match=said) as caught:
        open_recording([path])
    assert "X.jsonl line 2" in caught.value.line()


def test_a_session_is_held_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.write(tmp_path / "X.jsonl", files.header("X"), files.received("y" * 100))
    monkeypatch.setattr(session, "SESSION_BYTES_MAX", 50)
    with pytest.raises(DataError, match="more than"):
        open_recording([path])
