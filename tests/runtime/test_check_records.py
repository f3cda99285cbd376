"""A pass is found by the digest of everything that decides, and by nothing else."""

from pathlib import Path

import pytest

from tests.runtime.look_ahead_runs import configured, feature_setting, histories, write_history
from traider.runtime.check_records import (
    checks_folder,
    forget_pass,
    is_passed,
    record_pass,
    run_digest,
)
from traider.runtime.config import Config, load_config
from traider.runtime.data_plan import scan_data
from traider.runtime.wiring import plan_data


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRAIDER_CACHE_DIR", str(tmp_path / "cache"))


def digest_of(config: Config) -> str:
    return run_digest(config, plan_data(config, scan_data(config)))


def test_the_folder_lies_beside_the_kernels_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert checks_folder() == tmp_path / "cache" / "traider-checks"
    monkeypatch.delenv("TRAIDER_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert checks_folder() == tmp_path / "xdg" / "traider" / "checks"


def test_a_pass_is_recorded_found_and_taken_back() -> None:
    assert not is_passed("ab")
    file = record_pass("ab", {"cuts": 5})
    assert file == checks_folder() / "lookahead-ab.json"
    assert is_passed("ab")
    assert not is_passed("cd")
    forget_pass("ab")
    forget_pass("ab")
    assert not is_passed("ab")


def test_a_record_that_is_none_does_not_count() -> None:
    file = record_pass("ab", {})
    assert file is not None
    for text in ("", "[]", '{"digest": "cd"}', "no JSON"):
        file.write_text(text, encoding="utf-8")
        assert not is_passed("ab")


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way", encoding="utf-8")
    assert record_pass("ab", {}) is None
    assert not is_passed("ab")
    forget_pass("ab")


def test_the_digest_changes_with_what_decides(tmp_path: Path) -> None:
    setting = feature_setting(tmp_path, "honest")
    config = configured(tmp_path, setting)
    known = digest_of(config)
    assert digest_of(configured(tmp_path, setting)) == known
    assert digest_of(configured(tmp_path, setting, "output=elsewhere")) == known
    assert digest_of(configured(tmp_path, setting, "seed=9")) != known
    own = tmp_path / "own.py"
    own.write_text(own.read_text(encoding="utf-8") + "\n# a word more\n", encoding="utf-8")
    assert digest_of(config) != known


def test_the_digest_changes_with_the_data(tmp_path: Path) -> None:
    config = configured(tmp_path, feature_setting(tmp_path, "honest"))
    known = digest_of(config)
    bars = histories()[0]
    write_history(config.data.files[0], bars)
    assert digest_of(config) == known
    write_history(config.data.files[0], bars.first(1_400))
    assert digest_of(config) != known


def test_a_run_without_anything_of_ones_own_has_a_digest_too(tmp_path: Path) -> None:
    files = configured(tmp_path).data.files
    listed = ", ".join(f'"{file}"' for file in files)
    assert len(digest_of(load_config(None, (f"data.files=[{listed}]",)))) == 32
