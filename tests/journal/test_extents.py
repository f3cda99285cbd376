"""Journals whose segments do not follow one another: read without holes, or refused."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journal.journals import small_terms, some_events, written
from traider.domain.errors import DataError
from traider.domain.events import EventArray, join_events
from traider.journal import JournalReader, JournalWriter

ROLES = ("events", "facts")


def files(folder: Path, segment: int) -> list[Path]:
    """Return the packed files of a segment."""
    return [folder / f"{role}-{segment:06}.segz" for role in ROLES]


def without_the_first(folder: Path) -> None:
    """Remove the first segment."""
    for path in files(folder, 0):
        path.unlink()


def swapped(folder: Path) -> None:
    """Let two segments change their names."""
    for one, other in zip(files(folder, 0), files(folder, 1), strict=True):
        kept = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(kept)


def of_another_journal(folder: Path) -> None:
    """Put a segment of a journal with the same events in the place of one."""
    other = folder.with_name("other")
    written(other, 200, 10, small_terms(3_000))
    for path in files(folder, 1):
        shutil.copy(other / path.name, path)


def doubled(folder: Path) -> None:
    """Add the first segment once more after the last."""
    last = max(int(path.name[7:13]) for path in folder.glob("events-*"))
    for path, copy in zip(files(folder, 0), files(folder, last + 1), strict=True):
        shutil.copy(path, copy)


def cut_between_blocks(folder: Path) -> None:
    """Cut an ended file as written after a whole block."""
    shutil.rmtree(folder)
    written(folder, 200, 10, small_terms(3_000, compress=False))
    for role in ROLES:
        os.truncate(folder / f"{role}-000001.seg", 112 + 736 if role == "events" else 112)


def emptied(folder: Path) -> None:
    """Cut the only file of events to nothing, which the mark speaks against."""
    shutil.rmtree(folder)
    written(folder, 50, 10, small_terms(10**6))
    os.truncate(folder / "events-000000.seg", 0)


def lacking_its_last(folder: Path) -> None:
    """Remove the last file of events, which its facts speak against."""
    with JournalWriter.open(folder) as journal:
        journal.append_fact("note", b"")
    max(folder.glob("events-*.seg")).unlink()


Harm = Callable[[Path], None]


@pytest.mark.parametrize(
    ("harm", "whole", "named"),
    [
        (without_the_first, 0, r"events-000000\.seg: the file is missing"),
        (swapped, 0, r"events-000000\.segz: the file is that of segment 1, not 0"),
        (of_another_journal, 40, r"events-000001\.segz: the file is of another journal"),
        (doubled, 200, r"events-00000\d\.segz: the file is that of segment 0, not \d"),
        (cut_between_blocks, 50, r"events-000001\.seg: events 50 to 79 are not there"),
        (emptied, 0, r"events-000000\.seg: segment 0, block 0 at byte 0"),
        (lacking_its_last, 200, r"events-00000\d\.seg: the file is missing"),
    ],
)
def test_events_are_given_without_holes_until_one_is_told(
    tmp_path: Path, harm: Harm, whole: int, named: str
) -> None:
    folder = tmp_path / "journal"
    written(folder, 200, 10, small_terms(3_000))
    harm(folder)
    got: list[EventArray] = []
    with pytest.raises(DataError, match=named):
        got.extend(JournalReader(folder).events())
    got = []
    with pytest.raises(DataError, match=named):  # noqa: PT012 - what was given before counts too
        for events in JournalReader(folder).between(0, 2**62):
            got.append(events)
    assert join_events(got).tobytes() == some_events(whole).tobytes()


@pytest.mark.parametrize("harm", [without_the_first, swapped, of_another_journal, doubled])
def test_what_lies_beyond_a_hole_can_be_asked_for(tmp_path: Path, harm: Harm) -> None:
    folder = tmp_path / "journal"
    written(folder, 200, 10, small_terms(3_000))
    harm(folder)
    found = join_events(list(JournalReader(folder).events(80, 200)))
    assert found.tobytes() == some_events(120, 80).tobytes()


@pytest.mark.parametrize(
    ("harm", "named"),
    [
        (without_the_first, r"facts-000000\.seg: the file is missing"),
        (swapped, r"facts-000000\.segz: the file is that of segment 1, not 0"),
        (of_another_journal, r"facts-000001\.segz: the file is of another journal"),
        (doubled, r"facts-00000\d\.seg: the end of the file is not there"),
        (cut_between_blocks, r"facts-000001\.seg: the end of the file is not there: byte 112"),
    ],
)
def test_facts_are_given_without_holes_until_one_is_told(
    tmp_path: Path, harm: Harm, named: str
) -> None:
    folder = tmp_path / "journal"
    written(folder, 200, 10, small_terms(3_000))
    harm(folder)
    with pytest.raises(DataError, match=named):
        list(JournalReader(folder).facts())


def test_a_writer_does_not_begin_anew_where_events_were_kept(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    written(folder, 10, 10)
    emptied(folder)
    with pytest.raises(DataError, match=r"events-000000\.seg"):
        JournalWriter.open(folder)
    assert (folder / "facts-000000.seg").exists()
