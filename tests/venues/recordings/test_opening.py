"""Which format a file is of, and what is refused before it is read."""

from pathlib import Path

import pytest

from tests.venues.recordings import files
from traider.domain.errors import DataError
from traider.venues.recordings import Received, open_recording


def test_messages_are_one_connection_over_several_files(tmp_path: Path) -> None:
    late = files.write(tmp_path / "V-late.txt", f"{files.NS + 9} c")
    early = files.write(tmp_path / "V-early.txt.gz", f"{files.NS} a", f"{files.NS + 1} b")
    recording = open_recording([late, early])
    assert recording.name == "V-early"
    assert [connection.name for connection in recording.connections] == ["V-early"]
    records = list(recording.records())
    assert all(isinstance(record, Received) for record in records)
    assert [(each.path, each.line, each.ts_recv - files.NS) for each in records] == [
        (early, 1, 0),
        (early, 2, 1),
        (late, 1, 9),
    ]
    assert list(recording.records()) == records


def refusal(*paths: Path) -> str:
    with pytest.raises(DataError) as caught:
        open_recording(paths)
    return caught.value.line()


def test_what_cannot_be_one_recording_is_refused(tmp_path: Path) -> None:
    messages = files.write(tmp_path / "a.txt", f"{files.NS} a")
    session = files.write(tmp_path / "a.jsonl", files.header("X"))
    assert "several formats" in refusal(messages, session)
    assert "named twice" in refusal(messages, messages)
    assert "is empty" in refusal(files.write(tmp_path / "b.txt"))
    assert "no such file" in refusal(tmp_path / "c.txt")
    assert "no receive time" in refusal(files.write(tmp_path / "d.txt", "hello world"))
