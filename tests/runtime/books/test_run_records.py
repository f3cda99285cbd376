"""Orders, executions and positions of journals, held against the ledger.

1. Every execution of a run is in its records, and they add up to the ledger.
2. What the books hold at any place of a journal is what its fills up to there add up to.
3. A person behind an order is named with the reason; a refusal with its check.
4. Read twice, everything is the same.
"""

import json
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from tests.runtime.books.written_runs import GTC_LIMIT, Sizes, WrittenRun
from tests.runtime.parity.recorded_runs import held_events, instruments, recorded, settings
from traider.cli.main import run as run_command
from traider.compliance.blotter import quantities
from traider.compliance.order_records import ExecutionKind, OrderOutcome
from traider.domain.events import EventArray, Kind
from traider.journal.reader import JournalReader
from traider.kernel.codes import Verdict
from traider.portfolio.lot_matching import LotTerms
from traider.portfolio.lots import LotMethod
from traider.runtime.books.positions_then import positions_before
from traider.runtime.books.run_records import read_records
from traider.runtime.control.commands import ManualOrder
from traider.runtime.parity.recorded_run import RecordedRun

Capture = pytest.CaptureFixture[str]
NAME = "BINANCE:BTC-USDT-PERP"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the shipped capture that traded."""
    return recorded(tmp_path_factory.mktemp("records") / "run", settings("level2-iceberg"))


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of a person's order, a refusal, a fill without an order and a correction."""
    folder = tmp_path_factory.mktemp("by-hand") / "run"
    with WrittenRun(folder) as run:
        run.book(1_000, 1_002)
        run.asked(
            ManualOrder(who="ana", why="rebalance", instrument=NAME, side="buy", size=Decimal(1))
        )
        cause = run.event(Kind.MANUAL_ORDER, side=1, size=1_000, flags=1)
        bought = run.order(Sizes(1, 1_000), cause=cause)
        run.fill(bought, Sizes(1, 400, 1_002), 600, 10**6)
        run.fill(bought, Sizes(1, 600, 1_003), 0, 2 * 10**6)
        refused = run.wish(Sizes(1, 5_000, 990), GTC_LIMIT)
        run.refuse(refused, Verdict.EXPOSURE, 3.0, 2.5)
        rests = run.order(Sizes(-1, 100, 1_050), GTC_LIMIT)
        run.cancelled(rests, 100)
        run.fill(0, Sizes(-1, 200, 1_001), 0, 0)
        run.event(Kind.RECONCILE_ADJUSTMENT, code=1, size=50, at_price=1_000)
    return folder


def _signed_lots(events: EventArray) -> int:
    fills = events[events["kind"] == Kind.FILL]
    return int((fills["size"] * fills["side"]).sum())


def test_executions_are_those_of_the_journal_and_of_the_ledger(folder: Path) -> None:
    records = read_records(RecordedRun.open(folder))
    events = held_events(folder / "journal")
    (market,) = instruments()
    assert len(records.executions) == int((events["kind"] == Kind.FILL).sum()) > 20
    held = _signed_lots(events) * market.lot_size
    assert quantities(records.executions) == {market.name: held}
    assert records.money.ledger().position(market.name).quantity == held
    wishes = (events["kind"] == Kind.ORDER_INTENT) & (events["flags"] & 0x200 == 0)
    assert [order.position for order in records.orders] == np.flatnonzero(wishes).tolist()
    assert sum(len(order.executions) for order in records.orders) == len(records.executions)
    for order in records.orders:
        told = events[list(order.positions)]
        assert set(told["order_id"].tolist()) == {order.order_id}
        assert order.asked_by.startswith("strategy ")
    assert read_records(RecordedRun.open(folder)).orders == records.orders


def test_positions_equal_the_fills_at_any_place(folder: Path) -> None:
    run, events = RecordedRun.open(folder), held_events(folder / "journal")
    reader, money = JournalReader(folder / "journal"), read_records(run).money
    (market,) = instruments()
    fills = np.flatnonzero(events["kind"] == Kind.FILL)
    methods = list(LotMethod)
    for number, place in enumerate([0, *fills[::6].tolist(), int(fills[-1]) + 1, len(events)]):
        terms = LotTerms(methods[number % len(methods)])
        report = positions_before(reader, money, place, terms)
        held = _signed_lots(events[:place]) * market.lot_size
        assert [row.quantity for row in report.rows] in ([held], [])
        assert report.rows or not held
        worth = report.valuation
        assert worth is not None
        assert worth.nav_units == worth.made_units
        for row in report.rows:
            assert row.mark is not None
            assert row.unrealized == row.mark.price * held - row.cost
            assert row.lot_unrealized is not None
            assert row.mark.ts_ns <= int(events["ts_recv"][place - 1])


