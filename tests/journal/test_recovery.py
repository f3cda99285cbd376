"""What opening a journal for writing mends, and what it refuses to touch."""

import errno
import json
import os
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.journal.journals import (
    EVENTS,
    FACT,
    all_events,
    all_facts,
    crafted,
    small_terms,
    some_events,
    written,
)
from traider.domain.errors import DataError, UsageError
from traider.journal import JournalFailedError, JournalReader, JournalWriter
from traider.journal.mark import read_mark
from traider.journal.segment_files import SegmentPaths
from traider.journal.verifying import verify_journal

BLOCK = 96 + 10 * 64


def one_segment(folder: Path) -> Path:
    """Write a closed journal of one segment; return its file of events."""
    with JournalWriter.open(folder, terms=small_terms(10**9)) as journal:
        for start in range(0, 100, 10):
            journal.append(some_events(10, start))
    return folder / "events-000000.seg"


def flip(path: Path, place: int) -> None:
    """Change one byte."""
    found = bytearray(path.read_bytes())
    found[place] ^= 1
    path.write_bytes(found)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("inside", [3, 30, 94, 96, 400])
@pytest.mark.parametrize("block", [0, 1, 5, 9])
def test_a_damaged_block_is_refused_and_nothing_is_changed(
    tmp_path: Path, block: int, inside: int
) -> None:
    path = one_segment(tmp_path)
    offset = 112 + block * BLOCK
    flip(path, offset + inside)
    before = contents(tmp_path)
    with pytest.raises(DataError, match=f"block {block + 1} at byte {offset};") as told:
        JournalWriter.open(tmp_path)
    assert path.name in told.value.where
    assert "restore the file from a copy" in told.value.fix
    assert contents(tmp_path) == before
    reader = JournalReader(tmp_path)
    assert next(iter(reader.events(end=block * 10)), some_events(0)).tobytes() == (
        some_events(block * 10).tobytes()
    )


def test_a_damaged_head_is_refused(tmp_path: Path) -> None:
    flip(one_segment(tmp_path), 20)
    with pytest.raises(DataError, match="the head is damaged: block 0 at byte 0"):
        JournalWriter.open(tmp_path)


def unsynced(folder: Path) -> Path:
    """Write a journal whose last blocks no sync has seen; return its file of events."""
    journal = JournalWriter.open(folder / "writing", terms=small_terms(10**9))
    journal.append(some_events(10))
    journal.sync()
    journal.append(some_events(10, 10))
    journal.append(some_events(10, 20))
    (folder / "left").mkdir()
    for path in (folder / "writing").iterdir():
        (folder / "left" / path.name).write_bytes(path.read_bytes())
    journal.close()
    return folder / "left" / "events-000000.seg"


def test_a_damaged_end_that_no_sync_has_seen_is_cut_and_kept_aside(tmp_path: Path) -> None:
    path = unsynced(tmp_path)
    flip(path, 112 + 2 * BLOCK + 300)
    with JournalWriter.open(path.parent) as journal:
        (cut,) = journal.recovery.cuts
        assert journal.recovery.lost_blocks == 0
        assert (cut.file, cut.offset, cut.bytes) == (path.name, 112 + 2 * BLOCK, BLOCK)
        assert (path.parent / cut.kept_as).stat().st_size == BLOCK
        assert journal.sequence == 20
        journal.append(some_events(10, 20))
    told = list(JournalReader(path.parent).facts("recovered"))
    assert json.loads(told[0].body)["cuts"][0]["offset"] == 112 + 2 * BLOCK
    assert told[0].sequence == 19
    assert all_events(path.parent).tobytes() == some_events(30).tobytes()
    assert verify_journal(path.parent).is_whole


def test_an_end_of_zeros_is_cut(tmp_path: Path) -> None:
    # As a loss of power leaves it: the length was kept, the bytes were not.
    path = unsynced(tmp_path)
    found = path.read_bytes()
    path.write_bytes(found[: 112 + BLOCK] + bytes(2 * BLOCK))
    with JournalWriter.open(path.parent) as journal:
        assert journal.sequence == 10


def test_a_cut_below_the_last_sync_is_mended_and_told(tmp_path: Path) -> None:
    path = one_segment(tmp_path)
    path.write_bytes(path.read_bytes()[: 112 + 7 * BLOCK + 9])
    with JournalWriter.open(tmp_path) as journal:
        assert journal.recovery.lost_blocks == 3
        assert journal.recovery.cuts[0].bytes == 9
        assert journal.sequence == 70
    path.write_bytes(path.read_bytes()[: 112 + 5 * BLOCK])
    with JournalWriter.open(tmp_path) as journal:
        assert journal.recovery.lost_blocks == 3
        assert journal.recovery.cuts[0].file == "facts-000000.seg"
    assert verify_journal(tmp_path).is_whole


