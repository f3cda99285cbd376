"""The schema on each database: up, down, up again, once by many, and what the code says it is."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, inspect, text

from traider.domain.errors import DatabaseError, UsageError
from traider.store.tables import downgrade, open_engine, require_schema, schema_status, upgrade
from traider.store.tables.models import Base
from traider.store.tables.schema import revisions, schema_differences


def names(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def described(engine: Engine) -> dict[str, object]:
    """Return everything that the database knows of its tables."""
    seen = inspect(engine)
    return {
        name: (
            [{**column, "type": str(column["type"])} for column in seen.get_columns(name)],
            seen.get_pk_constraint(name),
            sorted(seen.get_foreign_keys(name), key=str),
            sorted(seen.get_unique_constraints(name), key=str),
            sorted(seen.get_check_constraints(name), key=str),
            [_index(index) for index in seen.get_indexes(name)],
        )
        for name in sorted(names(engine))
    }


def _index(index: Any) -> dict[str, object]:
    """Return an index with the text of its condition, which compares by what it says."""
    options = {name: str(value) for name, value in index.pop("dialect_options", {}).items()}
    return {**index, "options": options}


def test_migrations_make_what_the_code_says(engine: Engine) -> None:
    assert names(engine) == set(Base.metadata.tables)
    assert schema_differences(engine) == ()
    require_schema(engine)
    migrated = described(engine)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    assert described(engine) == migrated


def test_a_difference_is_seen(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE alerts ADD COLUMN color VARCHAR"))
        connection.execute(text("DROP INDEX ix_alerts_first_ns"))
        connection.execute(text("CREATE TABLE a_table_of_somebody_else (number INTEGER)"))
    differences = schema_differences(engine)
    assert len(differences) == 2
    assert any("color" in text for text in differences)


def test_migrations_go_down_and_up_step_by_step(empty_engine: Engine) -> None:
    known = revisions()
    assert schema_status(empty_engine).pending == known
    with pytest.raises(DatabaseError, match="the tables are not there; run traider db upgrade"):
        require_schema(empty_engine)
    for place, revision in enumerate(known):
        assert upgrade(empty_engine, revision) == (revision,)
        assert schema_status(empty_engine).pending == known[place + 1 :]
    assert schema_status(empty_engine).is_current
    assert upgrade(empty_engine) == ()
    for revision, below in zip(known[::-1], [*known[-2::-1], "base"], strict=True):
        assert downgrade(empty_engine, below) == (revision,)
        if below != "base":
            with pytest.raises(DatabaseError, match=f"revision {below}, not {known[-1]}"):
                require_schema(empty_engine)
    assert names(empty_engine) == set()
    assert upgrade(empty_engine) == known
    assert schema_differences(empty_engine) == ()


def test_a_migration_that_fails_changes_nothing(empty_engine: Engine) -> None:
    with empty_engine.begin() as connection:
        connection.execute(text("CREATE TABLE lots (number INTEGER)"))
    with pytest.raises(DatabaseError, match="already exists"):
        upgrade(empty_engine)
    assert names(empty_engine) == {"lots"}
    assert schema_status(empty_engine).current == ""


def test_two_that_start_at_once_migrate_once(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Three wait for the fourth, which takes as long as the disk does.
    monkeypatch.setattr("traider.store.tables.engines.BUSY_S", 60.0)

    def start(_: int) -> int:
        engine = open_engine(empty_url)
        try:
            return len(upgrade(engine))
        finally:
            engine.dispose()

    with ThreadPoolExecutor(4) as pool:
        applied = sorted(pool.map(start, range(4)))
    assert applied == [0, 0, 0, len(revisions())]


def test_a_newer_schema_is_refused_in_one_line(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
    for action in (schema_status, upgrade, require_schema):
        with pytest.raises(DatabaseError, match="revision 9999_later, which this traider does not"):
            action(engine)


def test_an_unknown_revision_is_refused(engine: Engine) -> None:
    for action in (upgrade, downgrade):
        with pytest.raises(UsageError, match="nowhere"):
            action(engine, "nowhere")
