from pathlib import Path

import pytest

from tests.compliance.chains import small_chain
from traider.compliance.reading import (
    last_place,
    last_record,
    place_of,
    records,
    records_about,
    records_backwards,
    records_from,
)
from traider.compliance.segments import audit_folder, list_segments
from traider.domain.errors import DataError, UsageError


def test_records_of_a_position_and_later_are_found_by_halving(tmp_path: Path) -> None:
    small_chain(tmp_path, 40)
    assert len(list_segments(tmp_path)) > 9
    for position in (-1, 0, 1, 3, 58, 59, 60, 117, 118):
        wanted = [each for each in records(tmp_path) if (place_of(each) or (0, 0))[0] >= position]
        assert list(records_from(tmp_path, position)) == wanted, position


def test_records_about_an_object_are_found_among_the_bytes(tmp_path: Path) -> None:
    small_chain(tmp_path, 40)
    wanted = f"{17:016x}"
    assert [each.seq for each in records_about(tmp_path, wanted)] == [17]
    assert [each.seq for each in records_about(tmp_path, wanted, 51)] == [17]
    assert list(records_about(tmp_path, wanted, 90)) == []
    assert len(list(records_about(tmp_path, '"actor":"trader"'))) == 40


def test_the_chain_is_read_backwards_from_any_place(tmp_path: Path) -> None:
    small_chain(tmp_path, 40)
    whole = list(records(tmp_path))[::-1]
    assert list(records_backwards(tmp_path)) == whole
    for before in (0, 1, 2, 5, 17, 39, 40, 99):
        wanted = [each for each in whole if each.seq < before]
        assert list(records_backwards(tmp_path, before)) == wanted, before


def test_the_end_is_read_from_the_end(tmp_path: Path) -> None:
    assert (last_place(tmp_path), last_record(tmp_path)) == ((-1, 0), None)
    small_chain(tmp_path, 7)
    last = last_record(tmp_path)
    assert last is not None
    assert (last.seq, last_place(tmp_path)) == (6, (18, 1))


def test_a_folder_without_an_audit_is_told(tmp_path: Path) -> None:
    assert audit_folder(tmp_path) == tmp_path
    with pytest.raises(UsageError, match="no audit here"):
        list_segments(tmp_path)
    (tmp_path / "audit").mkdir()
    assert audit_folder(tmp_path) == tmp_path / "audit"


def test_a_line_that_is_no_record_is_told_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "audit-000000.jsonl").write_bytes(b"{}\n")
    with pytest.raises(DataError, match=r"audit-000000\.jsonl"):
        list(records(tmp_path))
