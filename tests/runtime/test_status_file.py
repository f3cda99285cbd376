from pathlib import Path

import pytest

from tests.runtime.test_status_body import BODY
from traider.domain.errors import DataError
from traider.runtime.status_file import STATUS_FILE, read_status, write_status


def test_the_last_status_is_read_back(tmp_path: Path) -> None:
    assert read_status(tmp_path) is None
    write_status(tmp_path, BODY)
    write_status(tmp_path, BODY)
    assert read_status(tmp_path) == BODY
    assert [path.name for path in tmp_path.iterdir()] == [STATUS_FILE]


def test_a_damaged_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / STATUS_FILE).write_text('{"mode": "demo"', encoding="utf-8")
    with pytest.raises(DataError, match=r"status\.json: .*remove the file"):
        read_status(tmp_path)
