"""What verification finds.

Laws:
1. Any single flipped byte, in any file, is found, in that file.
2. What an append or a roll left whole is whole.
"""

import shutil
import zlib
from pathlib import Path

import pytest

from tests.journal.journals import small_terms, some_events, written
from traider.domain.errors import UsageError
from traider.journal import JournalHead, JournalWriter, checked_files
from traider.journal.blocks import HEADER_BYTES, crc_of, packed_header, whole_header_at
from traider.journal.byte_sources import RawFile
from traider.journal.faults import FaultKind, JournalFault
from traider.journal.groups import groups_of, index_bytes
from traider.journal.packing import pack_segment
from traider.journal.scanning import BlockScan
from traider.journal.snapshots import SnapshotStore
from traider.journal.verifying import verify_journal


def kinds(folder: Path) -> list[str]:
    """Return the kinds of the faults of a journal."""
    return [fault.kind.value for fault in verify_journal(folder).faults]


def only_fault(folder: Path) -> JournalFault:
    """Return the one fault of a journal."""
    (fault,) = verify_journal(folder).faults
    return fault


def flip(path: Path, place: int, mask: int = 1) -> None:
    """Change one byte of a file."""
    found = bytearray(path.read_bytes())
    found[place] ^= mask
    path.write_bytes(found)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny journal with every kind of file there is: packed, as written, mark, snapshot."""
    folder = tmp_path_factory.mktemp("small")
    for compress, start in ((True, 0), (False, 4)):
        with JournalWriter.open(folder, terms=small_terms(300, compress=compress)) as journal:
            for first in (start, start + 2):
                journal.append(some_events(2, first))
                journal.append_fact("note", b"{}")
    SnapshotStore(folder).write(9, b"state of the kernel", b"digest")
    assert sorted({path.suffix for path in folder.iterdir()}) == ["", ".seg", ".segz"]
    assert verify_journal(folder).is_whole
    return folder


def files(folder: Path) -> list[Path]:
    """Return the files of a journal that have bytes."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def test_flipped_bytes_are_found_all_through_every_file(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(small, folder)
    missed = []
    for path in files(folder):
        sound = path.read_bytes()
        for place in range(len(path.name) % 5, len(sound), 5):
            flip(path, place, 1 << place % 8)
            faults = verify_journal(folder).faults
            if path.name not in {Path(fault.file).name for fault in faults}:
                missed.append((path.name, place, faults))
            path.write_bytes(sound)
    assert missed == []


def test_a_whole_journal_is_whole(tmp_path: Path) -> None:
    written(tmp_path, 500)
    verdict = verify_journal(tmp_path)
    assert verdict.faults == ()
    assert (verdict.events, verdict.facts, verdict.head.sequence) == (500, 5, 500)


def rewrite_payload(path: Path, offset: int) -> None:
    """Change a byte of a block's payload and give the block sums that fit."""
    found = bytearray(path.read_bytes())
    header = whole_header_at(bytes(found[offset : offset + HEADER_BYTES]))
    start, end = offset + HEADER_BYTES, offset + header.block_bytes
    found[start] ^= 1
    changed = header._replace(payload_crc=crc_of(bytes(found[start:end])))
    found[offset:start] = packed_header(changed)
    path.write_bytes(found)


def block_offsets(path: Path) -> list[int]:
    """Return where the blocks of a file as written begin."""
    source = RawFile(path)
    try:
        return [block.offset for block in BlockScan(source)]
    finally:
        source.close()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A journal of several segments as they were written."""
    written(tmp_path, 230, 10, small_terms(3_000, compress=False))
    assert len(list(tmp_path.glob("events-*.seg"))) == 6
    return tmp_path


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A journal of several segments, all but the last packed."""
    written(tmp_path, 230, 10, small_terms(3_000))
    assert len(list(tmp_path.glob("events-*.segz"))) == 5
    return tmp_path


@pytest.mark.parametrize(("inside", "kind"), [(20, "header"), (HEADER_BYTES + 5, "payload")])
def test_a_fault_names_segment_block_and_bytes(raw: Path, inside: int, kind: str) -> None:
    path = raw / "events-000002.seg"
    offset = block_offsets(path)[3]
    flip(path, offset + inside)
    fault = only_fault(raw)
    assert (fault.segment, fault.file, fault.block, fault.kind) == (2, path.name, 3, kind)
    assert (fault.offset, fault.bytes) == (offset, HEADER_BYTES + 10 * 64)


def test_a_damaged_frame_is_named(packed: Path) -> None:
    flip(packed / "events-000001.segz", 200)
    fault = only_fault(packed)
    assert (fault.segment, fault.kind, fault.offset) == (1, FaultKind.FRAME, HEADER_BYTES)


