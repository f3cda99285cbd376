"""The books of recorded runs, made of their journals.

1. Cash, fees and positions are those of the trader's own state, to the unit.
2. By every method the lots' gains, open ones marked, are the profit of the run, to the unit.
3. What the tables keep is what was matched; keeping it again changes nothing.
"""

import json
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from tests.runtime.parity.recorded_runs import RecordedTrader, capture, recorded, settings
from traider.cli.main import run as run_command
from traider.compliance.tax_forms import TaxForm
from traider.compliance.tax_rows import Reported
from traider.domain.errors import DataError, UsageError
from traider.domain.events import EventArray, FillFlag, Kind, empty_events
from traider.domain.money import notional_units, pack_currency
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.journal.reader import JournalReader
from traider.kernel.specification import FeeCurrencySpec
from traider.portfolio.lot_matching import LotTerms
from traider.portfolio.lots import Lot, LotMethod
from traider.runtime.books.money_events import money_of, read_money
from traider.runtime.books.run_lots import keep_run_lots, lots_of
from traider.runtime.books.tax_year import TaxRequest, tax_year
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.status_body import Mode
from traider.runtime.tables_following import TablesFollower, TablesOrder
from traider.store.tables import open_engine, read_session
from traider.store.tables.lot_writing import KeptLot, keep_lots
from traider.store.tables.models import DisposalRow, LotRow

Capture = pytest.CaptureFixture[str]


