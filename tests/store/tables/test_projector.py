"""Laws of the projection from events to rows.

1. Any split of a journal, with any overlap of its parts, gives the same rows.
2. A crash within a part changes nothing; the rest applied after it gives the same rows.
3. Positions, cash and fees are those of the exact ledger.
4. Whatever a venue says, the constraints hold: lots add up, states are known.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy import event as sql_event

from tests.store.tables.event_cases import (
    ACCOUNT,
    INSTRUMENTS,
    START_NS,
    event,
    intent,
    journals,
)
from traider.domain.errors import DataError, UsageError
from traider.domain.events import EventArray, FillFlag, Kind, OrderFlag, empty_events, join_events
from traider.domain.fills import fill_from_event
from traider.domain.instruments import InstrumentStatus
from traider.domain.money import unpack_currency
from traider.domain.units import amount_from_units
from traider.portfolio.ledger import Ledger
from traider.store.tables import read_session
from traider.store.tables.journals import keep_journal
from traider.store.tables.models import (
    BalanceRow,
    Base,
    FillRow,
    InstrumentRow,
    JournalRow,
    OrderRow,
    PositionRow,
)
from traider.store.tables.projector import BATCH_EVENTS, Projector

PROJECTED = (JournalRow, OrderRow, FillRow, PositionRow, BalanceRow)
few = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def emptied(engine: Engine) -> Projector:
    """Return the projector of a journal that nothing was applied of."""
    with engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
    keep_journal(engine, ACCOUNT, INSTRUMENTS)
    return Projector(engine, ACCOUNT.name)


def rows(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Return every projected row, without the keys that the database counts."""
    with read_session(engine) as session:
        names = {row.id: row.name for row in session.scalars(select(InstrumentRow))}
        found = {}
        for model in PROJECTED:
            columns = [column.name for column in model.__table__.columns]
            kept = [name for name in columns if name not in {"id", "journal_id"}]
            found[model.__tablename__] = sorted(
                (
                    tuple(
                        names[value] if name == "instrument_id" else value
                        for name in kept
                        for value in (getattr(row, name),)
                    )
                    for row in session.scalars(select(model))
                ),
                key=str,
            )
        return found


def one(engine: Engine, model: Any) -> Any:
    with read_session(engine) as session:
        return session.scalars(select(model)).one()


@few
@given(
    journal=journals(),
    parts=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), max_size=5),
)
def test_any_split_with_any_overlap_gives_the_same_rows(
    engine: Engine, journal: EventArray, parts: list[tuple[int, int]]
) -> None:
    assert emptied(engine).apply(journal, 0) == len(journal)
    wanted = rows(engine)
    projector = emptied(engine)
    reached, new = 0, 0
    for back, forward in [*parts, (2, len(journal))]:
        begin, end = max(reached - back, 0), min(reached + forward, len(journal))
        new += projector.apply(journal[begin:end], begin)
        reached = end
    assert new == len(journal) == projector.applied
    assert rows(engine) == wanted


@few
@given(journal=journals())
def test_positions_and_money_are_those_of_the_ledger(engine: Engine, journal: EventArray) -> None:
    kept = journal[journal["kind"] != Kind.RECONCILE_ADJUSTMENT]
    emptied(engine).apply(kept, 0)
    ledger = Ledger("USDT", ACCOUNT.opening["USDT"])
    for place in range(len(kept)):
        told = kept[place : place + 1]
        number = int(told["instrument"][0])
        if told["kind"] == Kind.FILL:
            fill = fill_from_event(told, INSTRUMENTS[number], "BNB", Decimal(0))
            ledger.apply(fill)
        elif told["kind"] == Kind.TRANSFER:
            amount = amount_from_units(int(told["w1"][0]))
            ledger.transfer(amount, 0, currency=unpack_currency(int(told["w0"][0])))
    with read_session(engine) as session:
        names = {row.id: row.name for row in session.scalars(select(InstrumentRow))}
        for position in session.scalars(select(PositionRow)):
            exact = ledger.position(names[position.instrument_id])
            assert (position.quantity, position.cost, position.realized) == (
                exact.quantity,
                exact.cost,
                exact.realized,
            )
            assert (position.opened_ns is None) == (exact.side == 0)
        for balance in session.scalars(select(BalanceRow)):
            assert balance.cash == ledger.cash_in(balance.currency)
            assert balance.fees == ledger.fees_in(balance.currency)
        profit = sum((row.realized for row in session.scalars(select(FillRow))), Decimal(0))
        assert profit == ledger.realized
        for order in session.scalars(select(OrderRow)):
            own = session.scalars(select(FillRow).where(FillRow.order_id == order.order_id)).all()
            assert order.filled == sum((fill.size for fill in own), Decimal(0))
            assert order.filled_value == sum((fill.notional for fill in own), Decimal(0))