@pytest.mark.parametrize(
    ("place", "kind"),
    [(5, "header"), (-20, "index"), (-100, "index"), (-3, "trailer"), (-16, "trailer")],
)
def test_the_parts_of_a_packed_file_are_told_apart(packed: Path, place: int, kind: str) -> None:
    path = packed / "facts-000001.segz"
    flip(path, place)
    fault = only_fault(packed)
    assert fault.kind == kind
    assert fault.offset <= place % path.stat().st_size < fault.offset + fault.bytes


@pytest.mark.parametrize(("place", "kind"), [(-20, "index"), (-3, "trailer"), (-16, "trailer")])
def test_the_end_of_an_ended_file_is_checked(raw: Path, place: int, kind: str) -> None:
    flip(raw / "events-000001.seg", place)
    assert kinds(raw) == [kind]


def test_a_changed_payload_with_right_sums_breaks_the_chain(raw: Path) -> None:
    path = raw / "events-000002.seg"
    rewrite_payload(path, block_offsets(path)[3])
    fault = only_fault(raw)
    assert (fault.file, fault.block, fault.kind) == (path.name, 4, FaultKind.CHAIN)


def test_a_changed_last_block_with_right_sums_is_told_by_the_mark_and_by_an_anchor(
    raw: Path,
) -> None:
    anchor = verify_journal(raw).head
    path = raw / "events-000005.seg"
    rewrite_payload(path, block_offsets(path)[-1])
    assert kinds(raw) == ["head"]
    (raw / "head").unlink()
    faults = verify_journal(raw, anchor=anchor).faults
    assert [fault.kind for fault in faults] == [FaultKind.HEAD, FaultKind.CHAIN]


@pytest.mark.parametrize("name", ["events-000002.seg", "facts-000003.seg", "facts-000000.seg"])
def test_a_missing_file_is_named(raw: Path, name: str) -> None:
    (raw / name).unlink()
    faults = verify_journal(raw).faults
    assert [(fault.kind, fault.file) for fault in faults] == [(FaultKind.MISSING, name)]


def test_a_missing_segment_is_named(packed: Path) -> None:
    for role in ("events", "facts"):
        (packed / f"{role}-000002.segz").unlink()
    faults = verify_journal(packed).faults
    assert {(fault.kind, fault.segment) for fault in faults} == {(FaultKind.MISSING, 2)}
    assert len(faults) == 2


@pytest.mark.parametrize("ending", ["seg", "segz"])
def test_swapped_segments_are_named(request: pytest.FixtureRequest, ending: str) -> None:
    folder: Path = request.getfixturevalue("raw" if ending == "seg" else "packed")
    one, other = (folder / f"events-00000{number}.{ending}" for number in (1, 3))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    found = {(fault.kind, fault.file) for fault in verify_journal(folder).faults}
    assert {(FaultKind.MISPLACED, one.name), (FaultKind.MISPLACED, other.name)} <= found