def test_a_fact_that_is_gone_though_it_was_synced_is_refused(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path) as journal:
        journal.append(some_events(5))
        journal.append_fact("note", b"gone")
        journal.append(some_events(5, 5))
    path = tmp_path / "facts-000000.seg"
    path.write_bytes(path.read_bytes()[:112])
    before = contents(tmp_path)
    with pytest.raises(DataError, match="a fact before it is gone, though it had been on the disk"):
        JournalWriter.open(tmp_path)
    assert contents(tmp_path) == before
    (tmp_path / "head").unlink()
    with JournalWriter.open(tmp_path) as journal:
        assert journal.sequence == 5


def test_blocks_that_do_not_belong_are_refused(tmp_path: Path) -> None:
    path = one_segment(tmp_path)
    found = path.read_bytes()
    path.write_bytes(found + found[-BLOCK:])
    with pytest.raises(DataError, match="the block is damaged: block 11"):
        JournalWriter.open(tmp_path)


def test_a_block_of_another_format_is_refused(tmp_path: Path) -> None:
    crafted(tmp_path, [("events", EVENTS, 0, 2, some_events(2).tobytes())])
    path = tmp_path / "events-000000.seg"
    found = bytearray(path.read_bytes())
    found[112 + 4] = 7
    found[112 + 92 : 112 + 96] = zlib.crc32(found[112 : 112 + 92]).to_bytes(4, "little")
    path.write_bytes(found)
    with pytest.raises(DataError, match="the block is of another format version: block 1"):
        JournalWriter.open(tmp_path)
    assert "version" in [fault.kind for fault in verify_journal(tmp_path).faults]


def test_a_chain_that_does_not_begin_is_refused(tmp_path: Path) -> None:
    written(tmp_path, 100, 10, small_terms(3_000, compress=False))
    for role in ("facts", "events"):
        (tmp_path / f"{role}-000000.seg").unlink()
        for segment in range(1, 10):
            path = tmp_path / f"{role}-{segment:06}.seg"
            if path.exists():
                path.rename(tmp_path / f"{role}-{segment - 1:06}.seg")
    with pytest.raises(DataError, match="the head is damaged"):
        JournalWriter.open(tmp_path)


def test_a_first_block_with_something_before_it_is_refused(tmp_path: Path) -> None:
    crafted(tmp_path, [])
    path = tmp_path / "facts-000000.seg"
    found = bytearray(path.read_bytes())
    found[56] = 1
    found[92:96] = zlib.crc32(found[:92]).to_bytes(4, "little")
    path.write_bytes(found)
    with pytest.raises(DataError, match="the first block does not begin a chain"):
        JournalWriter.open(tmp_path)


def test_an_end_under_a_hole_in_the_segments_is_refused(tmp_path: Path) -> None:
    written(tmp_path, 100, 10, small_terms(3_000, compress=False))
    last = max(int(path.stem[-6:]) for path in tmp_path.glob("events-*"))
    (tmp_path / f"facts-{last + 2:06}.seg").write_bytes(b"")
    with pytest.raises(DataError, match=f"facts-{last + 1:06}.seg is missing"):
        JournalWriter.open(tmp_path)


def test_a_journal_whose_last_segment_is_gone_goes_on_in_a_new_one(tmp_path: Path) -> None:
    written(tmp_path, 100, 10, small_terms(3_000))
    last = max(int(path.stem[-6:]) for path in tmp_path.glob("events-*"))
    for role in ("facts", "events"):
        (tmp_path / f"{role}-{last:06}.seg").unlink()
    with JournalWriter.open(tmp_path, terms=small_terms(3_000)) as journal:
        assert journal.segment == last
        assert journal.recovery.lost_blocks > 0
        start = journal.sequence
        journal.append(some_events(10, start))
    assert verify_journal(tmp_path).is_whole
    assert all_events(tmp_path).tobytes() == some_events(start + 10).tobytes()


@pytest.mark.parametrize("damage", ["flipped", "short", "gone", "version"])
def test_a_damaged_mark_is_written_anew(tmp_path: Path, damage: str) -> None:
    one_segment(tmp_path)
    path = tmp_path / "head"
    found = bytearray(path.read_bytes())
    if damage == "flipped":
        flip(path, 40)
    elif damage == "short":
        path.write_bytes(found[:50])
    elif damage == "gone":
        path.unlink()
    else:
        found[4] = 9
        found[92:96] = zlib.crc32(found[:92]).to_bytes(4, "little")
        path.write_bytes(found)
    assert read_mark(tmp_path) is None
    assert [fault.kind for fault in verify_journal(tmp_path).faults] == ["head"]
    JournalWriter.open(tmp_path).close()
    assert verify_journal(tmp_path).is_whole


