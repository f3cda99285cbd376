"""Records that are followed are those that are read at once.

1. At any place of a journal that grows, what is followed is what ``read_records`` makes of it.
2. What is held by instrument is what the ledger has.
3. A journal that a crash made shorter is read anew.
"""

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import numpy as np

from tests.runtime.books.written_runs import GTC_LIMIT, Sizes, WrittenRun
from tests.runtime.parity.recorded_runs import instruments, recorded, settings
from traider.domain.events import Kind
from traider.kernel.codes import Verdict
from traider.runtime.books.followed_records import FollowedRecords
from traider.runtime.books.run_records import read_records
from traider.runtime.control.commands import ManualOrder
from traider.runtime.parity.recorded_run import RecordedRun

NAME = "BINANCE:BTC-USDT-PERP"


def _check_same(followed: FollowedRecords, folder: Path) -> None:
    found, wanted = followed.refresh(), read_records(RecordedRun.open(folder))
    assert found.orders == wanted.orders
    assert found.executions == wanted.executions
    assert (found.end, found.last_ns) == (wanted.end, wanted.last_ns)
    assert found.money.events.tobytes() == wanted.money.events.tobytes()
    assert np.array_equal(found.money.sequences, wanted.money.sequences)
    ledger = wanted.money.ledger()
    assert {name: each.position for name, each in followed.held.items()} == ledger.positions
    assert sum((each.fees for each in followed.held.values()), Decimal(0)) == ledger.fees


def _steps(run: WrittenRun) -> list[Callable[[], object]]:
    """Return what happens, piece by piece: orders whose lives span several looks."""
    kept: dict[str, int] = {}

    def wish() -> None:
        size = Decimal(1)
        run.asked(ManualOrder(who="ana", why="rebalance", instrument=NAME, side="buy", size=size))
        cause = run.event(Kind.MANUAL_ORDER, side=1, size=1_000, flags=1)
        kept["bought"] = run.order(Sizes(1, 1_000), cause=cause)

    return [
        lambda: run.book(1_000, 1_002),
        wish,
        lambda: run.fill(kept["bought"], Sizes(1, 400, 1_002), 600, 10**6),
        lambda: run.trade(1_001, 5),
        lambda: run.fill(kept["bought"], Sizes(1, 600, 1_003), 0, 2 * 10**6),
        lambda: run.refuse(run.wish(Sizes(1, 5, 990), GTC_LIMIT), Verdict.EXPOSURE, 3.0, 2.5),
        lambda: kept.update(rests=run.order(Sizes(-1, 100, 1_050), GTC_LIMIT)),
        lambda: run.transfer(100, 1),
        lambda: run.cancelled(kept["rests"], 100),
        lambda: run.fill(0, Sizes(-1, 1_400, 1_001), 0, 0),
        lambda: run.event(Kind.RECONCILE_ADJUSTMENT, code=1, size=50, at_price=1_000),
    ]


def test_it_is_what_is_read_at_once_at_every_place(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    followed: FollowedRecords | None = None
    with WrittenRun(folder) as run:
        for step in _steps(run):
            step()
            followed = followed or FollowedRecords(RecordedRun.open(folder))
            _check_same(followed, folder)
    assert followed is not None
    records = followed.refresh()
    assert followed.refresh() is records
    assert (records.orders[0].asked_by, records.orders[0].reason) == ("ana", "rebalance")
    held = followed.held[NAME]
    assert held.position.quantity == Decimal("-0.35")
    # It turned short with the fill that nobody ordered.
    (turned,) = [each for each in records.executions if not each.order_id and each.side < 0]
    assert held.opened_ns == turned.heard_ns


def test_a_run_that_traded_is_followed_from_its_end(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "run", settings("level2-iceberg"))
    followed = FollowedRecords(RecordedRun.open(folder))
    _check_same(followed, folder)
    assert len(followed.refresh().executions) > 20
    assert list(followed.held) == [each.name for each in instruments()]


def test_a_journal_that_lost_its_end_is_read_anew(tmp_path: Path) -> None:
    folder, short = tmp_path / "run", tmp_path / "short"
    with WrittenRun(folder) as run:
        run.book(1_000, 1_002)
        run.fill(run.order(Sizes(1, 1_000)), Sizes(1, 1_000, 1_002), 0, 10**6)
        followed = FollowedRecords(RecordedRun.open(folder))
        shutil.copytree(folder / "journal", short)
        run.fill(run.order(Sizes(-1, 500)), Sizes(-1, 500, 1_001), 0, 10**6)
        assert len(followed.refresh().executions) == 2
    # As a crash leaves it that took what nobody had acknowledged.
    shutil.rmtree(folder / "journal")
    shutil.copytree(short, folder / "journal")
    _check_same(followed, folder)
    assert len(followed.refresh().executions) == 1
