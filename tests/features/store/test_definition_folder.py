"""Definitions beside the store: written whole, found by hash, refused when they were changed."""

from pathlib import Path

import pytest

from tests.features.test_definition import FEATURES, SIGNALS
from traider.domain.errors import DataError
from traider.features.definition import feature_hash
from traider.features.store import DefinitionFolder


def test_a_definition_is_kept_once_under_its_hash(tmp_path: Path) -> None:
    folder = DefinitionFolder.of_lake(tmp_path)
    assert folder.keep(FEATURES) == folder.keep(FEATURES) == feature_hash(FEATURES)
    folder.keep(SIGNALS)
    assert list(folder.hashes()) == sorted([feature_hash(FEATURES), feature_hash(SIGNALS)])
    assert folder.find(feature_hash(SIGNALS)[:12]) == SIGNALS
    assert folder.known(feature_hash(FEATURES)[:12]) == FEATURES
    assert folder.known("0" * 12) is None


def test_a_definition_that_was_changed_is_refused(tmp_path: Path) -> None:
    folder = DefinitionFolder(tmp_path)
    digest = folder.keep(FEATURES)
    path = tmp_path / f"{digest}.json"
    path.write_text(path.read_text().replace("rsi(close, 14)", "rsi(close, 15)"))
    with pytest.raises(DataError, match="does not have the hash"):
        folder.find(digest)
    path.write_text("{")
    with pytest.raises(DataError, match="is no definition"):
        folder.find(digest)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        DefinitionFolder(tmp_path / "file" / "definitions").keep(FEATURES)
