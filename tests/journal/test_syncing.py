"""Laws of syncing beside the writer.

1. An append never waits for the disk under the policy of an interval, however slow the disk is.
2. What the disk refuses meanwhile is told by a later append at the latest, and nothing follows it.
3. The mark tells no more than what was forced onto the disk.
"""

import errno
import os
import threading
from pathlib import Path

import pytest

from tests.journal.journals import some_events
from traider.journal.mark import read_mark
from traider.journal.syncing import BackgroundSync
from traider.journal.terms import JournalTerms
from traider.journal.writer import JournalFailedError, JournalWriter

EAGER = JournalTerms(fsync_interval_s=1e-9)


def test_appends_go_on_while_the_disk_is_at_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, may_end = os.fdatasync, threading.Event()
    journal = JournalWriter.open(tmp_path, terms=EAGER)

    def slow(descriptor: int) -> None:
        assert may_end.wait(10.0)
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", slow)
        journal.append(some_events(3))
        for _ in range(5):
            journal.append(some_events(3))
        mark = read_mark(tmp_path)
        assert journal.sequence == 18
        assert mark is not None
        assert mark.sequence == 0
        may_end.set()
        journal.sync()
    mark = read_mark(tmp_path)
    assert mark is not None
    assert mark.sequence == 18
    journal.close()


def test_a_refusal_is_told_by_the_next_that_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = JournalWriter.open(tmp_path, terms=EAGER)

    def refuse(_: int) -> None:
        raise OSError(errno.EIO, "refused")

    monkeypatch.setattr(os, "fdatasync", refuse)
    journal.append(some_events(1))
    with pytest.raises(JournalFailedError):
        journal.sync()
    with pytest.raises(JournalFailedError):
        journal.append(some_events(1))
    journal.close()


def test_one_sync_is_under_way_at_most() -> None:
    syncing, may_end, done = BackgroundSync(), threading.Event(), []

    def work() -> None:
        may_end.wait(10.0)
        done.append(1)

    syncing.begin(work)
    busy = [syncing.is_busy]
    may_end.set()
    syncing.begin(work)
    syncing.wait()
    busy.append(syncing.is_busy)
    assert busy == [True, False]
    assert done == [1, 1]
    syncing.close()
