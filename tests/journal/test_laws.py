"""Laws of any journal, whatever was appended in whatever pieces.

1. What was appended is read back, equal byte for byte, by sequence, by time and by following.
2. A cut of the last segment leaves the longest run of whole blocks, or is refused and changes
   nothing, where what is missing had been synced.
3. No single changed byte of a larger journal escapes verification.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journal.journals import START_NS, all_events, all_facts, some_events
from traider.domain.errors import DataError
from traider.domain.events import EventArray, join_events
from traider.journal import FsyncPolicy, JournalReader, JournalTerms, JournalWriter
from traider.journal.blocks import BlockKind
from traider.journal.byte_sources import RawFile
from traider.journal.mark import read_mark
from traider.journal.scanning import BlockScan
from traider.journal.verifying import verify_journal

steps = st.one_of(
    st.tuples(st.just("events"), st.integers(0, 40)),
    st.tuples(st.just("fact"), st.integers(0, 300)),
    st.tuples(st.just("sync"), st.just(0)),
    st.tuples(st.just("open"), st.just(0)),
)


@contextmanager
def a_folder() -> Iterator[Path]:
    """A folder for one example."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name) / "journal"


@dataclass
class Written:
    """What was appended."""

    events: int = 0
    facts: int = 0


def write(folder: Path, work: list[tuple[str, int]], terms: JournalTerms) -> Written:
    """Do ``work`` on the journal of ``folder`` and close it."""
    done = Written()
    journal = JournalWriter.open(folder, terms=terms)
    for what, size in work:
        if what == "events":
            journal.append(some_events(size, done.events))
            done.events += size
        elif what == "fact":
            journal.append_fact("note", bytes(size))
            done.facts += 1
        elif what == "sync":
            journal.sync()
        else:
            journal.close()
            journal = JournalWriter.open(folder, terms=terms)
    journal.close()
    return done


def joined(parts: Iterator[EventArray]) -> bytes:
    """Return the bytes of all that ``parts`` yields."""
    return join_events(list(parts)).tobytes()


@given(
    st.lists(steps, max_size=25),
    st.integers(200, 6_000),
    st.booleans(),
    st.tuples(st.integers(-5, 600), st.integers(-5, 600)),
)
@settings(max_examples=40, deadline=None)
def test_what_was_appended_is_read_back(
    work: list[tuple[str, int]], segment_bytes: int, compress: bool, span: tuple[int, int]
) -> None:
    terms = JournalTerms(FsyncPolicy.NONE, segment_bytes=segment_bytes, compress=compress)
    start, end = span
    with a_folder() as folder:
        done = write(folder, work, terms)
        whole = some_events(done.events)
        reader = JournalReader(folder)
        assert (reader.first, reader.end) == (0, done.events)
        assert joined(reader.events()) == whole.tobytes()
        wanted = whole[max(0, start) : max(0, end)].tobytes()
        assert joined(reader.events(start, end)) == wanted
        times = (START_NS + start * 1_000, START_NS + end * 1_000)
        assert joined(reader.between(*times)) == wanted
        begin = max(0, min(start, done.events))
        assert joined(reader.follow(begin, lambda: True)) == whole[begin:].tobytes()
        assert len(all_facts(folder)) == done.facts
        assert verify_journal(folder).faults == ()


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60), st.data())
@settings(max_examples=30, deadline=None)
def test_time_that_goes_back_is_still_found(stamps: list[int], data: st.DataObject) -> None:
    events = some_events(len(stamps))
    events["ts_recv"] = stamps
    start, end = sorted((data.draw(st.integers(0, 10**6)), data.draw(st.integers(0, 10**6))))
    with a_folder() as folder:
        with JournalWriter.open(folder, terms=JournalTerms(segment_bytes=700)) as journal:
            for place in range(0, len(events), 7):
                journal.append(events[place : place + 7])
        chosen = (events["ts_recv"] >= start) & (events["ts_recv"] < end)
        found = joined(JournalReader(folder).between(start, end))
        assert found == events[chosen].tobytes()


def blocks_of(folder: Path, segment: int) -> list[tuple[int, Path, int, int]]:
    """Return number, file, end and events of each block of a segment, in the order of the chain."""
    found = []
    for path in folder.glob(f"*-{segment:06}.seg"):
        source = RawFile(path)
        for block in BlockScan(source):
            header = block.header
            count = header.records if header.kind == BlockKind.EVENTS else 0
            found.append((header.number, path, block.offset + header.block_bytes, count))
        source.close()
    return sorted(found)


@given(st.lists(steps, min_size=1, max_size=20), st.integers(300, 5_000), st.data())
@settings(max_examples=60, deadline=None)
def test_a_cut_leaves_the_longest_whole_run(
    work: list[tuple[str, int]], segment_bytes: int, data: st.DataObject
) -> None:
    terms = JournalTerms(FsyncPolicy.NONE, segment_bytes=segment_bytes, compress=False)
    with a_folder() as folder:
        writing = folder.with_name("writing")
        journal = JournalWriter.open(writing, terms=terms)
        count = 0
        for what, size in work:
            if what == "events":
                journal.append(some_events(size, count))
                count += size
            elif what == "fact":
                journal.append_fact("note", bytes(size))
            else:
                journal.sync()
        shutil.copytree(writing, folder)  # as a crash leaves it: nothing was closed
        segment = journal.segment
        journal.close()
        blocks = blocks_of(folder, segment)
        path = data.draw(st.sampled_from(sorted({each[1] for each in blocks})))
        cut = data.draw(st.integers(0, path.stat().st_size))
        kept = []
        for block in blocks:
            if block[1] == path and block[2] > cut:
                break
            kept.append(block)
        before = {each: each.read_bytes() for each in folder.iterdir() if each != path}
        path.write_bytes(path.read_bytes()[:cut])
        mark = read_mark(folder)
        assert mark is not None
        try:
            with JournalWriter.open(folder, terms=terms) as again:
                events = again.sequence
        except DataError:
            assert kept[-1:] == [] or kept[-1][0] < mark.number
            assert all(each.read_bytes() == found for each, found in before.items())
            return
        ended = count - sum(each[3] for each in blocks)
        assert events == ended + sum(each[3] for each in kept)
        assert all_events(folder).tobytes() == some_events(events).tobytes()
        assert verify_journal(folder).faults == ()


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files of a journal with blocks of all sizes."""
    folder = tmp_path_factory.mktemp("larger")
    work = [("events", int(size)) for size in np.geomspace(1, 900, 18)]
    work[5:5] = [("fact", 500), ("fact", 20)]
    write(folder, work, JournalTerms(segment_bytes=60_000))
    assert verify_journal(folder).is_whole
    return sorted(path for path in folder.iterdir() if path.stat().st_size)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_changed_byte_escapes(larger: list[Path], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(larger))
    sound = path.read_bytes()
    changed = bytearray(sound)
    changed[data.draw(st.integers(0, len(sound) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(changed)
    try:
        assert path.name in {fault.file for fault in verify_journal(path.parent).faults}
    finally:
        path.write_bytes(sound)
