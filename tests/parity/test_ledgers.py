"""Laws of the ledgers: four books of one account agree.

1. The decider's ledger in integers equals the exact decimal replay of the fills: cash, fees and
   positions to the smallest unit, equity to 1e-9 relative; with fees in a currency of their own
   its balance and the fees taken from it too.
2. The venue's own account and the gate's view hold the same cash and positions at the end.
3. What the decider says it paid in fees is what the venue says it took.

On any grid: ticks down to 1e-10, sizes in whole lots or 1e-8, rebates, contract multipliers.
"""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.builders import (
    CASH_UNITS,
    Finished,
    bar_stream,
    ensemble,
    finish,
    market,
    random_bars,
    run_chunks,
)
from tests.parity.replay import replay_decider
from tests.parity.small_run import RUNS, small_run
from tests.property.book_cases import book_cases
from tests.property.event_streams import Case, cases
from traider.backtest.fee_values import fee_values, is_fee_in_other
from traider.backtest.outcome import account_equity
from traider.domain.events import FillFlag, Kind, join_events, sort_events
from traider.domain.fills import Fill
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.kernel.arithmetic import DIVISOR_MAX
from traider.kernel.decider.ledger import equity_of
from traider.kernel.gate import view_equity
from traider.kernel.machine import Machine, state_hash
from traider.kernel.specification import FeeCurrencySpec, KernelSpec, MarketSpec
from traider.portfolio.ledger import Ledger

GRIDS = [
    (Decimal(tick), Decimal(lot), Decimal(multiplier))
    for tick, lot, multiplier in product(
        ["1e-10", "0.00001", "0.01", "0.5", "1"], ["1e-8", "0.001", "1"], ["1", "0.001", "100"]
    )
]


def exact_books(spec: KernelSpec, run: Finished) -> Ledger:
    """Replay the fills and transfers of ``run`` in decimals."""
    ledger = Ledger("USDT", amount_from_units(spec.cash_units))
    if spec.fees is not None:
        held = amount_from_units(spec.fees.balance_units)
        ledger.transfer(held, 0, "capital", spec.fees.currency)
    for event in run.journal:
        if event["kind"] == Kind.TRANSFER:
            ledger.transfer(amount_from_units(int(event["w1"])), int(event["ts_recv"]))
        elif event["kind"] == Kind.FILL:
            ledger.apply(exact_fill(spec, event))
    return ledger


def exact_fill(spec: KernelSpec, event: np.void) -> Fill:
    """Return a fill with what it says of its fee; a fee in another currency is worth nothing."""
    traded: MarketSpec = spec.markets[event["instrument"]]
    is_other = bool(event["flags"] & FillFlag.FEE_IN_OTHER)
    taken = amount_from_units(int(event["fee"]))
    return Fill(
        instrument=traded.name,
        side=int(event["side"]),
        price=price_from_ticks(int(event["price"]), traded.tick_size),
        quantity=size_from_lots(int(event["size"]), traded.lot_size),
        fee=Decimal(0) if is_other else taken,
        fee_currency="BNB" if is_other else "",
        fee_taken=taken if is_other else Decimal(0),
        ts_ns=int(event["ts_recv"]),
        multiplier=traded.multiplier,
    )


def check_books(spec: KernelSpec, run: Finished) -> Ledger:
    """Assert that all books of ``run`` agree, and return the exact ones."""
    ledger = exact_books(spec, run)
    decider, gate, venue = run.machine.decider, run.machine.gate, run.machine.venue
    assert ledger.cash == amount_from_units(int(decider.account[0]["cash_units"]))
    assert ledger.fees == amount_from_units(int(decider.markets["fees_units"].sum()))
    assert gate.account[0]["cash_units"] == decider.account[0]["cash_units"]
    marks = {}
    for k, traded in enumerate(spec.markets):
        held = decider.markets[k]
        quantity = ledger.position(traded.name).quantity
        assert quantity == size_from_lots(int(held["position_lots"]), traded.lot_size)
        assert gate.markets[k]["position_lots"] == held["position_lots"]
        marks[traded.name] = price_from_ticks(int(held["mark_ticks"]), traded.tick_size)
    check_fee_balances(spec, run, ledger)
    rates = {"BNB": amount_from_units(spec.fees.price_e8)} if spec.fees else {}
    exact = ledger.equity(marks, rates)
    assert account_equity(run.machine) == exact
    assert ledger.balances == dict.fromkeys(ledger.balances, 0)
    equity = float(exact)
    scale = max(abs(equity), float(amount_from_units(spec.capital_units)))
    assert equity_of(decider) == pytest.approx(equity, rel=0.0, abs=1e-9 * scale)
    if (gate.markets["mark_ticks"] == decider.markets["mark_ticks"]).all():
        # Where there is a book, the decider knows its middle and the gate the last trade.
        assert view_equity(gate) == pytest.approx(equity, rel=0.0, abs=1e-9 * scale)
    if venue.venue[0]["queued"] == 0:
        assert venue.venue[0]["cash_units"] == decider.account[0]["cash_units"]
        taken = venue.markets["maker_fees"] + venue.markets["taker_fees"]
        taken += venue.markets["liquidation_fees"]
        assert taken.tolist() == decider.markets["fees_units"].tolist()
        paid = venue.markets["funding_units"].tolist()
        assert paid == decider.markets["funding_units"].tolist()
        assert venue.markets["position_lots"].tolist() == decider.markets["position_lots"].tolist()
    return ledger


