"""Disks that are full, read-only or bad: the writer stops and says so, what it kept is kept."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import ROOT, environment
from tests.journal.journals import all_events, all_facts, small_terms, some_events, written
from traider.domain.errors import DataError, UsageError
from traider.journal import FsyncPolicy, JournalFailedError, JournalTerms, JournalWriter
from traider.journal.verifying import verify_journal

MOUNT = "mount -t tmpfs -o size=1m tmpfs {0} && dd if=/dev/zero of={0}/ballast bs=100k count=2 && "


def filled(folder: Path, how: str, before: str = "") -> dict[str, Any]:
    """Run ``full_disk`` in a process of its own, in a shell that prepares the disk."""
    command = f"{before}exec {sys.executable} -m tests.journal.full_disk {folder} {how}"
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", command] if before else ["sh", "-c", command],
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if before and ("unshare" in done.stderr or "mount:" in done.stderr):
        pytest.skip("this machine mounts no file systems for us")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_files_that_may_grow_no_more_stop_the_writer(tmp_path: Path) -> None:
    told = filled(tmp_path / "journal", "limit")
    assert "the journal cannot be written: File too large; it ends before event" in told["error"]
    assert told["again"] == told["error"]
    assert told["events"] == told["acknowledged"] == told["resumed"] > 0
    assert told["equal"]
    assert told["faults"] == []


def test_a_full_disk_stops_the_writer(tmp_path: Path) -> None:
    told = filled(tmp_path / "journal", "full", MOUNT.format(tmp_path))
    assert "No space left on device" in told["error"]
    assert told["again"] == told["error"]
    assert told["events"] == told["acknowledged"] == told["resumed"] > 0
    assert told["equal"]
    assert told["faults"] == []


def test_a_disk_that_became_read_only_is_read_and_not_written(tmp_path: Path) -> None:
    told = filled(tmp_path / "journal", "readonly", MOUNT.format(tmp_path))
    assert told["events"] == told["acknowledged"] > 0
    assert told["faults"] == []
    assert "no journal can be written here: Read-only file system" in told["refused"]


class Refusal:
    """One call of the system that fails once it was made some times."""

    def __init__(self, name: str, number: int, after: int, written: int = 0) -> None:
        self.name = name
        self.number = number
        self.after = after
        self.written = written
        self._real: Callable[..., Any] = getattr(os, name)

    def __call__(self, *arguments: Any) -> Any:
        self.after -= 1
        if self.after == 0 and self.written:
            # A part is written, and the rest refused.
            whole = b"".join(bytes(part) for part in arguments[1])
            return os.write(arguments[0], whole[: self.written])
        if self.after < 0 or (self.after == 0 and not self.written):
            raise OSError(self.number, os.strerror(self.number))
        return self._real(*arguments)


NUMBERS = [errno.ENOSPC, errno.EROFS, errno.EIO, errno.EDQUOT]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("part", [0, 1, 96, 150])
def test_a_refused_write_is_cut_back_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, part: int
) -> None:
    journal = JournalWriter.open(tmp_path, terms=JournalTerms(FsyncPolicy.NONE))
    journal.append(some_events(5))
    journal.append_fact("note", b"kept")
    with monkeypatch.context() as patch:
        patch.setattr(os, "writev", Refusal("writev", number, 1, part))
        patch.setattr(os, "write", Refusal("write", number, 2 if part else 1))
        with pytest.raises(JournalFailedError, match=r"it ends before event 5;") as told:
            journal.append(some_events(5, 5))
    assert os.strerror(number) in told.value.line()
    assert "\n" not in told.value.line()
    with pytest.raises(JournalFailedError):
        journal.append(some_events(1, 5))
    with pytest.raises(JournalFailedError):
        journal.append_fact("note", b"dropped")
    with pytest.raises(JournalFailedError):
        journal.sync()
    assert journal.sequence == 5
    journal.close()
    assert verify_journal(tmp_path).faults == ()
    with JournalWriter.open(tmp_path) as again:
        assert again.sequence == 5
        assert not again.recovery
        again.append(some_events(5, 5))
    assert all_events(tmp_path).tobytes() == some_events(10).tobytes()
    assert [fact.body for fact in all_facts(tmp_path)] == [b"kept"]


def test_a_write_that_is_taken_in_parts_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.writev
    with JournalWriter.open(tmp_path) as journal:
        with monkeypatch.context() as patch:
            patch.setattr(os, "writev", lambda descriptor, parts: real(descriptor, [parts[0][:40]]))
            journal.append(some_events(50))
            journal.append_fact("note", b"a fact")
        journal.append(some_events(50, 50))
    assert all_events(tmp_path).tobytes() == some_events(100).tobytes()
    assert verify_journal(tmp_path).faults == ()


@pytest.mark.parametrize("policy", [FsyncPolicy.EACH, FsyncPolicy.NONE])
def test_a_refused_sync_stops_the_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: FsyncPolicy
) -> None:
    journal = JournalWriter.open(tmp_path, terms=JournalTerms(policy))
    journal.append(some_events(5))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", Refusal("fdatasync", errno.EIO, 1))
        with pytest.raises(JournalFailedError, match="Input/output error"):
            _append_and_sync(journal)
    journal.close()
    kept = 5 if policy is FsyncPolicy.EACH else 10
    assert all_events(tmp_path).tobytes() == some_events(kept).tobytes()


def test_a_disk_that_refuses_the_cut_too_leaves_it_to_the_next_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = JournalWriter.open(tmp_path)
    journal.append(some_events(5))
    with monkeypatch.context() as patch:
        patch.setattr(os, "writev", Refusal("writev", errno.EIO, 1, 130))
        patch.setattr(os, "write", Refusal("write", errno.EIO, 2))
        patch.setattr(os, "ftruncate", Refusal("ftruncate", errno.EIO, 1))
        with pytest.raises(JournalFailedError):
            journal.append(some_events(5, 5))
    journal.close()
    assert [fault.kind for fault in verify_journal(tmp_path).faults] == ["torn"]
    with JournalWriter.open(tmp_path) as again:
        assert again.sequence == 5
        assert again.recovery.cuts[0].bytes == 130
    assert verify_journal(tmp_path).faults == ()


@pytest.mark.parametrize("at", range(1, 10))
def test_a_disk_that_refuses_while_a_segment_ends_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    journal = JournalWriter.open(tmp_path, terms=small_terms(500))
    journal.append(some_events(6))
    journal.append_fact("note", b"kept")
    with monkeypatch.context() as patch:
        patch.setattr(os, "writev", Refusal("writev", errno.ENOSPC, at))
        for start in (6, 12, 18):
            with suppress(JournalFailedError):
                journal.append(some_events(6, start))
    acknowledged = journal.sequence
    journal.close()
    assert len(all_events(tmp_path)) == acknowledged
    with JournalWriter.open(tmp_path, terms=small_terms(500)) as again:
        again.append(some_events(6, again.sequence))
    assert verify_journal(tmp_path).faults == ()
    assert all_events(tmp_path).tobytes() == some_events(acknowledged + 6).tobytes()


def test_a_bad_place_on_the_disk_is_told_by_the_reader_and_by_verification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, 100)
    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", Refusal("pread", errno.EIO, 3))
        with pytest.raises(DataError, match="cannot be read: Input/output error"):
            all_events(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "pread", Refusal("pread", errno.EIO, 3))
        assert "unreadable" in [fault.kind for fault in verify_journal(tmp_path).faults]


def test_a_segment_that_cannot_be_packed_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with JournalWriter.open(tmp_path, terms=small_terms(500)) as journal:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", Refusal("fsync", errno.ENOSPC, 10**6))
            patch.setattr("traider.journal.packing.pa.Codec", _refused)
            for start in range(0, 60, 6):
                journal.append(some_events(6, start))
            journal._packer.close()
        assert "No space left on device" in journal.packing_faults[0]
    assert not list(tmp_path.glob("*.segz"))
    assert not list(tmp_path.glob("*.part"))
    assert all_events(tmp_path).tobytes() == some_events(60).tobytes()
    JournalWriter.open(tmp_path).close()
    assert len(list(tmp_path.glob("*.segz"))) > 4
    assert verify_journal(tmp_path).faults == ()


def _append_and_sync(journal: JournalWriter) -> None:
    journal.append(some_events(5, 5))
    journal.sync()


def _refused(*arguments: Any, **named: Any) -> Any:
    del arguments, named
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UsageError, match="no journal can be written here: Not a directory"):
        JournalWriter.open(tmp_path / "file" / "journal")