def test_who_asked_and_which_check_refused(by_hand: Path) -> None:
    records = read_records(RecordedRun.open(by_hand))
    bought, refused, rests = records.orders
    assert (bought.asked_by, bought.reason) == ("ana", "rebalance")
    assert (bought.outcome, bought.executed) == (OrderOutcome.FILLED, Decimal(1))
    assert bought.average_price == Decimal("100.26")
    assert bought.venue_number == 77
    assert refused.verdict is not None
    told = refused.verdict.word, refused.verdict.number, refused.verdict.limit
    assert (refused.outcome, told) == (OrderOutcome.REFUSED, ("exposure", 3.0, 2.5))
    assert (rests.outcome, rests.terms.limit_price) == (OrderOutcome.CANCELLED, Decimal(105))
    assert refused.asked_by.startswith("strategy ")
    kinds = [each.kind for each in records.executions]
    assert kinds == [ExecutionKind.FILL] * 3 + [ExecutionKind.CORRECTION]
    assert quantities(records.executions) == {NAME: Decimal("0.85")}
    assert records.money.ledger().position(NAME).quantity == Decimal("0.85")


def test_the_blotter_is_written_the_same_twice(
    by_hand: Path, tmp_path: Path, capsys: Capture
) -> None:
    files = [tmp_path / "first.csv", tmp_path / "second.csv"]
    said = ["report", "blotter", "--state", str(by_hand)]
    for file in files:
        assert run_command([*said, "--out", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "1 refused by exposure" in shown
    assert "executions and ledger agree" in shown
    assert files[0].read_bytes() == files[1].read_bytes()
    assert run_command([*said, "--json"]) == 0
    first = capsys.readouterr().out
    assert run_command([*said, "--json"]) == 0
    assert capsys.readouterr().out == first
    body = json.loads(first)
    assert len(body["rows"]) == len(files[0].read_text().splitlines()) - 1 == 7
    assert body["orders"] == {"cancelled": 1, "filled": 1, "refused": 1}
    # An execution of an order that was decided before the span keeps its terms.
    (second,) = [row for row in body["rows"] if row["executed_price"] == "100.3"]
    assert run_command([*said, "--from", second["time"], "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows[0] == second
    assert (second["asked_by"], second["type"]) == ("ana", "market")


def test_positions_are_told_as_of_an_instant(by_hand: Path, capsys: Capture) -> None:
    said = ["report", "positions", "--state", str(by_hand)]
    assert run_command([*said, "--method", "average", "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    (row,) = body["positions"]
    assert (row["quantity"], row["mark"], row["mark_of"]) == ("0.85", "100.1", "book")
    assert Decimal(row["worth"]) == Decimal("85.085")
    assert body["fees"] == {"USDT": "0.03"}
    assert Decimal(body["valuation"]["worth"]) == sum(
        Decimal(body["valuation"][name]) for name in ("cash", "positions")
    )
    assert run_command([*said, "--at", "2024-07-18", "--json"]) == 0
    before = json.loads(capsys.readouterr().out)
    assert (before["positions"], before["journal_events"]) == ([], 0)
    assert run_command(said) == 0
    assert "lots by fifo and ledger agree" in capsys.readouterr().out


def test_what_cannot_be_is_one_line(by_hand: Path, tmp_path: Path, capsys: Capture) -> None:
    said = ["report", "blotter", "--state", str(by_hand)]
    for wrong, words in (
        (["report", "blotter", "--state", str(tmp_path / "none")], "holds no run"),
        (["report", "positions", "--state", str(tmp_path / "none")], "holds no run"),
        ([*said, "--from", "2025-01-02", "--to", "2025-01-01"], "--to is not after --from"),
        ([*said, "--out", str(tmp_path / "no" / "b.csv")], "cannot be written"),
        ([*said, "--from", "yesterday"], "is no time"),
    ):
        assert run_command(wrong) in (2, 3)
        shown = capsys.readouterr().err
        assert len(shown.splitlines()) == 1
        assert words in shown