def check_fee_balances(spec: KernelSpec, run: Finished, ledger: Ledger) -> None:
    """Assert that all books hold the same balance of the fee currency and took the same from it."""
    decider, gate, venue = run.machine.decider, run.machine.gate, run.machine.venue
    left = int(decider.account[0]["fee_balance"])
    assert amount_from_units(left) == ledger.cash_in("BNB")
    assert gate.account[0]["fee_balance"] == left
    taken = amount_from_units(int(decider.markets["other_fees_units"].sum()))
    assert taken == ledger.fees_in("BNB")
    if venue.venue[0]["queued"] == 0:
        assert venue.venue[0]["fee_balance"] == left >= 0
        books = venue.markets["maker_fees_other"] + venue.markets["taker_fees_other"]
        assert books.tolist() == decider.markets["other_fees_units"].tolist()
    values = fee_values(run.fills, spec.fees)
    in_other = is_fee_in_other(run.fills)
    before = spec.fees.balance_value_units if spec.fees else 0
    after = spec.fees.value_units(left) if spec.fees else 0
    assert values[in_other].sum() == before - after
    assert (values[~in_other] == run.fills["fee"][~in_other]).all()


@pytest.mark.parametrize("style", RUNS)
def test_the_books_of_a_real_run_agree(style: str) -> None:
    spec, events = small_run(style)
    run = finish(spec, events)
    assert run.machine.venue.venue[0]["queued"] == 0
    ledger = check_books(spec, run)
    assert ledger.fees > 0
    assert len(ledger.entries) > 20


@pytest.mark.parametrize("style", RUNS)
def test_the_books_of_a_real_run_agree_while_the_fee_balance_runs_out(style: str) -> None:
    spec, events = small_run(style)
    paid = finish(spec, events).fills["fee"]
    # Half of what the same fills would take at a price of 312.34567891 and a quarter off.
    half = int(paid[paid > 0].sum()) * 3 // (8 * 312)
    spec = replace(spec, fees=FeeCurrencySpec("BNB", half, 31_234_567_891, 25_000_000))
    run = finish(spec, events)
    ledger = check_books(spec, run)
    in_other = is_fee_in_other(run.fills)
    assert in_other.any()
    assert not in_other.all()
    assert ledger.fees_in("BNB") > amount_from_units(half) / 2
    # The decider alone and one that went on from a snapshot follow the fills just so.
    assert replay_decider(spec, run.journal).state_hash == state_hash(run.machine.decider)
    first = Machine(spec, journal_all=True)
    run_chunks(first, [events[: len(events) // 2]], final=False)
    second = Machine(spec, journal_all=True)
    second.restore(first.snapshot())
    after = run_chunks(second, [events[len(events) // 2 :]])
    assert after.machine.state_hash() == run.machine.state_hash()


@pytest.mark.uncounted
@given(st.one_of(cases(), book_cases()))
@settings(max_examples=150)
def test_the_books_of_random_runs_agree(case: Case) -> None:
    run = finish(case.spec, case.events)
    check_books(case.spec, run)


@pytest.mark.uncounted
@given(
    st.one_of(cases(), book_cases()),
    st.integers(1, 10**8),
    st.sampled_from([1, 12_345, 10**8, 31_234_567_891, DIVISOR_MAX]),
    st.integers(0, 10**8 - 1),
)
@settings(max_examples=60)
def test_the_books_of_random_runs_agree_with_fees_in_another_currency(
    case: Case, worth_units: int, price_e8: int, discount_e8: int
) -> None:
    # Worth from nothing to some money: the balance lasts, ends early, or pays no fee at all.
    balance = max(worth_units * 10**9 // price_e8, 1)
    spec = replace(case.spec, fees=FeeCurrencySpec("BNB", balance, price_e8, discount_e8))
    check_books(spec, finish(spec, case.events))


@pytest.mark.uncounted
@pytest.mark.parametrize("grid", GRIDS, ids=["-".join(map(str, grid)) for grid in GRIDS])
@given(seed=st.integers(0, 2**32), maker=st.integers(-30_000, 10**6), shorts=st.booleans())
@settings(max_examples=4)
def test_the_books_agree_on_every_grid(
    grid: tuple[Decimal, Decimal, Decimal], seed: int, maker: int, shorts: bool
) -> None:
    tick_size, lot_size, multiplier = grid
    # About ten positions' worth of lots in the account, whatever a lot is.
    price = max(int(amount_from_units(CASH_UNITS) / 1000 / (tick_size * lot_size * multiplier)), 50)
    markets = [
        market(
            name,
            tick_size=tick_size,
            lot_size=lot_size,
            multiplier=multiplier,
            can_short=shorts,
            maker_fee_e8=maker,
            taker_fee_e8=abs(maker) + 1,
        )
        for name in ("A", "B")
    ]
    spec = ensemble(markets, strategy={"dead_band": 0.0}, venue={"impact": 0.0})
    first = min(price, 30_000_000)
    bars = [
        bar_stream(random_bars(seed + k, 60, first_ticks=first, swing=0.02), k) for k in range(2)
    ]
    check_books(spec, finish(spec, sort_events(join_events(bars))))