def test_a_segment_of_another_journal_is_told(raw: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    written(other, 200, 10, small_terms(3_000, compress=False))
    for role in ("events", "facts"):
        shutil.copy(other / f"{role}-000001.seg", raw / f"{role}-000001.seg")
    assert {"chain", "misplaced"} <= set(kinds(raw))


def test_a_file_cut_at_a_block_is_told_by_the_blocks_that_follow(raw: Path) -> None:
    path = raw / "events-000002.seg"
    cut = block_offsets(path)[3]
    path.write_bytes(path.read_bytes()[:cut])
    assert {"gap", "index"} <= set(kinds(raw))


@pytest.mark.parametrize("surplus", [0, 50])
def test_a_cut_end_is_told_by_the_mark(raw: Path, surplus: int) -> None:
    path = raw / "events-000005.seg"
    cut = block_offsets(path)[-2]
    path.write_bytes(path.read_bytes()[: cut + surplus])
    faults = verify_journal(raw).faults
    assert faults[-1].kind is FaultKind.CUT
    assert ("torn" in kinds(raw)) == bool(surplus)
    assert (faults[-1].file, faults[-1].offset) == (path.name, cut + surplus)


def test_an_anchor_tells_of_a_cut_end_without_the_mark(raw: Path) -> None:
    anchor = verify_journal(raw).head
    for role in ("events", "facts"):
        (raw / f"{role}-000005.seg").unlink()
    (raw / "head").unlink()
    assert kinds(raw) == ["head"]
    faults = verify_journal(raw, anchor=anchor).faults
    assert [fault.kind for fault in faults] == [FaultKind.HEAD, FaultKind.CUT]


def test_an_anchor_of_another_journal_is_told(raw: Path) -> None:
    anchor = JournalHead(7, 0, b"x" * 32)
    assert [fault.kind for fault in verify_journal(raw, anchor=anchor).faults] == ["chain"]


def test_a_repeated_file_is_told(raw: Path) -> None:
    shutil.copy(raw / "events-000001.seg", raw / "events-000004.seg")
    assert "misplaced" in kinds(raw)


def test_blocks_that_are_there_twice_are_told(raw: Path) -> None:
    path = raw / "events-000005.seg"
    found = path.read_bytes()
    path.write_bytes(found + found[block_offsets(path)[-1] :])
    assert kinds(raw) == ["gap"]


def test_a_packed_file_beside_the_raw_one_must_equal_it(packed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    written(other, 200, 10, small_terms(3_000, compress=False))
    shutil.copy(other / "events-000001.seg", packed / "events-000001.seg")
    assert "copy" in kinds(packed)


def test_a_block_of_another_format_is_told(raw: Path) -> None:
    path = raw / "events-000005.seg"
    offset = block_offsets(path)[-1]
    found = bytearray(path.read_bytes())
    found[offset + 4] = 2
    found[offset + 92 : offset + 96] = zlib.crc32(found[offset : offset + 92]).to_bytes(4, "little")
    path.write_bytes(found)
    assert "version" in kinds(raw)


def test_a_wrong_index_with_right_sums_is_told(raw: Path) -> None:
    path = raw / "events-000001.seg"
    found = path.read_bytes()
    offset = block_offsets(path)[-1]
    groups = groups_of(found[offset:-16])
    assert groups is not None
    changed = groups.copy()
    changed["ts_last"] += 1
    head = whole_header_at(found)
    path.write_bytes(found[:offset] + index_bytes(changed, head, offset))
    assert kinds(raw) == ["index"]


def test_a_folder_without_a_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no journal here"):
        verify_journal(tmp_path)
    with pytest.raises(UsageError, match="there is no such folder"):
        verify_journal(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="the folder cannot be read: Not a directory"):
        verify_journal(tmp_path / "file")


def test_a_journal_is_verified_while_it_is_written(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path, terms=small_terms()) as journal:
        for start in range(0, 300, 10):
            journal.append(some_events(10, start))
            journal.append_fact("note", b"{}")
            assert verify_journal(tmp_path).faults == ()
        with (tmp_path / f"events-{journal.segment:06}.seg").open("ab") as file:
            file.write(b"TRDJ half a block")
        assert verify_journal(tmp_path).faults == ()
        journal.sync()


def test_progress_is_told(raw: Path) -> None:
    told: list[float] = []
    verify_journal(raw, progress=lambda fraction, _: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_flipped_bit_of_a_trailer_is_told_at_the_trailer(tmp_path: Path) -> None:
    written(tmp_path)
    path = tmp_path / "events-000001.segz"
    whole = path.read_bytes()
    trailer = len(whole) - 16
    for bit in range(16 * 8):
        found = bytearray(whole)
        found[trailer + bit // 8] ^= 1 << bit % 8
        path.write_bytes(found)
        (fault,) = verify_journal(tmp_path).faults
        assert (fault.kind, fault.file) == (FaultKind.TRAILER, path.name)
        assert (fault.offset, fault.bytes) == (trailer, 16)


@pytest.mark.parametrize("name", ["events-000000.seg", "facts-000000.seg"])
def test_a_flipped_head_accuses_no_other_block(tmp_path: Path, name: str) -> None:
    written(tmp_path, 200, 10, small_terms(10**6))
    path = tmp_path / name
    whole = path.read_bytes()
    for place in (4, 20, 50, 95, 100):
        found = bytearray(whole)
        found[place] ^= 1
        path.write_bytes(found)
        verdict = verify_journal(tmp_path)
        (fault,) = verdict.faults
        assert (fault.file, fault.offset, fault.bytes) == (name, 0, 112)
        assert (verdict.events, verdict.facts) == (200, 2)


def test_a_file_packed_just_before_it_is_opened_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 200, 10, small_terms(4_096, compress=False))
    raw = [*tmp_path.glob("*-000000.seg"), *tmp_path.glob("*-000001.seg")]
    kept = {path: path.read_bytes() for path in raw}
    pack_segment(tmp_path, 0)
    pack_segment(tmp_path, 1)
    for gone in range(2 * len(raw)):
        for path, whole in kept.items():
            path.write_bytes(whole)
        opened: list[Path] = []

        def opened_late(path: Path, gone: int = gone, opened: list[Path] = opened) -> RawFile:
            if path in kept:
                opened.append(path)
                if len(opened) == gone + 1:
                    path.unlink()  # as the packer does when the packed file is whole
            return RawFile(path)

        with monkeypatch.context() as patch:
            patch.setattr(checked_files, "RawFile", opened_late)
            verdict = verify_journal(tmp_path)
        assert (verdict.events, verdict.faults) == (200, ())
        assert len(opened) > gone
