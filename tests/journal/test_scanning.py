"""Files read in pieces, blocks of all sizes, and what is found behind damage."""

import fcntl
import os
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.journal.journals import all_events, small_terms, some_events, written
from traider.domain.errors import DataError
from traider.domain.events import join_events
from traider.journal import JournalReader, JournalTerms, JournalWriter
from traider.journal.blocks import NO_HASH, BlockHeader, BlockKind
from traider.journal.byte_sources import RawFile
from traider.journal.checked_files import copy_faults
from traider.journal.groups import GroupTable, groups_of, index_bytes, index_offset
from traider.journal.recovery import resume
from traider.journal.segment_files import Role, SegmentPaths
from traider.journal.verifying import verify_journal

LARGE = 100_000
"""Events of 6.4 MB, more than is read or followed at once."""


def stamp_version(path: Path, offset: int) -> None:
    """Make the block at ``offset`` one of another format, with right sums."""
    found = bytearray(path.read_bytes())
    found[offset + 4] = 9
    sums = zlib.crc32(found[offset : offset + 92]).to_bytes(4, "little")
    found[offset + 92 : offset + 96] = sums
    path.write_bytes(found)


def flip(path: Path, place: int) -> None:
    """Change one byte."""
    found = bytearray(path.read_bytes())
    found[place] ^= 1
    path.write_bytes(found)


def test_blocks_larger_than_what_is_read_at_once(tmp_path: Path) -> None:
    events = some_events(3 * LARGE)
    with JournalWriter.open(tmp_path, terms=JournalTerms(segment_bytes=13_000_000)) as journal:
        for start in range(0, 3 * LARGE, LARGE):
            journal.append(events[start : start + LARGE])
            journal.append(events[:0])
            assert JournalReader(tmp_path).end == start + LARGE
        reader = JournalReader(tmp_path)
        journal.append(events[:7])
        reader.refresh()
        assert reader.end == 3 * LARGE + 7
        assert verify_journal(tmp_path).is_whole
    events = join_events([events, events[:7]])
    assert all_events(tmp_path).tobytes() == events.tobytes()
    followed = list(JournalReader(tmp_path).follow(5, lambda: True))
    assert len(followed) == 4
    assert join_events(followed).tobytes() == events[5:].tobytes()
    assert resume(tmp_path).head.sequence == 3 * LARGE + 7
    assert verify_journal(tmp_path).is_whole


def test_an_append_longer_than_a_block_is_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traider.journal.writer.BLOCK_EVENTS_MAX", 30)
    with JournalWriter.open(tmp_path) as journal:
        journal.append(some_events(100))
        assert journal.head().number == 2 + 4 - 1
    assert all_events(tmp_path).tobytes() == some_events(100).tobytes()


def test_a_disk_that_gives_a_little_at_a_time_is_read_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 100)
    real = os.pread
    monkeypatch.setattr(os, "pread", lambda file, size, place: real(file, min(size, 77), place))
    assert all_events(tmp_path).tobytes() == some_events(100).tobytes()
    assert verify_journal(tmp_path).is_whole


def test_blocks_of_another_format_behind_damage_are_passed_over(tmp_path: Path) -> None:
    written(tmp_path, 100, 10, small_terms(10**9))
    path = tmp_path / "events-000000.seg"
    flip(path, 112 + 3 * 736 + 30)
    stamp_version(path, 112 + 4 * 736)
    faults = verify_journal(tmp_path).faults
    assert [(fault.kind, fault.block, fault.bytes) for fault in faults] == [("header", 4, 2 * 736)]


def test_a_packed_file_of_another_format_is_told(tmp_path: Path) -> None:
    written(tmp_path, 100, 10, small_terms(3_000))
    stamp_version(tmp_path / "facts-000001.segz", 0)
    assert [fault.kind for fault in verify_journal(tmp_path).faults] == ["header"]


@pytest.mark.parametrize("size", [0, 5, 15, 200])
def test_a_packed_file_that_was_cut_is_told(tmp_path: Path, size: int) -> None:
    written(tmp_path, 100, 10, small_terms(3_000))
    path = tmp_path / "events-000001.segz"
    path.write_bytes(path.read_bytes()[:size])
    assert "trailer" in [fault.kind for fault in verify_journal(tmp_path).faults]
    with pytest.raises(DataError, match="head or the index of a packed file is damaged"):
        all_events(tmp_path)


