"""Laws of the NAV series.

1. However the market's events come in pieces, with restarts and crashes between, the rows are those
   that a replay of the journal makes, to the byte.
2. A row is the account after every event of its second: its worth is the kernel's, to the unit, and
   is made up of capital, what came in, what was gained and what was paid.
3. What is kept survives a crash; a row that was cut or is later than the journal is taken away.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.runtime.parity.recorded_runs import RecordedTrader, capture, recorded, settings
from traider.backtest.outcome import account_equity
from traider.domain.events import Kind, empty_events
from traider.domain.money import pack_currency
from traider.domain.timeframes import DAY_NS, SECOND_NS
from traider.domain.units import units_from_amount
from traider.runtime.books.money_events import read_money
from traider.runtime.books.nav_files import NavWriter, read_nav
from traider.runtime.books.nav_replay import replayed_nav
from traider.runtime.parity.recorded_run import RecordedRun
from traider.runtime.status_body import Mode
from traider.runtime.trading.account_flows import AccountFlows
from traider.runtime.trading.nav_rows import NAV_ROW, NavRows, nav_row
from traider.runtime.trading.second_marks import second_of
from traider.runtime.trading.standing import Standing


def _check_parts(rows: NavRows, capital: int) -> None:
    made = rows["paid_in"] + rows["adjusted"] + rows["realized"] + rows["unrealized"]
    assert (rows["nav"] == capital + made - rows["fees"] - rows["funding"]).all()
    assert (np.abs(rows["nav"] - rows["cash"]) <= rows["gross"]).all()
    assert len(np.unique(rows["traded"])) > 2
    assert (np.diff(rows["ts"]) > 0).all()
    assert (rows["ts"] % SECOND_NS == 0).all()


@pytest.mark.parametrize(
    ("mode", "restarts"), [(Mode.PAPER, [22_000, 40_000]), (Mode.DEMO, []), (Mode.DEMO, [30_000])]
)
def test_a_replay_makes_the_same_rows(mode: Mode, restarts: list[int], tmp_path: Path) -> None:
    folder = recorded(tmp_path / "run", settings("level2-iceberg"), restarts=restarts, mode=mode)
    run = RecordedRun.open(folder)
    kept, made = read_nav(run.paths.nav), replayed_nav(run)
    # The trader ended as in a crash: the second that it was in is not marked.
    assert kept.tobytes() == made[: len(kept)].tobytes()
    assert len(made) - len(kept) <= 1
    assert len(kept) > 50
    assert len(np.unique(kept["nav"])) > 3
    _check_parts(made, run.spec().capital_units)


def test_the_last_row_is_the_account_at_the_end(tmp_path: Path) -> None:
    trader = RecordedTrader(tmp_path / "run", settings("level2-iceberg"), Mode.DEMO)
    trader.begin(int(capture()[1]["ts_recv"][0]) - 1_000)
    trader.feed(capture()[1])
    trader.trader.end()
    run = RecordedRun.open(trader.folder)
    rows, machine = read_nav(run.paths.nav), trader.trader.machine
    trader.close()
    assert rows.tobytes() == replayed_nav(run).tobytes()
    last = rows[-1]
    assert int(last["nav"]) == units_from_amount(account_equity(machine))
    assert tuple(trader.trader.marked)[-1] == (int(last["ts"]), int(last["nav"]))
    ledger = read_money(run).ledger()
    assert int(last["cash"]) == units_from_amount(ledger.cash)
    assert int(last["fees"]) == units_from_amount(ledger.fees)
    # Costs are released in ticks times lots there and in money here: half a unit a closing fill.
    assert abs(int(last["realized"]) - units_from_amount(ledger.realized)) <= len(ledger.entries)


def test_a_restart_takes_away_what_the_journal_does_not_know(tmp_path: Path) -> None:
    folder = recorded(tmp_path / "run", settings("level2-iceberg"))
    run = RecordedRun.open(folder)
    rows = read_nav(run.paths.nav)
    (path,) = run.paths.nav.iterdir()
    later = rows[-1:].copy()
    later["ts"] += 100 * SECOND_NS
    path.write_bytes(rows.tobytes() + later.tobytes() + b"torn")
    assert len(read_nav(run.paths.nav)) == len(rows) + 1
    RecordedTrader(folder, settings("level2-iceberg")).close()
    assert path.read_bytes() == rows.tobytes()
    begin, end = int(rows["ts"][3]), int(rows["ts"][9])
    assert (read_nav(run.paths.nav, begin, end) == rows[3:9]).all()


def _row(ts_ns: int) -> NavRows:
    return np.array([(ts_ns, *range(10))], NAV_ROW)


def test_a_file_holds_a_day_and_midnight_closes_it(tmp_path: Path) -> None:
    writer = NavWriter(tmp_path / "nav", 0)
    stamps = [DAY_NS - SECOND_NS, DAY_NS, DAY_NS + SECOND_NS]
    for ts_ns in stamps:
        writer.add(_row(ts_ns))
    names = sorted(path.name for path in (tmp_path / "nav").iterdir())
    assert names == ["1970-01-01.nav1", "1970-01-02.nav1"]
    assert read_nav(tmp_path / "nav")["ts"].tolist() == stamps
    # Going on from within the first day leaves nothing of the second.
    again = NavWriter(tmp_path / "nav", DAY_NS)
    again.add(_row(DAY_NS))
    assert read_nav(tmp_path / "nav")["ts"].tolist() == stamps[:2]
    assert len(read_nav(tmp_path / "nowhere")) == 0


def test_a_disk_that_refuses_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "nav").write_text("in the way")
    told: list[str] = []
    writer = NavWriter(tmp_path / "nav", 0, told.append)
    writer.add(_row(SECOND_NS))
    writer.add(_row(2 * SECOND_NS))
    assert len(told) == 1


def test_what_came_in_is_told_from_what_was_gained(tmp_path: Path) -> None:
    trader = RecordedTrader(tmp_path / "run", settings("level2-iceberg"), Mode.DEMO)
    machine, standing = trader.trader.machine, Standing()
    trader.close()
    events = empty_events(4)
    events["ts_recv"] = 5
    events["kind"] = [Kind.TRANSFER, Kind.TRANSFER, Kind.TRANSFER, Kind.RECONCILE_ADJUSTMENT]
    events["w0"][:3] = pack_currency("USDT")
    events["w1"] = [70, 4, 9, 2]
    events["w3"] = [1, 3, 5, 0]
    events["w2"][3], events["w4"][3] = 11, 10**6
    standing.append(events)
    row = nav_row(machine, standing, 8)[0]
    top, bottom = machine.spec.markets[0].money_fraction()
    assert (int(row["ts"]), int(row["paid_in"])) == (8, 70)
    assert int(row["adjusted"]) == 9 + 11 + 2 * 10**6 * top // bottom
    kept = Standing.from_bytes(standing.to_bytes())
    assert kept.flows == standing.flows != AccountFlows()
    assert second_of(SECOND_NS) == SECOND_NS == second_of(1)
