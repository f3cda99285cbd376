"""What routes read from: shared for a while, read only, and there once a run is."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from traider.api.facts import Facts
from traider.api.problems import ConflictError
from traider.api.terms import ApiTerms
from traider.runtime.config import load_config


@pytest.fixture
def facts(written_state: Path) -> Facts:
    """The written run's."""
    return Facts(ApiTerms(written_state, load_config()))


def test_a_value_is_made_once_for_all_who_ask_together(facts: Facts) -> None:
    made: list[int] = []
    together = threading.Barrier(8)

    def make() -> int:
        made.append(1)
        return len(made)

    got: list[int] = []

    def ask() -> None:
        together.wait()
        got.append(facts.cached("number", 60.0, make))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert got == [1] * 8
    assert facts.cached("number", 0.0, make) == 2
    assert facts.cached("another", 60.0, make) == 3


def test_a_fault_is_not_kept(facts: Facts) -> None:
    def fail() -> int:
        raise ConflictError("not now")

    with pytest.raises(ConflictError):
        facts.cached("fault", 60.0, fail)
    assert facts.cached("fault", 60.0, lambda: 7) == 7


def test_tables_are_read_and_never_written(facts: Facts) -> None:
    with facts.tables.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM fills")).scalar() == 3
        with pytest.raises(OperationalError, match="readonly"):
            connection.execute(text("DELETE FROM fills"))
    facts.close()


def test_the_settings_that_decide_are_those_of_the_run(facts: Facts) -> None:
    other = load_config(overrides=("capital=777", "api.port=0"))
    read = Facts(ApiTerms(facts.state, other))
    assert read.config.capital == facts.config.capital != 777
    assert read.config.api == other.api


def test_a_run_that_begins_later_is_seen(tmp_path: Path, written_state: Path) -> None:
    facts = Facts(ApiTerms(tmp_path, load_config()))
    with pytest.raises(ConflictError, match="no run"):
        _ = facts.manifest
    with pytest.raises(ConflictError, match="no tables"):
        _ = facts.tables
    (tmp_path / "run.json").write_bytes((written_state / "run.json").read_bytes())
    assert facts.manifest.venue == "binance"