def test_a_crash_within_a_part_changes_nothing(engine: Engine) -> None:
    parts = [intent(1 << 8, 9), event(Kind.SENT, order_id=1 << 8)]
    parts += [event(Kind.FILL, order_id=1 << 8, side=1, price=100, size=9, leaves=0)]
    journal = join_events(parts)
    projector = emptied(engine)
    before = rows(engine)

    def crash(*told: Any) -> None:
        statement: str = told[2]
        if statement.startswith("UPDATE journals"):
            raise KeyboardInterrupt

    sql_event.listen(engine, "before_cursor_execute", crash)
    with pytest.raises(KeyboardInterrupt):
        projector.apply(journal, 0)
    sql_event.remove(engine, "before_cursor_execute", crash)
    assert rows(engine) == before
    assert projector.apply(journal, 0) == 3
    assert one(engine, OrderRow).state == "filled"


def test_an_order_lives_through_its_states(engine: Engine) -> None:
    projector, order_id, place = emptied(engine), 5 << 8, 0

    def told(kind: Kind, **fields: Any) -> Any:
        nonlocal place
        given = {"order_id": order_id, "side": 1, **fields}
        projector.apply(event(kind, START_NS + place, **given), place)
        place += 1
        return one(engine, OrderRow)

    row = told(Kind.ORDER_INTENT, size=10, price=642_305, flags=2 | 0x40)
    assert (row.state, row.size, row.price) == ("pending", Decimal("0.01"), Decimal("64230.5"))
    assert (row.client_order_id, row.type, row.is_post_only) == ("0000000000000500", "limit", True)
    assert told(Kind.VERDICT, number=0.2, limit=1.05).verdict_limit == 1.05
    assert told(Kind.SENT).state == "sent"
    assert told(Kind.ACK, id=77).venue_order_id == 77
    row = told(Kind.FILL, price=642_305, size=4, leaves=6, fee=12_345)
    assert (row.state, row.filled_lots, row.leaves_lots) == ("partly_filled", 4, 6)
    assert (row.filled, row.filled_value) == (Decimal("0.004"), Decimal("256.922"))
    assert row.fees == Decimal("0.00012345")
    assert told(Kind.UNKNOWN).state == "unknown"
    assert told(Kind.ORDER_INTENT, flags=int(OrderFlag.CANCEL)).state == "cancel_pending"
    # The venue refuses to cancel: the order itself is untouched.
    assert told(Kind.REJECTED, code=4).state == "cancel_pending"
    row = told(Kind.CANCELLED, code=7)
    assert (row.state, row.leaves_lots, row.end_code, row.conflict) == ("cancelled", 6, 7, "")
    assert row.ended_ns == START_NS + place - 1
    # A fill after the end: it is money, so it counts, and the contradiction is told.
    row = told(Kind.FILL, price=642_305, size=1, leaves=5)
    assert (row.state, row.leaves_lots, row.filled) == ("cancelled", 5, Decimal("0.005"))
    assert row.conflict == "traded after it ended"
    assert one(engine, PositionRow).quantity == Decimal("0.005")


def test_a_refused_cancel_lets_the_order_rest(engine: Engine) -> None:
    about = {"order_id": 256}
    journal = [intent(256, 5), event(Kind.VERDICT, **about), event(Kind.SENT, **about)]
    journal += [event(Kind.ACK, **about), event(Kind.ORDER_INTENT, flags=0x200, **about)]
    journal += [event(Kind.VERDICT, code=1, **about)]
    emptied(engine).apply(join_events(journal), 0)
    assert one(engine, OrderRow).state == "open"
    assert one(engine, OrderRow).verdict_code == 0


