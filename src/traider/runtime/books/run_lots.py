"""Lots and disposals of a recorded run, by a method, and the tables that keep them."""

from pathlib import Path

from traider.domain.errors import UsageError
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
