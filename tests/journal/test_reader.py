"""Readers: beside a writer at work, in other processes, and on journals that are not whole."""

import os
import subprocess
import sys
import threading
import zlib
from pathlib import Path

import numpy as np
import pytest

from tests.e2e.command import ROOT, environment
from tests.journal.journals import all_events, small_terms, some_events, written
from traider.domain.errors import DataError, UsageError
from traider.domain.events import join_events
from traider.journal import JournalReader, JournalWriter
from traider.journal.following import PATIENCE, Tail
from traider.journal.verifying import verify_journal

WRITER = """
import sys
from pathlib import Path
from tests.journal.journals import small_terms, some_events
from traider.journal import JournalWriter
with JournalWriter.open(Path(sys.argv[1]), terms=small_terms(3_000)) as journal:
    print("open", flush=True)
    for _ in range(300):
        journal.append(some_events(7, journal.sequence))
"""


def test_arrays_are_read_only_and_live_on(tmp_path: Path) -> None:
    written(tmp_path, 100)
    parts = list(JournalReader(tmp_path).events())
    assert not any(part.flags.writeable for part in parts)
    with pytest.raises(ValueError, match="read-only"):
        parts[0]["price"] = 1
    for path in tmp_path.iterdir():
        path.unlink()
    assert join_events(parts).tobytes() == some_events(100).tobytes()


def test_readers_follow_a_writer_in_another_process(tmp_path: Path) -> None:
    folder = tmp_path / "journal"
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)],
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"open\n"
        ends: list[int] = []
        followed = dict.fromkeys((0, 500), 0)

        def follow(start: int) -> None:
            parts = []
            for events in JournalReader(folder).follow(start, lambda: followed[start] >= 2_100):
                assert len(events) % 7 == 0 or start % 7
                parts.append(events)
                followed[start] = start + sum(len(part) for part in parts)
            found = join_events(parts)
            assert found.tobytes() == some_events(len(found), start).tobytes()

        threads = [threading.Thread(target=follow, args=(start,)) for start in followed]
        for thread in threads:
            thread.start()
        while writer.poll() is None:
            reader = JournalReader(folder)
            ends.append(reader.end)
            assert verify_journal(folder).faults == ()
            found = join_events(list(reader.events(0, 70)))
            assert found.tobytes() == some_events(len(found)).tobytes()
        for thread in threads:
            thread.join(timeout=30)
    assert followed == {0: 2_100, 500: 2_100}
    assert ends == sorted(ends)
    assert len(all_events(folder)) == 2_100


def test_a_follower_goes_on_where_a_dead_writer_left_an_index(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path, terms=small_terms(500, compress=False)) as journal:
        journal.append(some_events(6))
        journal.append(some_events(6, 6))
    for role in ("facts", "events"):
        (tmp_path / f"{role}-000001.seg").unlink()
    (tmp_path / "head").unlink()
    reader = JournalReader(tmp_path)
    assert reader.end == 6
    followed = reader.follow(0, lambda: len(got) > 1)
    got = [next(followed)]
    with JournalWriter.open(tmp_path, terms=small_terms(10**6)) as journal:
        assert journal.sequence == 6
        journal.append(some_events(9, 6))
        got.append(next(followed))
        reader.refresh()
        assert reader.end == 15
    assert list(followed) == []
    assert join_events(got).tobytes() == some_events(15).tobytes()


def test_facts_are_read_by_kind_with_the_event_they_follow(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path, terms=small_terms(400)) as journal:
        journal.append_fact("first", b"{}")
        for start in range(0, 20, 4):
            journal.append(some_events(4, start))
            journal.append_fact("note", b"x")
            journal.append_fact("order", b"y")
    reader = JournalReader(tmp_path)
    assert [fact.sequence for fact in reader.facts("note")] == [3, 7, 11, 15, 19]
    assert [fact.kind for fact in reader.facts()][:3] == ["first", "note", "order"]
    assert next(reader.facts()).sequence == -1


def test_facts_refused_leave_the_journal_as_it_is(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path) as journal:
        for kind, body in (("", b""), ("x" * 256, b""), ("note", bytes(64 * 1024 * 1024 + 1))):
            with pytest.raises(UsageError, match="a fact"):
                journal.append_fact(kind, body)
        with pytest.raises(TypeError, match="event records"):
            journal.append(np.zeros(3))  # type: ignore[arg-type]
        journal.append_fact("note", b"")
    assert [fact.kind for fact in JournalReader(tmp_path).facts()] == ["note"]