def test_an_order_in_money_has_the_size_that_traded(engine: Engine) -> None:
    flags = int(OrderFlag.QUOTE_SIZED) | 1
    projector = emptied(engine)
    projector.apply(intent(256, 5_000_000_000, flags=flags, price=0), 0)
    row = one(engine, OrderRow)
    assert (row.amount, row.size, row.leaves_lots, row.price) == (Decimal(50), None, None, None)
    projector.apply(event(Kind.FILL, order_id=256, side=1, price=1_000, size=7, leaves=0), 1)
    row = one(engine, OrderRow)
    assert (row.state, row.size, row.filled_lots) == ("filled", Decimal("0.007"), 7)


def test_a_refused_order_says_which_limit_refused(engine: Engine) -> None:
    journal = [intent(256, 5), event(Kind.VERDICT, order_id=256, code=13, number=1.2, limit=1.05)]
    emptied(engine).apply(join_events(journal), 0)
    row = one(engine, OrderRow)
    assert (row.state, row.verdict_code, row.verdict_number) == ("rejected", 13, 1.2)
    assert (row.end_code, row.sent_ns) == (0, None)


def test_a_changed_grid_counts_from_then_on(engine: Engine) -> None:
    grid = event(Kind.TICK_LOT_CHANGE, w0=10**12, w1=10**10)
    fill = event(Kind.FILL, side=1, price=64_000, size=3, leaves=0)
    emptied(engine).apply(join_events([fill, grid, fill]), 0)
    with read_session(engine) as session:
        found = session.scalars(select(FillRow).order_by(FillRow.sequence)).all()
    assert [(row.price, row.size) for row in found] == [
        (Decimal(6400), Decimal("0.003")),
        (Decimal(64000), Decimal("0.03")),
    ]


def test_many_events_are_applied_in_batches(engine: Engine) -> None:
    count = BATCH_EVENTS + 7
    journal = empty_events(2 * count)
    journal[::2] = event(Kind.TRADE)[0]
    journal[1::2] = event(Kind.FILL, side=1, price=100, size=2, leaves=0)[0]
    projector = emptied(engine)
    assert projector.apply(journal, 0) == 2 * count
    assert projector.applied == 2 * count
    assert one(engine, PositionRow).quantity == Decimal("0.002") * count


def test_what_does_not_follow_is_refused(engine: Engine) -> None:
    projector = emptied(engine)
    with pytest.raises(DataError, match="main: events 0 to 4 are missing"):
        projector.apply(intent(256, 1), 5)
    with pytest.raises(DataError, match="instrument 9, which the journal does not have"):
        projector.apply(intent(256, 1, instrument=9), 0)
    with pytest.raises(DataError, match="order 256 is intended twice"):
        projector.apply(join_events([intent(256, 1), intent(256, 1)]), 0)
    assert projector.applied == 0
    with pytest.raises(UsageError, match="there is no journal 'other'"):
        Projector(engine, "other").apply(intent(256, 1), 0)


def test_a_fee_in_a_currency_without_a_name_is_refused(engine: Engine) -> None:
    keep_journal(engine, replace(ACCOUNT, name="plain", fee_currency=""), INSTRUMENTS)
    fill = event(
        Kind.FILL, side=1, price=1, size=1, leaves=0, fee=5, flags=int(FillFlag.FEE_IN_OTHER)
    )
    with pytest.raises(DataError, match="name the fee currency"):
        Projector(engine, "plain").apply(fill, 0)


def test_a_journal_keeps_its_terms_and_numbers(engine: Engine) -> None:
    first = keep_journal(engine, ACCOUNT, INSTRUMENTS[:1])
    changed = replace(INSTRUMENTS[0], status=InstrumentStatus.HALTED)
    assert keep_journal(engine, ACCOUNT, [changed, *INSTRUMENTS[1:]]) == first
    with read_session(engine) as session:
        statuses = {row.name: row.status for row in session.scalars(select(InstrumentRow))}
    assert statuses[str(changed.name)] == InstrumentStatus.HALTED
    with pytest.raises(DataError, match="known as paper in USDT"):
        keep_journal(engine, replace(ACCOUNT, mode="live"), INSTRUMENTS)
    with pytest.raises(DataError, match="instrument 0 is another one than OKX:ETH-USDT-PERP"):
        keep_journal(engine, ACCOUNT, INSTRUMENTS[::-1])