@cache
def _folder(base: Path) -> Path:
    return recorded(base / "run", settings("level2-iceberg"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _folder(tmp_path_factory.getbasetemp())


@pytest.mark.parametrize("mode", [Mode.PAPER, Mode.DEMO])
def test_the_books_are_the_traders_own(mode: Mode, tmp_path: Path) -> None:
    trader = RecordedTrader(tmp_path / "run", settings("level2-iceberg"), mode)
    trader.begin(int(capture()[1]["ts_recv"][0]) - 1_000)
    trader.feed(capture()[1])
    money = read_money(RecordedRun.open(trader.folder))
    ledger, decider = money.ledger(), trader.trader.machine.decider
    trader.close()
    assert ledger.balances == {"USDT": 0}
    assert ledger.cash == amount_from_units(int(decider.account[0]["cash_units"]))
    assert ledger.fees == amount_from_units(int(decider.markets["fees_units"].sum()))
    (market,) = money.markets
    held = size_from_lots(int(decider.markets[0]["position_lots"]), market.lot_size)
    assert ledger.position(market.name).quantity == held
    assert len(ledger.entries) > 20
    mark = price_from_ticks(int(decider.markets[0]["mark_ticks"]), market.tick_size)

    def worth(lot: Lot) -> int:
        return notional_units(mark, lot.remaining)

    for method in LotMethod:
        books = lots_of(money, LotTerms(method))
        rounded = notional_units(mark, abs(held)) - sum(map(worth, books.open_lots))
        made = books.gain_units + books.unrealized_units(worth)
        made += ledger.position(market.name).side * rounded
        assert amount_from_units(made) == ledger.equity({market.name: mark}) - money.capital


def _event(kind: Kind, **words: int) -> EventArray:
    event = empty_events(1)
    event["kind"], event["version"], event["ts_recv"] = kind, 1, 5
    for name, value in words.items():
        event[name] = value
    return event


def test_everything_that_moves_money_is_booked(folder: Path) -> None:
    spec = RecordedRun.open(folder).spec()
    usdt = pack_currency("USDT")
    # Corrections: two lots more at 100 ticks, and money; transfers: capital, funding, interest.
    events = [
        _event(Kind.RECONCILE_ADJUSTMENT, w1=2, w2=-7 * 10**8, w4=100),
        _event(Kind.TRANSFER, w0=usdt, w1=50 * 10**8, w3=1),
        _event(Kind.TRANSFER, w0=usdt, w1=-3 * 10**8, w3=3),
        _event(Kind.TRANSFER, w0=usdt, w1=10**8, w3=4),
    ]
    money = money_of(spec, "USDT", events, [np.array([9, 10, 11, 12], np.int64)])
    ledger = money.ledger()
    assert ledger.capital == money.capital + 50
    assert [ledger.funding, *(each.amount for each in money.funding())] == [3, 3]
    assert ledger.cash == money.capital - 7 + 50 - 3 + 1
    (lot,) = lots_of(money, LotTerms()).open_lots
    assert (lot.sequence, lot.remaining) == (9, 2 * spec.markets[0].lot_size)
    paid = 200 * spec.markets[0].tick_size * spec.markets[0].lot_size
    assert (lot.cost, ledger.adjusted) == (paid, -7 + 1 + paid)
    assert ledger.balances == {"USDT": 0}
    assert list(money.until(5).booked_fills()) == []
    assert len(money.until(6).events) == 4


def test_a_tax_row_of_a_correction_is_named(folder: Path) -> None:
    spec = RecordedRun.open(folder).spec()
    events = [
        _event(Kind.RECONCILE_ADJUSTMENT, w1=2, w4=100),
        _event(Kind.FILL, side=-1, price=120, size=1),
        _event(Kind.RECONCILE_ADJUSTMENT, w1=-1, w4=100),
    ]
    money = money_of(spec, "USD", events, [np.array([9, 10, 11], np.int64)])
    asked = TaxRequest(1970, LotTerms(), TaxForm.FORM_8949, Reported.NONE)
    ended, begun = tax_year(asked, money).notes
    assert ended.startswith(
        "rows that end by a correction against the venue's account: 1 (fill 11)"
    )
    assert begun.endswith(": 2 (lot 9); their basis is the price of that moment")
    bought = [_event(Kind.FILL, side=1, price=100, size=1), events[1]]
    assert tax_year(asked, money_of(spec, "USD", bought, [np.array([1, 2], np.int64)])).notes == ()


def _with_tables(folder: Path) -> str:
    run = RecordedRun.open(folder)
    url = f"sqlite:///{run.paths.tables}"
    name = f"run-{run.manifest.run_id}"
    order = TablesOrder(run.paths.journal, url, name, "paper", "USDT", {"USDT": Decimal(10_000)})
    follower = TablesFollower(order)
    follower.close()
    follower.follow()
    return url


def test_the_tables_keep_lots_by_method(folder: Path, capsys: Capture) -> None:
    run = RecordedRun.open(folder)
    money = read_money(run)
    if run.paths.tables.exists():
        run.paths.tables.unlink()
    books = lots_of(money, LotTerms(LotMethod.HIFO))
    with pytest.raises(UsageError, match="keeps no tables"):
        keep_run_lots(run.paths, run.manifest.run_id, books)
    engine = open_engine(_with_tables(folder))
    for method in (LotMethod.HIFO, LotMethod.FIFO, LotMethod.HIFO):
        keep_run_lots(run.paths, run.manifest.run_id, lots_of(money, LotTerms(method)))
    with read_session(engine) as session:
        rows = session.scalars(select(LotRow).where(LotRow.method == "hifo")).all()
        gone = session.scalars(
            select(DisposalRow).join(LotRow).where(LotRow.method == "hifo")
        ).all()
        assert {row.method for row in session.scalars(select(LotRow))} == {"hifo", "fifo"}
    found = {(row.opened_sequence, row.side, row.quantity, row.remaining, row.cost) for row in rows}
    assert found == {
        (lot.sequence, lot.side, lot.quantity, lot.remaining, lot.cost) for lot in books.lots
    }
    assert sum(row.proceeds - row.cost for row in gone) == amount_from_units(books.gain_units)
    assert len(gone) == len(books.disposals) > 5
    alien = KeptLot("X:A-B", 1, 1, 1, Decimal(1), Decimal(1), Decimal(1))
    with pytest.raises(DataError, match="no instrument X:A-B"):
        keep_lots(engine, f"run-{run.manifest.run_id}", "fifo", [alien], [])
    with pytest.raises(UsageError, match="no journal 'other'"):
        keep_lots(engine, "other", "fifo", [], [])
    engine.dispose()
    assert run_command(["lots", "--state", str(folder), "--method", "lifo", "--keep"]) == 0
    assert "disposals, gain" in capsys.readouterr().out


def test_lots_are_told_to_programs_and_named_by_people(
    folder: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert run_command(["lots", "--state", str(folder), "--json"]) == 0
    body = json.loads(capsys.readouterr().out)
    assert (body["method"], body["currency"]) == ("fifo", "USDT")
    gains = sum(Decimal(each["gain"]) for each in body["disposals"])
    assert gains == Decimal(body["gain"])
    # The order that closed first is told to take what it took anyway.
    first = body["disposals"][0]
    (fill,) = JournalReader(folder / "journal").events(first["sequence"], first["sequence"] + 1)
    chosen = tmp_path / "chosen.csv"
    row = f"{int(fill['order_id'][0])},{first['lot']},{first['quantity']}\n"
    chosen.write_text(f"order_id,lot,quantity\n{row}", encoding="utf-8")
    asked = ["lots", "--state", str(folder), "--chosen", str(chosen)]
    assert run_command([*asked, "--method", "specific", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["gain"] == body["gain"]
    assert run_command(asked) == 2
    assert "add --method specific" in capsys.readouterr().err
    chosen.write_text("order_id\nx\n", encoding="utf-8")
    assert run_command([*asked, "--method", "specific"]) == 3
    assert "write order_id,lot,quantity" in capsys.readouterr().err


def test_fees_in_another_currency_count_at_their_worth(folder: Path) -> None:
    spec = replace(RecordedRun.open(folder).spec(), fees=FeeCurrencySpec("BNB", 10**8, 300 * 10**8))
    other = int(FillFlag.FEE_IN_OTHER)
    fill = _event(Kind.FILL, side=1, price=100, size=1, fee=10**6, flags=other)
    money = money_of(spec, "USDT", [fill], [np.array([4], np.int64)], "x")
    (found,) = money.booked_fills()
    assert (found.account, found.sequence, found.fill.fee) == ("x", 4, Decimal(3))
    ledger = money.ledger()
    assert ledger.cash_in("BNB") == Decimal("0.99")
    assert (ledger.fees, ledger.fees_in("BNB")) == (Decimal(0), Decimal("0.01"))
