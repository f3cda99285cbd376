"""Laws of the tables beside the run they tell of: real runs, with orders of every kind.

1. Positions, cash and fees in the tables are those of the exact ledger.
2. Each order ends in the tables as the report says it ended, with the lots that filled.
3. No order's life contradicts what the venue said of it.
"""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.kernel.builders import run_chunks
from tests.parity.small_run import small_run
from tests.parity.test_ledgers import exact_books
from tests.store.tables.event_cases import instrument
from traider.backtest.order_lives import Outcome, order_lives
from traider.domain.events import Kind
from traider.domain.units import amount_from_units
from traider.kernel.codes import Reject
from traider.kernel.machine import Machine
from traider.kernel.specification import KernelSpec
from traider.store.tables import open_engine, read_session, upgrade
from traider.store.tables.journals import JournalAccount, keep_journal
from traider.store.tables.models import BalanceRow, InstrumentRow, OrderRow, PositionRow
from traider.store.tables.order_projection import CANCEL_REFUSED
from traider.store.tables.projector import Projector

STATES = {
    Outcome.OPEN: {"open", "sent", "cancel_pending", "pending"},
    Outcome.FILLED: {"filled"},
    Outcome.PARTLY: {"partly_filled", "cancelled", "expired", "cancel_pending"},
    Outcome.CANCELLED: {"cancelled"},
    Outcome.EXPIRED: {"expired"},
    Outcome.REJECTED: {"rejected"},
    Outcome.REFUSED: {"rejected"},
}


def opening_of(spec: KernelSpec) -> JournalAccount:
    """Return the account of a run, with the money it began with."""
    opening = {"USDT": amount_from_units(spec.cash_units)}
    if spec.fees is not None:
        opening[spec.fees.currency] = amount_from_units(spec.fees.balance_units)
    currency = spec.fees.currency if spec.fees is not None else ""
    return JournalAccount("run", "backtest", "USDT", currency, opening)


def test_a_refused_cancel_has_the_kernels_number() -> None:
    assert int(Reject.UNKNOWN_ORDER) == CANCEL_REFUSED


@pytest.mark.parametrize("style", ["limit", "all-in"])
def test_tables_tell_the_run_as_it_was(style: str, tmp_path: Path) -> None:
    spec, events = small_run(style)
    run = run_chunks(Machine(spec), [events])
    journal = run.journal
    engine = open_engine(f"sqlite:///{tmp_path}/run.db")
    upgrade(engine)
    names = ("BINANCE:BTC-USDT", "BINANCE:ETH-USDT")
    listed = [
        instrument(name, str(each.tick_size), str(each.lot_size), str(each.multiplier))
        for name, each in zip(names, spec.markets, strict=True)
    ]
    keep_journal(engine, opening_of(spec), listed)
    Projector(engine, "run").apply(journal, 0)
    ledger = exact_books(spec, run)
    kinds = journal["kind"]
    ends = journal[(kinds >= Kind.CANCELLED) & (kinds <= Kind.EXPIRED)]
    lives = order_lives(
        journal[kinds == Kind.ORDER_INTENT],
        journal[kinds == Kind.VERDICT],
        journal[kinds == Kind.FILL],
        ends,
    )
    with read_session(engine) as session:
        by_id = {row.id: names.index(row.name) for row in session.scalars(select(InstrumentRow))}
        for position in session.scalars(select(PositionRow)):
            exact = ledger.position(spec.markets[by_id[position.instrument_id]].name)
            assert (position.quantity, position.cost) == (exact.quantity, exact.cost)
            assert position.realized == exact.realized
        (balance,) = session.scalars(select(BalanceRow).where(BalanceRow.currency == "USDT"))
        assert (balance.cash, balance.fees) == (ledger.cash, ledger.fees)
        orders = {row.order_id: row for row in session.scalars(select(OrderRow))}
    engine.dispose()
    assert len(orders) == len(lives) > 50
    assert len({row.state for row in orders.values()}) >= 4
    for place, intent in enumerate(lives.intents):
        row = orders[int(intent["order_id"])]
        assert row.state in STATES[Outcome(int(lives.outcome[place]))]
        lot = listed[int(intent["instrument"])].lot_size
        assert row.filled == int(lives.filled_lots[place]) * lot
        assert row.fees == amount_from_units(int(lives.fee_units[place]))
        assert row.verdict_code == lives.code[place]
        assert row.conflict == ""
    assert sum((row.fees for row in orders.values()), Decimal(0)) == ledger.fees
