"""A served house of each test, with its tables made once."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.security.desk import Desk, desk_at
from tests.store.tables.databases import (
    engine,
    postgres_template,
    sqlite_template,
    tables_url,
)
from traider.api.rights import Role

__all__ = ["engine", "postgres_template", "sqlite_template", "tables_url"]


@pytest.fixture
def state(tmp_path: Path, sqlite_template: Path) -> Path:
    """A state folder whose people have their tables, and are none yet."""
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "people.sqlite")
    return folder


@pytest.fixture
def desk(state: Path) -> Iterator[Desk]:
    """A served house with the admin ``ada`` and the trader ``tom``."""
    with desk_at(state) as served:
        served.add("ada", Role.ADMIN)
        served.add("tom", Role.TRADER)
        yield served
