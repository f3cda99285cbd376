"""Tables that follow a journal while it is written, and after a stop."""

import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from tests.ports.log import MemoryLog
from tests.store.tables.event_cases import event, intent
from traider.domain.events import EventArray, Kind, join_events
from traider.journal.instruments import JournalInstrument
from traider.journal.writer import JournalWriter
from traider.runtime.tables_following import TablesFollower, TablesOrder
from traider.store.tables import open_engine, read_session
from traider.store.tables.journals import JournalAccount
from traider.store.tables.models import OrderRow

LISTED = (JournalInstrument("COINBASE:BTC-USD", "BTC-USD", Decimal("0.01"), Decimal("0.001")),)
ACCOUNT = JournalAccount("run-1234abcd", "paper", "USD", "", {"USD": Decimal(1_000)})


def life(order_id: int) -> EventArray:
    """Return an order that was filled."""
    fill = event(Kind.FILL, order_id=order_id, side=1, price=6_000, size=9, leaves=0)
    return join_events([intent(order_id, 9), event(Kind.SENT, order_id=order_id), fill])


def order(folder: Path) -> TablesOrder:
    """Return what is followed in ``folder``, and where to."""
    return TablesOrder(folder / "journal", f"sqlite:///{folder}/tables.sqlite", ACCOUNT)


def states(folder: Path) -> list[str]:
    """Return the states of the orders in the tables."""
    engine = open_engine(f"sqlite:///{folder}/tables.sqlite", read_only=True)
    with read_session(engine) as session:
        found = list(session.scalars(select(OrderRow.state).order_by(OrderRow.order_id)))
    engine.dispose()
    return found


def until(condition: Callable[[], bool]) -> None:
    """Wait a few seconds for something to become true."""
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about")


def test_what_is_written_comes_into_the_tables_also_after_a_stop(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path / "journal", LISTED) as journal:
        journal.append(life(256))
        follower = TablesFollower(order(tmp_path), MemoryLog())
        follower.start()
        until(lambda: follower.applied == 3)
        journal.append(life(512))
        follower.close()
        assert (follower.applied, follower.fault) == (6, "")
        assert states(tmp_path) == ["filled", "filled"]
        journal.append(life(768))
        again = TablesFollower(order(tmp_path), MemoryLog())
        again.start()
        again.close()
    assert again.applied == 9
    assert states(tmp_path) == ["filled"] * 3


def test_a_database_that_refuses_is_told_and_stops_nothing(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path / "journal", LISTED) as journal:
        (tmp_path / "tables.sqlite").write_bytes(b"no database" * 100)
        log = MemoryLog()
        follower = TablesFollower(order(tmp_path), log)
        follower.start()
        until(lambda: follower.fault != "")
        journal.append(life(256))
        follower.close()
    assert any("tables fall behind" in str(line) for line in log.lines)
