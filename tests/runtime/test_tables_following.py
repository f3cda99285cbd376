"""Tables that follow a journal while it is written, and after a stop."""

import asyncio
import threading
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from tests.runtime.supervision.parts import Watched
from tests.store.tables.event_cases import event, intent
from traider.domain.events import EventArray, Kind, join_events
from traider.journal.instruments import JournalInstrument
from traider.journal.writer import JournalWriter
from traider.runtime.supervision.keeper import KeeperHooks, RoleKeeper
from traider.runtime.supervision.role import Role
from traider.runtime.tables_following import TablesFollower, TablesOrder
from traider.store.tables import open_engine, read_session
from traider.store.tables.models import OrderRow

LISTED = (JournalInstrument("COINBASE:BTC-USD", "BTC-USD", Decimal("0.01"), Decimal("0.001")),)


def life(order_id: int) -> EventArray:
    """Return an order that was filled."""
    fill = event(Kind.FILL, order_id=order_id, side=1, price=6_000, size=9, leaves=0)
    return join_events([intent(order_id, 9), event(Kind.SENT, order_id=order_id), fill])


def order(folder: Path) -> TablesOrder:
    """Return what is followed in ``folder``, and where to."""
    url, opening = f"sqlite:///{folder}/tables.sqlite", {"USD": Decimal(1_000)}
    return TablesOrder(folder / "journal", url, "run-1234abcd", "paper", "USD", opening)


def states(folder: Path) -> list[str]:
    """Return the states of the orders in the tables."""
    engine = open_engine(f"sqlite:///{folder}/tables.sqlite", read_only=True)
    with read_session(engine) as session:
        found = list(session.scalars(select(OrderRow.state).order_by(OrderRow.order_id)))
    engine.dispose()
    return found


def test_what_is_written_comes_into_the_tables_also_after_a_stop(tmp_path: Path) -> None:
    with JournalWriter.open(tmp_path / "journal", LISTED) as journal:
        journal.append(life(256))
        follower = TablesFollower(order(tmp_path))
        caught_up = threading.Event()
        following = threading.Thread(target=follower.follow, args=(caught_up.set,))
        following.start()
        assert caught_up.wait(10.0)
        assert follower.applied == 3
        journal.append(life(512))
        follower.close()
        following.join()
        assert follower.applied == 6
        assert states(tmp_path) == ["filled", "filled"]
        journal.append(life(768))
        again = TablesFollower(order(tmp_path))
        again.close()
        again.follow()
    assert again.applied == 9
    assert states(tmp_path) == ["filled"] * 3


def test_a_database_that_refuses_is_tried_again_and_stops_nothing(tmp_path: Path) -> None:
    watched, tables = Watched(), tmp_path / "tables.sqlite"
    tables.write_bytes(b"no database" * 100)

    async def kept() -> None:
        follower = TablesFollower(order(tmp_path))
        role = Role("tables", follower.run, is_vital=False)
        report = watched.report("tables")
        keeper = RoleKeeper(role, report, watched.parts(), KeeperHooks())
        running = asyncio.create_task(keeper.run())
        # More often than a role may fail that others cannot do without.
        while not watched.alerts.sent:  # noqa: ASYNC110 - an alert sets no event
            await asyncio.sleep(0.01)
        tables.unlink()
        while not report.is_ready:  # noqa: ASYNC110 - nor does a report
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.to_thread(follower.close)

    with JournalWriter.open(tmp_path / "journal", LISTED) as journal:
        journal.append(life(256))
        asyncio.run(asyncio.wait_for(kept(), 30.0))
    assert [alert.title for alert in watched.alerts.sent] == ["a part fails again and again"]
    assert states(tmp_path) == ["filled"]
