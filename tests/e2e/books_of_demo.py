"""What the books of a demo must say, beside its journal and the exchange's own accounts."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np

from traider.domain.units import amount_from_units
from traider.runtime.books.money_events import MoneyEvents, read_money
from traider.runtime.books.nav_files import read_nav
from traider.runtime.books.nav_replay import replayed_nav
from traider.runtime.parity.recorded_run import RecordedRun

_EXCHANGE_STEP: Final = Decimal("1e-24")


def check_books(state: Path) -> None:
    """Assert that NAV series, ledger and exchange agree at the end of a demo."""
    run = RecordedRun.open(state)
    rows, money = read_nav(run.paths.nav), read_money(run)
    # The same rows from the journal alone, whatever was killed on the way.
    assert rows.tobytes() == replayed_nav(run).tobytes()
    assert (np.diff(rows["ts"]) > 0).all()
    ledger, last = money.ledger(), rows[-1]
    assert amount_from_units(int(last["cash"])) == ledger.cash
    assert amount_from_units(int(last["fees"])) == ledger.fees
    assert ledger.balances == {money.currency: 0}
    _check_exchange(state, money)


def _check_exchange(state: Path, money: MoneyEvents) -> None:
    """Assert that money and coins changed by as much as on the exchange's own account."""
    lines = (state / "exchange" / "accounts.jsonl").read_text(encoding="utf-8").splitlines()
    kept = json.loads(lines[-1])
    (account,) = kept["portfolios"]
    # What an account holds was given to it by the outside: the rest came of trading.
    own, outside = kept["balances"][account["portfolio_id"]], kept["balances"]["outside"]
    changed = {
        name: (total + outside[name][0]) * _EXCHANGE_STEP for name, (total, _) in own.items()
    }
    ledger = money.ledger()
    fills = len(list(money.booked_fills()))
    # The exchange counts finer than 1e-8; each fill and each fee is rounded by half a unit.
    assert abs(changed.pop(money.currency) - (ledger.cash - money.capital)) <= fills * Decimal(
        "1e-8"
    )
    held = {name.partition(":")[2].partition("-")[0]: it for name, it in ledger.positions.items()}
    for name, amount in changed.items():
        assert amount == (held[name].quantity if name in held else 0)
