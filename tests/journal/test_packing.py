import shutil
from pathlib import Path

import pytest

from tests.journal.journals import all_events, small_terms, some_events, written
from traider.domain.errors import DataError
from traider.journal import JournalTerms, JournalWriter
from traider.journal.byte_sources import PackedFile
from traider.journal.packing import pack_segment
from traider.journal.verifying import verify_journal


def test_segments_that_were_left_unpacked_are_packed_by_the_next_writer(tmp_path: Path) -> None:
    written(tmp_path, 300, 10, small_terms(3_000, compress=False))
    assert not list(tmp_path.glob("*.segz"))
    JournalWriter.open(tmp_path).close()
    assert len(list(tmp_path.glob("*.seg"))) == 2
    assert all_events(tmp_path).tobytes() == some_events(300).tobytes()
    assert verify_journal(tmp_path).is_whole


@pytest.mark.parametrize("role", ["events", "facts"])
def test_both_forms_beside_each_other_are_one(tmp_path: Path, role: str) -> None:
    written(tmp_path, 300, 10, small_terms(3_000, compress=False))
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path, copy)
    pack_segment(copy, 2)
    shutil.copy(copy / f"{role}-000002.segz", tmp_path)
    assert verify_journal(tmp_path).is_whole
    assert all_events(tmp_path).tobytes() == some_events(300).tobytes()
    pack_segment(tmp_path, 2)
    assert not (tmp_path / f"{role}-000002.seg").exists()
    assert verify_journal(tmp_path).is_whole


def test_a_file_of_several_groups_is_found_by_place(tmp_path: Path) -> None:
    events = some_events(120_000)
    with JournalWriter.open(tmp_path, terms=JournalTerms(segment_bytes=4 * 2**20)) as journal:
        for start in range(0, 120_000, 1_000):
            journal.append(events[start : start + 1_000])
    packed = PackedFile(tmp_path / "events-000000.segz")
    assert len(packed.groups) == 4
    assert packed.groups["first_sequence"].tolist() == [0, 17_000, 34_000, 51_000]
    assert packed.read(-5, 10) == b""
    packed.close()
    assert all_events(tmp_path).tobytes() == events.tobytes()
    assert verify_journal(tmp_path).is_whole


@pytest.mark.parametrize(("place", "what"), [(-3, "index"), (7, "head")])
def test_a_damaged_segment_is_not_packed(tmp_path: Path, place: int, what: str) -> None:
    written(tmp_path, 300, 10, small_terms(3_000, compress=False))
    path = tmp_path / "events-000002.seg"
    found = bytearray(path.read_bytes())
    found[place] ^= 1
    path.write_bytes(found)
    with pytest.raises(DataError, match=f"the {what} of an ended segment is damaged"):
        pack_segment(tmp_path, 2)
    with JournalWriter.open(tmp_path) as journal:
        journal._packer.close()
        assert what in journal.packing_faults[0]
    assert path.read_bytes() == found


def test_memory_that_is_not_sound_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 300, 10, small_terms(3_000, compress=False))

    class Forgetful:
        def __init__(self, *_: object, **__: object) -> None:
            return

        def compress(self, raw: bytes, asbytes: bool) -> bytes:
            del asbytes
            return raw

        def decompress(self, frame: bytes, size: int, asbytes: bool) -> bytes:
            del asbytes
            return frame[: size - 1]

    monkeypatch.setattr("traider.journal.packing.pa.Codec", Forgetful)
    with pytest.raises(DataError, match="did not come out of its pack as it went in"):
        pack_segment(tmp_path, 2)
    assert (tmp_path / "events-000002.seg").exists()
    assert not list(tmp_path.glob("*.part"))
