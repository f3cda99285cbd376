"""A chain is verified to the last byte.

Laws:
1. A chain with any one byte changed, taken out or put in is not whole, and the place is told.
2. A record that is removed, doubled or moved is found; so is an end that was cut off.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.compliance.chains import small_chain
from traider.compliance.segments import list_segments, segment_path
from traider.compliance.verifying import Watch, verify_chain
from traider.domain.errors import UsageError

COUNT = 12


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_chain(tmp_path_factory.mktemp("whole") / "audit")


def test_a_whole_chain_is_told_with_its_end(whole: Path) -> None:
    found = verify_chain(whole, Watch(wanted=frozenset((3,))))
    assert (found.ok, found.records, found.notes) == (True, COUNT, [])
    assert found.segments == len(list_segments(whole)) > 3
    assert found.head is not None
    assert found.head.seq == COUNT - 1
    assert list(found.hashes) == [3]


@settings(max_examples=300, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
def test_any_changed_byte_is_found(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, place: float, byte: int
) -> None:
    path = list(list_segments(whole).values())[int(place * 3)]
    raw = bytearray(path.read_bytes())
    at = int(place * 7919) % len(raw)
    if raw[at] == byte:
        byte ^= 0x20
    raw[at] = byte
    folder = tmp_path_factory.mktemp("edited") / "audit"
    shutil.copytree(whole, folder)
    (folder / path.name).write_bytes(bytes(raw))
    found = verify_chain(folder)
    assert not found.ok
    assert found.fault is not None
    assert found.fault.file == path.name
    line = whole.joinpath(path.name).read_bytes()[:at].count(b"\n")
    first = int(whole.joinpath(path.name).read_bytes().split(b'"seq":')[1].split(b",")[0])
    # A line that is edited is told itself; one that was joined to the next, or split, is too.
    assert found.fault.record in (first + line, first + line + 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: lines[:1] + lines[2:], "not there"),
        (lambda lines: [lines[0], *lines], "record 0 stands where record 1 is due"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "records 0 to 0 are not there"),
        (lambda lines: lines[:-1], "not there"),
    ],
    ids=["removed", "doubled", "reordered", "cut"],
)
def test_what_was_done_to_records_is_told(
    whole: Path,
    tmp_path: Path,
    change: Callable[[list[bytes]], list[bytes]],
    said: str,
) -> None:
    shutil.copytree(whole, tmp_path / "audit")
    path = segment_path(tmp_path / "audit", 0)
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    found = verify_chain(tmp_path / "audit")
    assert found.fault is not None
    assert said in found.fault.what
    assert "audit-000000.jsonl" in found.fault.line or "audit-000001.jsonl" in found.fault.line


def test_an_end_that_was_cut_off_whole_is_found(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "audit")
    last = max(list_segments(tmp_path / "audit"))
    segment_path(tmp_path / "audit", last).unlink()
    found = verify_chain(tmp_path / "audit")
    assert found.fault is not None
    assert "were written and are not there" in found.fault.what


def test_a_file_that_is_gone_is_found(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "audit")
    segment_path(tmp_path / "audit", 1).unlink()
    found = verify_chain(tmp_path / "audit")
    assert found.fault is not None
    assert found.fault.line.startswith("audit-000001.jsonl")


def test_an_end_that_nobody_noted_is_found(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "audit")
    (tmp_path / "audit" / "head").unlink()
    found = verify_chain(tmp_path / "audit")
    assert found.fault is not None
    assert found.fault.line == "head: no end is noted beside the chain: it was taken away"


def test_another_story_that_goes_on_behind_the_noted_end_is_found(
    whole: Path, tmp_path: Path
) -> None:
    shutil.copytree(whole, tmp_path / "audit")
    (tmp_path / "audit" / "head").write_text(f'{{"hash": "{"ab" * 32}", "seq": 5}}')
    found = verify_chain(tmp_path / "audit")
    assert found.fault is not None
    assert (found.fault.record, "noted as written" in found.fault.what) == (5, True)


def test_a_chain_without_any_file_is_found(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "audit")
    for path in list_segments(whole).values():
        (tmp_path / "audit" / path.name).unlink()
    found = verify_chain(tmp_path / "audit")
    assert found.fault is not None
    assert found.fault.line.startswith("audit-000000.jsonl, record 0: the file is not there")
    with pytest.raises(UsageError, match="no audit here"):
        verify_chain(tmp_path)


def test_a_half_line_after_the_noted_end_is_what_a_kill_leaves(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "audit")
    path = segment_path(tmp_path / "audit", max(list_segments(whole)))
    path.write_bytes(path.read_bytes() + b'{"action":"or')
    found = verify_chain(tmp_path / "audit")
    assert found.ok
    assert "as a kill leaves it" in found.notes[0]


def test_what_a_record_tells_is_looked_at(whole: Path) -> None:
    found = verify_chain(whole, Watch(look=lambda record: "not so" if record.seq == 5 else ""))
    assert found.fault is not None
    assert (found.fault.record, found.fault.what) == (5, "not so")


def test_how_far_it_is_is_told_and_it_ends_when_asked(
    whole: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("traider.compliance.verifying._TOLD_EVERY", 4)
    told: list[tuple[float, int]] = []
    watch = Watch(progress=lambda *far: told.append(far), stop=lambda: len(told) == 2)
    found = verify_chain(whole, watch)
    assert [records for _, records in told] == [4, 8]
    assert 0.0 < told[0][0] < told[1][0] < 1.0
    assert found.head is None
