"""Lots and disposals of a recorded run, by a method, and the tables that keep them."""

from pathlib import Path
from typing import Any

from traider.domain.errors import UsageError
from traider.domain.units import amount_from_units
from traider.portfolio.executions import executions_of
from traider.portfolio.lot_matching import LotBooks, LotTerms, match_lots
from traider.runtime.books.money_events import MoneyEvents
from traider.runtime.state_folder import RunPaths


def lots_of(money: MoneyEvents, terms: LotTerms) -> LotBooks:
    """Return the lots that the fills of a run opened and closed.

    Raises:
        DataError: a lot that is named for an order was not open then.
    """
    return match_lots(executions_of(money.booked_fills()), terms)


def lots_body(books: LotBooks, money: MoneyEvents) -> dict[str, Any]:
    """Return lots and disposals as they are printed for a program; money is text, exactly."""
    return {
        "method": books.method.value,
        "currency": money.currency,
        "account": money.account,
        "lots": [
            {
                "lot": lot.sequence,
                "instrument": lot.instrument,
                "side": lot.side,
                "opened_ns": lot.opened_ns,
                "quantity": f"{lot.quantity:f}",
                "remaining": f"{lot.remaining:f}",
                "cost": f"{lot.cost:f}",
                "cost_left": f"{lot.cost_left:f}",
            }
            for lot in books.lots
        ],
        "disposals": [
            {
                "lot": each.lot_sequence,
                "instrument": each.instrument,
                "side": each.side,
                "opened_ns": each.opened_ns,
                "closed_ns": each.closed_ns,
                "sequence": each.sequence,
                "quantity": f"{each.quantity:f}",
                "proceeds": f"{each.proceeds:f}",
                "basis": f"{each.basis:f}",
                "gain": f"{each.gain:f}",
                "held_ns": each.holding_ns,
                "is_long_term": each.is_long_term,
            }
            for each in books.disposals
        ],
        "gain": f"{amount_from_units(books.gain_units):f}",
    }


def keep_run_lots(paths: RunPaths, run_id: str, books: LotBooks) -> None:
    """Keep the lots of a run in its own tables, in place of those of the same method.

    Raises:
        UsageError: the run keeps no tables.
        DatabaseError: they cannot be written.
    """
    from traider.store.tables.engines import open_engine  # noqa: PLC0415 - SQL is for this alone
    from traider.store.tables.lot_writing import (  # noqa: PLC0415 - the same
        KeptDisposal,
        KeptLot,
        keep_lots,
    )

    if not paths.tables.is_file():
        raise _no_tables(paths.folder)
    lots = [
        KeptLot(
            each.instrument,
            each.sequence,
            each.opened_ns,
            each.side,
            each.quantity,
            each.remaining,
            each.cost,
        )
        for each in books.lots
    ]
    disposals = [
        KeptDisposal(
            each.lot_sequence,
            each.sequence,
            each.closed_ns,
            each.quantity,
            each.basis,
            each.proceeds,
        )
        for each in books.disposals
    ]
    engine = open_engine(f"sqlite:///{paths.tables}")
    try:
        keep_lots(engine, f"run-{run_id}", books.method.value, lots, disposals)
    finally:
        engine.dispose()


def _no_tables(folder: Path) -> UsageError:
    return UsageError(
        "the run keeps no tables", where=str(folder), fix="begin runs with run.tables = true"
    )
