from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from tests.store.tables.event_cases import ACCOUNT, INSTRUMENTS, event, intent
from traider.domain.errors import DatabaseError
from traider.domain.events import Kind, join_events
from traider.store.tables import JobTable, downgrade, open_engine, upgrade, write_session
from traider.store.tables.copying import copy_tables
from traider.store.tables.journals import keep_journal
from traider.store.tables.models import Base, LimitChangeRow, LimitRow, UserRow
from traider.store.tables.projector import Projector


def fill(engine: Engine) -> None:
    """Put rows into tables of every kind."""
    keep_journal(engine, ACCOUNT, INSTRUMENTS)
    parts = [intent(256, 9, price=1), event(Kind.SENT, order_id=256)]
    parts += [event(Kind.FILL, order_id=256, side=-1, price=12_345, size=9, fee=-7)]
    Projector(engine, ACCOUNT.name).apply(join_events(parts), 0)
    for number in range(3):
        JobTable(engine).add("download", {"number": number, "text": "ä", "none": None})
    limit: dict[str, Any] = {"scope": "account", "name": "leverage", "revision": 1}
    with write_session(engine) as session:
        session.add(LimitRow(**limit, value=Decimal("1.05"), changed_ns=5))
        session.add(
            LimitChangeRow(**limit, ts_ns=5, who="ann", new_value=Decimal("1.05"), why="start")
        )
        session.add(UserRow(name="ann", role="admin", password_digest="x", created_ns=1))  # noqa: S106 - no password


def everything(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=str)
            for table in Base.metadata.sorted_tables
        }


def test_every_row_moves_to_another_database_and_back(tmp_path: Path, empty_engine: Engine) -> None:
    first = open_engine(f"sqlite:///{tmp_path}/first.db")
    last = open_engine(f"sqlite:///{tmp_path}/last.db")
    for engine in (first, empty_engine, last):
        upgrade(engine)
    fill(first)
    told: list[tuple[str, int]] = []
    copied = copy_tables(first, empty_engine, lambda name, rows: told.append((name, rows)))
    assert (copied["jobs"], copied["instruments"], copied["alerts"]) == (3, 3, 0)
    assert ("jobs", 3) in told
    copy_tables(empty_engine, last)
    assert everything(first) == everything(empty_engine) == everything(last)
    # Further rows are numbered after those that came.
    assert JobTable(empty_engine).add("download", {}).id == 4
    with empty_engine.begin() as connection:
        users = Base.metadata.tables["users"]
        values = {"name": "bob", "role": "viewer", "password_digest": "x", "created_ns": 1}
        added = connection.execute(insert(users).values(values)).inserted_primary_key
        assert added is not None
        assert added[0] == 2
    first.dispose()
    last.dispose()


def test_what_has_rows_or_another_schema_is_left_alone(
    tmp_path: Path, empty_engine: Engine
) -> None:
    source = open_engine(f"sqlite:///{tmp_path}/source.db")
    upgrade(source)
    upgrade(empty_engine)
    fill(source)
    JobTable(empty_engine).add("download", {})
    before = everything(empty_engine)
    with pytest.raises(DatabaseError, match="the table jobs has rows already"):
        copy_tables(source, empty_engine)
    assert everything(empty_engine) == before
    downgrade(source, "0001_jobs")
    with pytest.raises(DatabaseError, match="the tables are of revision 0001_jobs"):
        copy_tables(source, empty_engine)
    source.dispose()