def test_a_mark_that_the_disk_does_not_give_is_told(tmp_path: Path) -> None:
    one_segment(tmp_path)
    (tmp_path / "head").unlink()
    (tmp_path / "head").mkdir()
    with pytest.raises(DataError, match="head: cannot be read: Is a directory"):
        read_mark(tmp_path)
    with pytest.raises(UsageError, match="no journal can be written here: Is a directory"):
        JournalWriter.open(tmp_path)


def refuse(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let a call of the system fail."""

    def refused(*arguments: Any) -> Any:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(arguments[:1]))

    monkeypatch.setattr(os, name, refused)


def test_a_disk_that_refuses_while_a_journal_is_opened_frees_it_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        refuse(patch, "writev")
        with pytest.raises(UsageError, match="no journal can be written here: Input/output error"):
            JournalWriter.open(tmp_path)
    with JournalWriter.open(tmp_path) as journal:
        journal.append(some_events(3))
        with monkeypatch.context() as patch:
            refuse(patch, "writev")
            with pytest.raises(JournalFailedError):
                journal.append_fact("note", b"refused")
    assert all_facts(tmp_path) == []


def test_a_closed_journal_takes_nothing_more(tmp_path: Path) -> None:
    journal = JournalWriter.open(tmp_path)
    journal.close()
    journal.close()
    with pytest.raises(JournalFailedError, match="the journal was closed; open it again"):
        journal.append(some_events(1))


def test_files_that_the_disk_does_not_open_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = one_segment(tmp_path)
    real = os.open

    def refused(name: Any, *arguments: Any) -> int:
        if str(name) == str(path):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(name))
        return real(name, *arguments)

    monkeypatch.setattr(os, "open", refused)
    kinds = [fault.kind for fault in verify_journal(tmp_path).faults]
    assert "unreadable" in kinds
    with pytest.raises(DataError, match="cannot be read: Input/output error"):
        all_events(tmp_path)


def test_a_file_that_is_packed_while_it_is_opened_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 100, 10, small_terms(3_000))
    asked: set[Path] = set()

    def found(paths: SegmentPaths) -> Path:
        if paths.packed.exists() and paths.raw not in asked:
            asked.add(paths.raw)
            return paths.raw  # it was there just now
        return paths.packed if paths.packed.exists() else paths.raw

    monkeypatch.setattr(SegmentPaths, "found", property(found))
    assert verify_journal(tmp_path).is_whole
    asked.clear()
    assert all_events(tmp_path).tobytes() == some_events(100).tobytes()
    for path in tmp_path.glob("events-000000.*"):
        path.unlink()
    assert [fault.kind for fault in verify_journal(tmp_path).faults] == ["missing"]


def test_sequences_and_lengths_are_checked_behind_right_sums(tmp_path: Path) -> None:
    for name, blocks in {
        "sequence": [("events", EVENTS, 5, 2, some_events(2).tobytes())],
        "records": [("events", EVENTS, 0, 3, some_events(2).tobytes())],
        "fact": [("facts", FACT, 7, 1, b"\x04\x00noteA body")],
    }.items():
        folder = tmp_path / name
        folder.mkdir()
        crafted(folder, blocks)
        assert "sequence" in [fault.kind for fault in verify_journal(folder).faults]


def test_a_header_with_a_spare_that_is_not_zero_is_none(tmp_path: Path) -> None:
    crafted(tmp_path, [("events", EVENTS, 0, 2, some_events(2).tobytes())], spare=1)
    assert "header" in [fault.kind for fault in verify_journal(tmp_path).faults]
    assert JournalReader(tmp_path).end == 0
    with pytest.raises(DataError, match="block 1 at byte 112 is damaged"):
        all_events(tmp_path)


def test_facts_whose_kind_cannot_be_read_are_told(tmp_path: Path) -> None:
    crafted(tmp_path, [("facts", FACT, -1, 1, b"\x04")])
    with pytest.raises(DataError, match="a fact whose kind cannot be read"):
        list(JournalReader(tmp_path).facts())


def test_instruments_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    crafted(tmp_path, [("facts", FACT, -1, 1, b"\x0b\x00instruments{}")])
    with pytest.raises(DataError, match="the fact of the instruments cannot be read"):
        assert JournalReader(tmp_path).instruments


def test_only_segments_being_packed_are_swept(tmp_path: Path) -> None:
    written(tmp_path, 20, 10)
    own = tmp_path / "events-000000.segz.part"
    own.write_bytes(b"half")
    (tmp_path / "notes.part").write_text("a person's")
    (tmp_path / "folder.part").mkdir()
    (tmp_path / "facts-000000.segz.part").mkdir()
    JournalWriter.open(tmp_path).close()
    assert not own.exists()
    assert (tmp_path / "notes.part").read_text() == "a person's"
    assert (tmp_path / "folder.part").is_dir()
