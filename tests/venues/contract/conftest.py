"""Where the recordings of the contract lie."""

from pathlib import Path

import pytest

from tests.conftest import reference_folder
from tests.venues.contract.recorded import SHIPPED


@pytest.fixture
def folder(name: str, repo_root: Path) -> Path:
    """The folder of a recording; those that are not in the repository are skipped without it."""
    shared = reference_folder() / "l2"
    if shared.is_dir():
        return shared
    if name == SHIPPED:
        return repo_root / "data" / "sample"
    pytest.skip(f"the recordings are not there: {shared} (set TRAIDER_DATA_DIR)")
