"""``traider db apply`` killed with -9 on its way, again and again: each event counts once."""

import random
import subprocess
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.e2e.command import command, environment, traider
from tests.store.tables.event_cases import event, intent
from traider.domain.events import Kind, join_events
from traider.journal.instruments import JournalInstrument
from traider.journal.writer import JournalWriter
from traider.store.tables import open_engine, read_session, upgrade
from traider.store.tables.models import BalanceRow, FillRow, JournalRow, OrderRow, PositionRow

ORDERS = 2_000
KILLS = 2
PROJECTED = (JournalRow, OrderRow, FillRow, PositionRow, BalanceRow)


def recorded(folder: Path) -> None:
    """Write a journal of orders that fill in two parts."""
    parts = []
    for number in range(1, ORDERS + 1):
        about: dict[str, Any] = {"order_id": number << 8, "side": 1 if number % 3 else -1}
        parts += [intent(size=9, **about), event(Kind.SENT, **about)]
        for leaves in (4, 0):
            size = 5 if leaves else 4
            fill = {"price": 6_000 + number, "size": size, "leaves": leaves, "fee": 11}
            parts.append(event(Kind.FILL, **about, **fill))
    listed = [JournalInstrument("COINBASE:BTC-USD", "BTC-USD", Decimal("0.01"), Decimal("0.001"))]
    with JournalWriter.open(folder, listed) as writer:
        writer.append(join_events(parts))


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    engine = open_engine(url)
    with read_session(engine) as session:
        found = {
            model.__tablename__: sorted(
                (tuple(row) for row in session.execute(select(*model.__table__.columns))), key=str
            )
            for model in PROJECTED
        }
    engine.dispose()
    return found


@pytest.mark.slow
def test_a_killed_projection_goes_on_without_counting_twice(tmp_path: Path) -> None:
    recorded(tmp_path / "session")
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("whole", "killed")]
    for url in urls:
        engine = open_engine(url)
        upgrade(engine)
        engine.dispose()
    whole, killed = urls
    done = traider(tmp_path, "db", "apply", "session", "--url", whole)
    assert done.returncode == 0, done.stderr
    random.seed(5)
    reached = [0]
    for _ in range(KILLS):
        arguments = command("db", "apply", "session", "--url", killed)
        with subprocess.Popen(arguments, cwd=tmp_path, env=environment()) as process:
            _wait_until_past(killed, reached[-1], process)
            time.sleep(random.uniform(0.0, 0.2))  # noqa: S311 - any moment will do
            process.kill()
        reached.append(_applied(killed))
    # It was killed with something done and something left.
    assert reached[1] > 0
    assert reached == sorted(reached)
    done = traider(tmp_path, "db", "apply", "session", "--url", killed)
    assert done.returncode == 0, done.stderr
    assert rows(killed) == rows(whole)


def _applied(url: str) -> int:
    engine = open_engine(url)
    with read_session(engine) as session:
        found = session.scalars(select(JournalRow.applied)).one_or_none()
    engine.dispose()
    return found or 0


def _wait_until_past(url: str, position: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until events after ``position`` are in the tables, or the process is done."""
    while process.poll() is None and _applied(url) <= position:
        time.sleep(0.05)
