"""A chain goes on after a crash.

Laws:
1. A chain that was cut anywhere, as a kill leaves it, goes on to the same bytes.
2. A chain that lost what was noted as written is not gone on with.
"""

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compliance.chains import entry, small_chain
from traider.compliance.reading import last_record, records
from traider.compliance.segments import list_segments
from traider.compliance.verifying import verify_chain
from traider.compliance.writing import AuditWriter
from traider.domain.errors import DataError, UsageError


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_chain(tmp_path_factory.mktemp("whole") / "audit")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in list_segments(folder).values()}


@settings(max_examples=40, deadline=None)
@given(kept=st.floats(0, 1))
def test_a_chain_cut_anywhere_goes_on_to_the_same_bytes(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, kept: float
) -> None:
    segments = list_segments(whole)
    left = round(kept * sum(path.stat().st_size for path in segments.values()))
    folder = tmp_path_factory.mktemp("cut")
    for path in segments.values():
        part = path.read_bytes()[:left]
        if part or path == segments[0]:
            (folder / path.name).write_bytes(part)
        left -= len(part)
    with AuditWriter.open(folder, 900) as writer:
        begin = writer.next_seq
        assert writer.append(entry(number) for number in range(begin, 12)) == 12 - begin
    assert bytes_of(folder) == bytes_of(whole)
    assert verify_chain(folder).ok


def test_a_chain_that_lost_what_was_written_is_not_gone_on_with(
    whole: Path, tmp_path: Path
) -> None:
    shutil.copytree(whole, tmp_path / "audit")
    last = list(list_segments(tmp_path / "audit").values())[-1]
    last.write_bytes(b"".join(last.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(DataError, match="record 11 was written"):
        AuditWriter.open(tmp_path / "audit")


def test_another_last_record_is_not_gone_on_with(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "audit")
    (tmp_path / "audit" / "head").write_text('{"hash": "ab", "seq": 11}')
    with pytest.raises(DataError, match="not the one that was written"):
        AuditWriter.open(tmp_path / "audit")


def test_a_noted_record_that_is_another_is_not_gone_on_with(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "audit")
    (tmp_path / "audit" / "head").write_text('{"hash": "ab", "seq": 4}')
    with pytest.raises(DataError, match="record 4 is not the one that was written"):
        AuditWriter.open(tmp_path / "audit")


def test_one_process_writes_at_a_time(tmp_path: Path) -> None:
    with AuditWriter.open(tmp_path), pytest.raises(UsageError, match="another process"):
        AuditWriter.open(tmp_path)


def test_an_empty_chain_has_no_end(tmp_path: Path) -> None:
    with AuditWriter.open(tmp_path) as writer:
        writer.sync()
        assert (writer.next_seq, last_record(tmp_path)) == (0, None)
    assert [record.seq for record in records(small_chain(tmp_path))] == list(range(12))
