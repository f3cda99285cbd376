"""Logs of cryptofeed 1: addresses, requests and messages."""

from pathlib import Path

import pytest

from tests.venues.recordings.files import write
from traider.domain.errors import DataError
from traider.venues.recordings import Connected, Received, open_recording

OPENED = "wss://x <-> 1618677816.8434298"
SENT = 'wss://x <- 1618677817.020616: {"op":"a"}'
RECEIVED = '1618677817.061845: {"n": 1}'


def test_a_log_is_one_connection(tmp_path: Path) -> None:
    recording = open_recording([write(tmp_path / "A-B-1.txt.zst", OPENED, SENT, RECEIVED, "")])
    (connection,) = recording.connections
    assert (connection.name, connection.address) == ("A-B-1", "wss://x")
    assert connection.requests == (b'{"op":"a"}',)
    opened, received = recording.records()
    assert isinstance(opened, Connected)
    assert isinstance(received, Received)
    assert opened.ts_recv == 1_618_677_816_843_429_800
    assert (received.ts_recv, received.raw) == (1_618_677_817_061_845_000, b'{"n": 1}')
    assert received.line == 3


def test_a_line_that_is_no_record_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt", RECEIVED, "and so on")
    with pytest.raises(DataError, match="neither a time nor an address") as caught:
        open_recording([path])
    assert "a.txt line 2" in caught.value.line()
