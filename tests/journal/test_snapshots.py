import errno
import os
import tracemalloc
from pathlib import Path
from typing import Final

import pytest

from tests.journal.journals import written
from traider.domain.errors import UsageError
from traider.journal.snapshots import SnapshotStore
from traider.journal.verifying import verify_journal

MIB: Final = 1024 * 1024


def test_the_latest_at_or_before_a_sequence_is_found(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    for sequence in (10, 200, 3_000):
        store.write(sequence, b"state %d" % sequence, b"digest")
    for asked, sequence in ((10, 10), (199, 10), (200, 200), (10**9, 3_000)):
        found = store.latest(asked).snapshot
        assert found is not None
        assert (found.sequence, found.state) == (sequence, b"state %d" % sequence)
        assert found.digest == b"digest"
    assert store.latest(9).snapshot is None
    assert store.latest(10**9).warnings == ()


def test_parts_are_kept_as_one_state_and_without_a_copy(tmp_path: Path) -> None:
    whole, apart = SnapshotStore(tmp_path / "whole"), SnapshotStore(tmp_path / "apart")
    state = memoryview(bytearray(os.urandom(8 * MIB)))
    tracemalloc.start()
    path = apart.write_parts(7, (b"beside", state, b""), b"digest")
    _, most_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most_bytes < MIB
    assert path.read_bytes() == whole.write(7, b"beside" + bytes(state), b"digest").read_bytes()
    found = apart.latest(7).snapshot
    assert found is not None
    assert found.state == b"beside" + bytes(state)


def test_older_ones_are_removed_by_count(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path, keep=2)
    for sequence in range(5):
        store.write(sequence, b"", b"")
    assert sorted(each.name for each in store.folder.iterdir()) == [
        f"snapshot-{sequence:020}.snap" for sequence in (3, 4)
    ]
    with pytest.raises(UsageError, match="keep at least one"):
        SnapshotStore(tmp_path, keep=0)


@pytest.mark.parametrize("place", [0, 4, 20, 60, 90, 95, 96, 100, -1])
def test_a_damaged_one_is_passed_over_with_a_warning(tmp_path: Path, place: int) -> None:
    written(tmp_path, 10)
    store = SnapshotStore(tmp_path)
    store.write(5, b"older", b"d")
    path = store.write(9, b"newer", b"d")
    found = bytearray(path.read_bytes())
    found[place] ^= 4
    path.write_bytes(found)
    search = store.latest(10)
    assert search.snapshot is not None
    assert search.snapshot.state == b"older"
    assert "is damaged; an older one is taken" in search.warnings[0]
    (fault,) = verify_journal(tmp_path).faults
    assert (fault.kind, fault.file) == ("snapshot", f"snapshots/{path.name}")


def test_one_under_the_name_of_another_is_passed_over(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    path = store.write(5, b"state", b"d")
    path.rename(path.with_name(f"snapshot-{7:020}.snap"))
    search = store.latest(10)
    assert search.snapshot is None
    assert "the snapshot is of event 5" in search.warnings[0]


def test_one_that_the_disk_does_not_give_is_passed_over(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    path = store.write(5, b"state", b"d")
    path.unlink()
    path.mkdir()
    search = store.latest(10)
    assert search.snapshot is None
    assert "cannot be read: Is a directory" in search.warnings[0]


def test_a_refused_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SnapshotStore(tmp_path)
    store.write(5, b"state", b"d")

    def refuse(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(OSError, match="No space left"):
            store.write(9, b"newer", b"d")
    assert len(list(store.folder.iterdir())) == 1
    (store.folder / f"snapshot-{7:020}.snap.part").write_bytes(b"left by a crash")
    store.write(9, b"newer", b"d")
    assert len(list(store.folder.iterdir())) == 2
    with pytest.raises(UsageError, match="a digest of 256 bytes"):
        store.write(10, b"", bytes(256))


def test_only_unfinished_snapshots_are_swept(tmp_path: Path) -> None:
    store = SnapshotStore(tmp_path)
    store.write(1, b"one", b"")
    own = store.folder / f"snapshot-{7:020}.snap.part"
    own.write_bytes(b"half")
    (store.folder / "notes.part").write_text("a person's")
    (store.folder / "folder.part").mkdir()
    store.write(2, b"two", b"")
    assert not own.exists()
    assert (store.folder / "notes.part").read_text() == "a person's"
    assert (store.folder / "folder.part").is_dir()