@pytest.mark.parametrize("ending", ["seg", "segz"])
def test_a_damaged_block_is_named_after_what_comes_before(tmp_path: Path, ending: str) -> None:
    written(tmp_path, 200, 10, small_terms(3_000, compress=ending == "segz"))
    path = tmp_path / f"events-000001.{ending}"
    found = bytearray(path.read_bytes())
    found[len(found) // 3] ^= 1
    path.write_bytes(found)
    reader = JournalReader(tmp_path)
    parts = reader.events()
    got = []
    with pytest.raises(DataError, match=r"events-000001\.segz?: (segment 1, block|frame)"):  # noqa: PT012 - what was given before counts too
        while True:
            got.append(next(parts))
    events = join_events(got)
    assert 40 <= len(events) <= 80
    assert events.tobytes() == some_events(len(events)).tobytes()
    assert join_events(list(reader.events(start=80))).tobytes() == some_events(120, 80).tobytes()


@pytest.mark.parametrize("place", [10, -3])
def test_a_segment_that_cannot_be_opened_hides_no_other(tmp_path: Path, place: int) -> None:
    written(tmp_path, 200, 10, small_terms(3_000))
    path = tmp_path / "events-000001.segz"
    found = bytearray(path.read_bytes())
    found[place] ^= 1
    path.write_bytes(found)
    reader = JournalReader(tmp_path)
    assert (reader.first, reader.end) == (0, 200)
    assert join_events(list(reader.events(0, 40))).tobytes() == some_events(40).tobytes()
    assert join_events(list(reader.events(80))).tobytes() == some_events(120, 80).tobytes()
    with pytest.raises(DataError, match="the head or the index of a packed file is damaged"):
        list(reader.events(79, 81))


def test_damage_in_the_last_segment_is_told_where_it_is_met(tmp_path: Path) -> None:
    written(tmp_path, 100, 10, small_terms(10**6))
    path = tmp_path / "events-000000.seg"
    found = bytearray(path.read_bytes())
    found[112 + 3 * 736 + 200] ^= 1
    path.write_bytes(found)
    reader = JournalReader(tmp_path)
    assert reader.end == 30
    assert len(join_events(list(reader.events(end=30)))) == 30
    with pytest.raises(DataError, match="segment 0, block 4 at byte 2320 is damaged"):
        list(reader.events(end=31))
    with pytest.raises(DataError, match="block 4"):
        list(reader.between(0, 2**62))
    followed = reader.follow(0, lambda: False)
    assert len(next(followed)) == 30
    with pytest.raises(DataError, match="block 4"):
        next(followed)
    assert PATIENCE * 0.01 < 5, "a person does not wait longer for bad news"


def test_damaged_facts_are_told(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path) as journal:
        journal.append_fact("note", b"one")
        journal.append_fact("note", b"two")
    path = tmp_path / "facts-000000.seg"
    found = bytearray(path.read_bytes())
    found[-1] ^= 1
    path.write_bytes(found)
    facts = JournalReader(tmp_path).facts()
    assert next(facts).body == b"one"
    with pytest.raises(DataError, match="segment 0, block 2"):
        next(facts)


@pytest.mark.parametrize("name", ["events-000001.seg", "facts-000001.seg"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    written(tmp_path, 200, 10, small_terms(3_000, compress=False))
    (tmp_path / name).unlink()
    reader = JournalReader(tmp_path)
    with pytest.raises(DataError, match=name):
        list(reader.facts() if name.startswith("facts") else reader.events())
    with pytest.raises(DataError, match=f"{name} is missing"):
        JournalWriter.open(tmp_path)


@pytest.mark.parametrize("compress", [True, False])
def test_another_format_is_refused_by_version(tmp_path: Path, compress: bool) -> None:
    written(tmp_path, 100, 10, small_terms(3_000, compress=compress))
    for path in tmp_path.glob("events-000000.*"):
        found = bytearray(path.read_bytes())
        found[4] = 9
        found[92:96] = zlib.crc32(found[:92]).to_bytes(4, "little")
        path.write_bytes(found)
    with pytest.raises(DataError, match="format 9, this traider reads 1"):
        all_events(tmp_path)


def test_a_writer_refuses_another_format(tmp_path: Path) -> None:
    written(tmp_path, 10, 10)
    path = tmp_path / "facts-000000.seg"
    found = bytearray(path.read_bytes())
    found[4] = 9
    found[92:96] = zlib.crc32(found[:92]).to_bytes(4, "little")
    path.write_bytes(found)
    with pytest.raises(DataError, match="the head is of another format version"):
        JournalWriter.open(tmp_path)


def test_a_folder_that_holds_no_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no journal here"):
        JournalReader(tmp_path)
    with pytest.raises(UsageError, match="there is no such folder"):
        JournalReader(tmp_path / "nowhere")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="the folder cannot be read: Not a directory"):
        JournalReader(tmp_path / "file")


def test_an_empty_journal_is_read(tmp_path: Path) -> None:
    JournalWriter.open(tmp_path).close()
    reader = JournalReader(tmp_path)
    assert (reader.first, reader.end, reader.instruments) == (0, 0, ())
    assert list(reader.events()) == list(reader.between(0, 2**62)) == list(reader.facts()) == []
    assert list(reader.follow(0, lambda: True)) == []
    (tmp_path / "events-000000.seg").unlink()
    reader = JournalReader(tmp_path)
    assert (reader.first, reader.end) == (0, 0)
    with pytest.raises(DataError, match="the file is missing"):
        list(reader.follow(0, lambda: True))


@pytest.mark.parametrize("is_empty", [True, False])
def test_a_follower_waits_while_the_next_segment_is_half_begun(
    tmp_path: Path, is_empty: bool
) -> None:
    with JournalWriter.open(tmp_path, terms=small_terms(500, compress=False)) as journal:
        journal.append(some_events(6))
        journal.append(some_events(6, 6))
    # As a full disk or a kill leaves it: the facts' head is written, that of the events is not.
    begun = tmp_path / "events-000001.seg"
    begun.write_bytes(b"" if is_empty else begun.read_bytes()[:50])
    os.truncate(tmp_path / "facts-000001.seg", 112)
    (tmp_path / "head").unlink()
    taken = 0
    followed = JournalReader(tmp_path).follow(0, lambda: taken > 1)
    got = [next(followed)]
    tail = Tail(tmp_path, 0, 0)
    assert len(tail.take()) == 6
    assert len(tail.take()) == 0
    with JournalWriter.open(tmp_path, terms=small_terms(2_000)) as journal:
        assert journal.sequence == 6
        for start in range(6, 100, 5):
            journal.append(some_events(5, start))
    taken = 2
    got += followed
    assert join_events(got).tobytes() == some_events(101).tobytes()
    assert len(tail.take())
    tail.close()


def test_a_follower_tells_of_events_that_lack_between_two_segments(tmp_path: Path) -> None:
    written(tmp_path, 200, 10, small_terms(3_000, compress=False))
    os.truncate(tmp_path / "events-000001.seg", 112 + 736)
    followed = JournalReader(tmp_path).follow(0, lambda: True)
    assert sum(len(next(followed)) for _ in range(2)) == 50
    with pytest.raises(DataError, match=r"events-000001\.seg: the file ends before event 50"):
        next(followed)


def test_a_follower_tells_of_a_damaged_block_before_the_next_segment(tmp_path: Path) -> None:
    written(tmp_path, 200, 10, small_terms(3_000, compress=False))
    path = tmp_path / "events-000001.seg"
    found = bytearray(path.read_bytes())
    found[112 + 736 + 200] ^= 1
    path.write_bytes(found)
    followed = JournalReader(tmp_path).follow(0, lambda: True)
    assert sum(len(next(followed)) for _ in range(2)) == 50
    with pytest.raises(DataError, match="segment 1, block 2 at byte 848 is damaged"):
        next(followed)


def test_a_follower_tells_of_a_block_that_is_there_twice(tmp_path: Path) -> None:
    written(tmp_path, 30, 10, small_terms(10**6))
    path = tmp_path / "events-000000.seg"
    found = path.read_bytes()
    path.write_bytes(found + found[-736:])
    followed = JournalReader(tmp_path).follow(0, lambda: True)
    assert len(next(followed)) == 30
    with pytest.raises(DataError, match="begins with event 20, where event 30 is due"):
        next(followed)
    parts = JournalReader(tmp_path).events()
    assert len(next(parts)) == 30
    with pytest.raises(DataError, match="block 4 at byte 2320"):
        next(parts)


def test_a_follower_tells_of_a_next_segment_whose_head_is_damaged(tmp_path: Path) -> None:
    written(tmp_path, 200, 10, small_terms(3_000, compress=False))
    path = tmp_path / "events-000001.seg"
    found = bytearray(path.read_bytes())
    found[20] ^= 1
    path.write_bytes(found)
    tail = Tail(tmp_path, 0, 0)
    assert len(tail.take()) == 40
    for _ in range(PATIENCE):
        assert len(tail.take()) == 0
    with pytest.raises(DataError, match="segment 1, block 0 at byte 0"):
        tail.take()
    tail.close()


def test_a_reader_looks_again_at_a_file_whose_index_was_cut_off(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path, terms=small_terms(500, compress=False)) as journal:
        journal.append(some_events(6))
        journal.append(some_events(6, 6))
    for name in ("facts-000001.seg", "events-000001.seg", "head"):
        (tmp_path / name).unlink()
    reader = JournalReader(tmp_path)
    assert reader.end == 6
    with JournalWriter.open(tmp_path, terms=small_terms(2_000, compress=False)) as journal:
        for start in range(6, 100, 5):
            journal.append(some_events(5, start))
    reader.refresh()
    assert reader.end == 101
    assert join_events(list(reader.events())).tobytes() == some_events(101).tobytes()


def test_a_journal_that_is_only_half_begun_has_no_event(tmp_path: Path) -> None:
    (tmp_path / "facts-000000.seg").touch()
    (tmp_path / "events-000000.seg").touch()
    reader = JournalReader(tmp_path)
    assert (reader.first, reader.end, list(reader.events())) == (0, 0, [])
    assert reader.instruments == ()
