from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from tests.store.tables.databases import KINDS
from tests.store.tables.event_cases import event, intent
from traider.domain.errors import DatabaseError, DataError, UsageError
from traider.domain.events import EventArray, Kind, join_events
from traider.journal.instruments import JournalInstrument
from traider.journal.writer import JournalWriter
from traider.runtime.journal_instruments import instrument_of
from traider.runtime.journal_tables import apply_journal
from traider.store.tables import open_engine, read_session, upgrade
from traider.store.tables.journals import JournalAccount
from traider.store.tables.models import BalanceRow, InstrumentRow, OrderRow, PositionRow

TICK, LOT = Decimal("0.01"), Decimal("0.001")
LISTED = (
    JournalInstrument("COINBASE:BTC-USD", "BTC-USD", TICK, LOT),
    JournalInstrument("VENUE:ABC-EUR-PERP", "", TICK, LOT),
    JournalInstrument("VENUE:ABC-EUR-301231", "ABC30", TICK, LOT),
)
ACCOUNT = JournalAccount("", "paper", "USD", "", {"USD": Decimal(1_000)})


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    assert "sqlite" in KINDS
    opened = open_engine(f"sqlite:///{tmp_path}/tables.db")
    upgrade(opened)
    return opened


def trade(order_id: int, leaves: int) -> EventArray:
    """Return an order of 9 lots that trades down to ``leaves``."""
    fill = event(Kind.FILL, order_id=order_id, side=1, price=6_000, size=9 - leaves, leaves=leaves)
    return join_events([intent(order_id, 9), event(Kind.SENT, order_id=order_id), fill])


def test_a_journal_is_applied_as_it_grows(engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "session"
    with JournalWriter.open(folder, LISTED) as writer:
        writer.append(trade(256, 0))
        writer.append(trade(512, 4))
        told: list[tuple[int, int]] = []
        applied = apply_journal(engine, folder, ACCOUNT, lambda *said: told.append(said))
        assert (applied.name, applied.events, applied.position) == ("session", 6, 6)
        assert told[-1] == (6, 6)
        assert apply_journal(engine, folder, ACCOUNT).events == 0
        writer.append(event(Kind.CANCELLED, order_id=512, code=7))
    assert apply_journal(engine, folder, ACCOUNT).events == 1
    with read_session(engine) as session:
        assert list(session.scalars(select(OrderRow.state).order_by(OrderRow.order_id))) == [
            "filled",
            "cancelled",
        ]
        assert session.scalars(select(PositionRow.quantity)).one() == Decimal("0.014")
        assert session.scalars(select(BalanceRow.cash)).one() == Decimal("999.16")
        assert len(session.scalars(select(InstrumentRow)).all()) == 3
    engine.dispose()


def test_another_journal_of_the_same_name_is_refused(engine: Engine, tmp_path: Path) -> None:
    for parent, orders in (("one", 2), ("two", 1)):
        folder = tmp_path / parent / "session"
        folder.parent.mkdir()
        with JournalWriter.open(folder, LISTED) as writer:
            for number in range(orders):
                writer.append(trade((number + 1) << 8, 0))
    apply_journal(engine, tmp_path / "one" / "session", ACCOUNT)
    with pytest.raises(DataError, match="session: the tables have 6 events of it, the journal 3"):
        apply_journal(engine, tmp_path / "two" / "session", ACCOUNT)
    engine.dispose()


def test_a_journal_without_instruments_and_tables_that_are_not_there(
    engine: Engine, tmp_path: Path
) -> None:
    with JournalWriter.open(tmp_path / "bare") as writer:
        writer.append(trade(256, 0))
    with pytest.raises(UsageError, match="does not say which instruments"):
        apply_journal(engine, tmp_path / "bare", ACCOUNT)
    engine.dispose()
    empty = open_engine(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(DatabaseError, match="run traider db upgrade"):
        apply_journal(empty, tmp_path / "bare", ACCOUNT)
    empty.dispose()


def test_what_the_registry_knows_is_taken_on_the_journals_grid() -> None:
    known, perpetual, future = (instrument_of(each) for each in LISTED)
    assert (known.symbol, known.tick_size, known.lot_size) == ("BTC-USD", TICK, LOT)
    assert known.min_size % LOT == 0
    assert (perpetual.symbol, perpetual.settle) == ("ABC-EUR-PERP", "EUR")
    assert (future.symbol, future.expiry_ns) == ("ABC30", 1_924_905_600 * 10**9)
