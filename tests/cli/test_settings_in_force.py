"""Laws of the settings of a process that a supervisor began anew.

1. A file that is broken, gone, or says what nobody checked does not end a run: what was read at the
   start holds, paths in it included, and a line says so.
2. Limits are no other settings, and a process that a person started reads the file alone.
"""

from pathlib import Path

import pytest

from traider.cli.settings_in_force import CHECKED, kept_settings, lasting_digest, settings_of_run
from traider.domain.errors import ConfigError, UsageError
from traider.runtime.config import load_config
from traider.runtime.supervision.notices import NOTICES_VARIABLE

TEXT = """capital = 5000
[execution]
latency_file = "latencies.txt"
[limits]
max_exposure = 0.5
"""
OVERRIDES = ("run.reconcile_s=31",)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "live.toml"
    path.write_text(TEXT)
    return path


def begin(monkeypatch: pytest.MonkeyPatch, file: Path, *, live: bool) -> None:
    """Be a child of a run that was started with the file as it is."""
    config = load_config(file, OVERRIDES)
    environment = dict(kept_settings(file, OVERRIDES, config))
    if live:
        environment[CHECKED] = lasting_digest(config)
    # A pipe's number is all that says that there is a supervisor.
    for name, value in {**environment, NOTICES_VARIABLE: "1"}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("text", ["capital = [", "capitol = 5000", "capital = 0", None])
def test_a_broken_file_does_not_end_a_run(
    file: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, *, live: bool
) -> None:
    begun = load_config(file, OVERRIDES)
    begin(monkeypatch, file, live=live)
    if text is None:
        file.unlink()
    else:
        file.write_text(text)
    with pytest.raises(ConfigError):
        load_config(file, OVERRIDES)
    found = settings_of_run(file, OVERRIDES)
    assert found.config == begun
    assert found.config.execution.latency_file == file.parent / "latencies.txt"
    assert found.note.startswith("the settings cannot be read, those of the start hold: ")
    assert "\n" not in found.note


@pytest.mark.parametrize("live", [True, False])
def test_what_nobody_checked_is_not_taken_for_real_money(
    file: Path, monkeypatch: pytest.MonkeyPatch, *, live: bool
) -> None:
    begin(monkeypatch, file, live=live)
    file.write_text(TEXT.replace("0.5", "0.4"))
    found = settings_of_run(file, OVERRIDES)
    assert (float(found.config.limits.max_exposure), found.note) == (0.4, "")
    file.write_text("capital = 6000\n")
    found = settings_of_run(file, OVERRIDES)
    assert int(found.config.capital) == (5000 if live else 6000)
    assert found.note.startswith("the settings changed") is live


def test_who_is_started_by_a_person_reads_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(monkeypatch, file, live=True)
    monkeypatch.delenv(NOTICES_VARIABLE)
    file.write_text("capital = [")
    with pytest.raises(ConfigError, match="not valid TOML"):
        settings_of_run(file, OVERRIDES)


def test_a_run_without_a_file_goes_on_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in kept_settings(None, (), load_config()):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(NOTICES_VARIABLE, "1")
    Path("traider.toml").write_text("capital = [")
    found = settings_of_run(None, ())
    assert found.config.capital != 5000
    assert "those of the start hold" in found.note


def test_a_file_that_changes_while_a_run_is_started_is_told(file: Path) -> None:
    config = load_config(file, OVERRIDES)
    file.write_text("capital = 7000\n")
    with pytest.raises(UsageError, match="change just now"):
        kept_settings(file, OVERRIDES, config)
    file.write_text("#" * 200_000)
    with pytest.raises(UsageError, match="more than 100,000 bytes"):
        kept_settings(file, OVERRIDES, config)
    file.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="cannot be read"):
        kept_settings(file, OVERRIDES, config)
    file.unlink()
    with pytest.raises(UsageError, match="is gone"):
        kept_settings(file, OVERRIDES, config)