def test_an_index_that_counts_wrongly_is_none() -> None:
    table = GroupTable()
    table.add(BlockHeader(BlockKind.EVENTS, 0, 0, 1, 2, 3, 192, 0, 0, NO_HASH))
    head = BlockHeader(BlockKind.EVENTS_HEAD, 0, 0, 0, 0, 0, 16, 0, 0, NO_HASH)
    block = index_bytes(table.rows(), head, 1_000)
    assert groups_of(block) is not None
    assert index_offset(block[-16:]) == 1_000
    assert index_offset(block[-15:]) is None
    wrong = bytearray(block)
    wrong[40] = 2
    wrong[92:96] = zlib.crc32(wrong[:92]).to_bytes(4, "little")
    assert groups_of(bytes(wrong)) is None


def test_a_segment_whose_head_is_no_head_is_told(tmp_path: Path) -> None:
    written(tmp_path, 100, 10, small_terms(3_000, compress=False))
    (tmp_path / "events-000001.seg").write_bytes((tmp_path / "facts-000001.seg").read_bytes())
    with pytest.raises(DataError, match="segment 1, block 0 at byte 0 is damaged"):
        all_events(tmp_path)


def test_a_damaged_last_segment_leaves_the_end_where_it_was(tmp_path: Path) -> None:
    written(tmp_path, 100, 10, small_terms(3_000))
    last = max(tmp_path.glob("events-*.seg"))
    stamp_version(last, 0)
    reader = JournalReader(tmp_path)
    assert reader.end == 80
    reader.refresh()
    assert len(join_events(list(reader.events(0, 80)))) == 80
    with pytest.raises(DataError, match="format 9"):
        list(reader.events())


def test_a_damaged_copy_beside_the_raw_file_is_told(tmp_path: Path) -> None:
    written(tmp_path / "packed", 100, 10, small_terms(3_000))
    written(tmp_path / "raw", 100, 10, small_terms(3_000, compress=False))
    copy = tmp_path / "raw" / "events-000001.segz"
    copy.write_bytes((tmp_path / "packed" / copy.name).read_bytes())
    flip(copy, -3)
    faults = verify_journal(tmp_path / "raw").faults
    assert [(fault.kind, fault.file) for fault in faults] == [("copy", copy.name)]


def test_a_raw_file_that_goes_while_it_is_compared_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "events-000000.seg").write_bytes(b"")
    (tmp_path / "events-000000.segz").write_bytes(b"")

    def gone(path: Path) -> RawFile:
        raise FileNotFoundError(path)

    monkeypatch.setattr("traider.journal.checked_files.RawFile", gone)
    assert copy_faults(SegmentPaths(tmp_path, Role.EVENTS, 0)) == []


def test_a_file_that_goes_while_it_is_verified_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 10, 10)
    nowhere: Any = property(lambda paths: paths.folder / "nowhere.seg")
    monkeypatch.setattr(SegmentPaths, "found", nowhere)
    assert {fault.kind for fault in verify_journal(tmp_path).faults} >= {"unreadable"}


def test_a_segment_half_begun_is_a_fault_only_without_a_writer(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path, terms=small_terms(500, compress=False)) as journal:
        journal.append(some_events(6))
        journal.append(some_events(6, 6))
    (tmp_path / "events-000001.seg").unlink()
    (tmp_path / "facts-000001.seg").write_bytes(b"")
    (tmp_path / "head").unlink()
    assert [fault.kind for fault in verify_journal(tmp_path).faults] == ["torn", "head"]
    lock = os.open(tmp_path / "lock", os.O_RDWR)
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert [fault.kind for fault in verify_journal(tmp_path).faults] == ["head"]
    os.close(lock)


def test_a_fact_written_after_the_events_were_looked_at_is_no_gap(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path, terms=small_terms(10**9)) as journal:
        journal.append(some_events(10))
        journal.append(some_events(1, 10))
        journal.append_fact("note", b"later")
        path = tmp_path / "events-000000.seg"
        whole = path.read_bytes()
        path.write_bytes(whole[:-160])
        assert verify_journal(tmp_path).is_whole
        path.write_bytes(whole)
    path.write_bytes(whole[:-160])
    assert [fault.kind for fault in verify_journal(tmp_path).faults] == ["gap"]
