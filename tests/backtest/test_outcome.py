"""One pass measured: exact equity, fills as values, and what is left when nothing happened."""

import math
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, write_bars
from tests.kernel.scenario import (
    PERPETUAL,
    PLAIN_VENUE,
    START,
    Order,
    bars,
    buy,
    opening,
    record,
    sell,
    spec_of,
)
from traider.backtest.bar_files import scan_bar_file
from traider.backtest.order_lives import FUNDING_REASON
from traider.backtest.outcome import Pass, funding_of, tier_result
from traider.backtest.results import TierResult
from traider.domain.events import EventArray, Kind, join_events, sort_events
from traider.domain.margin import MarginTier
from traider.domain.units import amount_from_units, units_from_amount
from traider.kernel.arithmetic import MONEY
from traider.kernel.machine import Machine
from traider.kernel.specification import FeeCurrencySpec, KernelSpec, MarketSpec
from traider.portfolio.attribution import UNEXPLAINED
from traider.portfolio.funding import FundingPayment

# Prices in cents and sizes in thousandths, so that scaling is seen.
FINE = MarketSpec("X", Decimal("0.01"), Decimal("0.001"), 10_000, 20_000, can_short=True)
ROWS = [(10_000, 10_100, 9_900, 10_000)] * 3 + [(12_000, 12_100, 11_900, 12_000)] * 2


def measured(
    folder: Path, spec: KernelSpec, *orders: Order, rows: int = 5
) -> tuple[Pass, TierResult]:
    closes = [row[3] / 100 for row in ROWS]
    path = write_bars(folder / "X.parquet", columns_of(closes))
    file = replace(scan_bar_file(path), tick_size=FINE.tick_size)
    done = Pass("base", Machine(spec))
    feed = join_events([bars(*ROWS[:rows]), *(order.event() for order in orders)])
    off = feed[:1].copy()
    off["kind"] = Kind.WARMUP_BEGIN
    off["ts_recv"] = off["ts_event"]
    done.advance(join_events([off, sort_events(feed)]))
    done.finish()
    return done, tier_result(done, spec, [file], Decimal(1_000_000), seed=1)


def test_a_pass_is_measured(tmp_path: Path) -> None:
    spec = spec_of(FINE, venue=replace(PLAIN_VENUE, half_spread=0.001))
    done, result = measured(tmp_path, spec, buy(1, 2_000), sell(3, 2_000), buy(4, 500))
    # Bought 2.000 at 100.10, sold at 119.88, bought 0.500 at 120.12 and marked at 120.00.
    fees = Decimal("0.0002") * (Decimal("200.2") + Decimal("239.76") + Decimal("60.06"))
    assert done.bars == 5
    assert result.costs.taker_fees == fees == result.costs.fees
    assert result.costs.maker_fees == 0
    assert result.costs.spread == pytest.approx(2 * 0.1 + 2 * 0.12 + 0.5 * 0.12)
    profit = Decimal("239.76") - Decimal("200.2") - Decimal("0.06") - fees
    assert result.final_equity == 1_000_000 + profit
    closed, still_open = result.trades
    assert (closed.entry_price, closed.exit_price) == (Decimal("100.10"), Decimal("119.88"))
    assert closed.quantity == Decimal("2.000")
    assert (closed.is_open, still_open.is_open) == (False, True)
    assert closed.pnl + still_open.pnl == profit
    assert result.attribution.by_alpha == {"manual": profit}
    assert result.attribution.by_instrument == {"X": profit}
    assert result.attribution.by_state["open_positions"] == still_open.pnl
    assert all(sum(parts.values()) == profit for parts in result.attribution.views().values())
    assert (result.orders.sent, result.orders.filled, result.orders.refused) == (3, 3, 0)
    assert result.complete


def test_a_pass_without_orders_keeps_its_capital(tmp_path: Path) -> None:
    done, result = measured(tmp_path, spec_of(FINE))
    assert result.final_equity == 1_000_000
    assert result.trades == ()
    assert result.max_drawdown == 0.0
    assert math.isnan(result.turnover)  # five bars are no week
    assert done.alpha_fault == ""


def test_a_pass_without_bars_has_nothing_to_measure(tmp_path: Path) -> None:
    spec = spec_of(FINE)
    file = scan_bar_file(write_bars(tmp_path / "X.parquet", columns_of([1.0, 2.0])))
    done = Pass("base", Machine(spec))
    done.finish()
    done.complete = False
    result = tier_result(done, spec, [file], Decimal(1_000_000), seed=1)
    assert done.bars == done.events == 0
    assert result.final_equity == 1_000_000
    assert math.isnan(result.turnover)
    assert math.isnan(result.performance.sharpe)
    assert not result.complete


def pass_over(
    folder: Path, spec: KernelSpec, capital: int | Decimal, *parts: EventArray
) -> TierResult:
    """Return what a pass over bars, orders and facts leaves behind."""
    done = Pass("base", Machine(spec))
    path = write_bars(folder / "X.parquet", columns_of([1.0] * 5))
    file = replace(scan_bar_file(path), instrument=spec.markets[0].name)
    file = replace(file, tick_size=spec.markets[0].tick_size)
    feed = sort_events(join_events(parts))
    begin = feed[:1].copy()
    begin["kind"] = Kind.WARMUP_BEGIN
    begin["ts_recv"] = begin["ts_event"]
    done.advance(join_events([begin, feed]))
    done.finish()
    return tier_result(done, spec, [file], Decimal(capital), seed=1)


def settled(bar: int, rate: str, mark: str) -> EventArray:
    """Return a settlement of funding a little after bar ``bar`` opens."""
    return record(
        Kind.FUNDING,
        opening(bar) + 1_000_000_000,
        w0=int(Decimal(rate) * 10**12),
        w1=int(Decimal(mark) * 10**8),
        w4=1,
    )


def test_funding_is_booked_to_the_trade_that_was_held(tmp_path: Path) -> None:
    orders = [order.event() for order in (buy(1, 2_000), sell(3, 2_000))]
    rates = [settled(2, "0.001", "100.5"), settled(3, "-0.0002", "100"), settled(4, "0.5", "120")]
    result = pass_over(tmp_path, spec_of(FINE), 1_000_000, bars(*ROWS), *rates, *orders)
    (trade,) = result.trades
    # Long 2.000: paid 201 * 0.001; the sale filled before the second settlement.
    assert trade.funding == result.costs.funding == Decimal("0.201")
    total = result.final_equity - 1_000_000
    assert total == 40 - result.costs.fees - trade.funding == trade.pnl
    found = result.attribution
    assert all(sum(parts.values()) == total for parts in found.views().values())
    assert found.by_instrument == {"X": total}
    assert found.by_alpha == {"manual": total}
    assert found.by_cost["funding"] == Decimal("-0.201")
    assert not any(UNEXPLAINED in parts for parts in found.views().values())


def test_a_forced_close_ends_its_trade_and_its_fee_stands_apart(tmp_path: Path) -> None:
    tier = MarginTier(Decimal(0), Decimal(1_000_000), Decimal("0.05"), Decimal(0), Decimal(10))
    market = replace(
        PERPETUAL, taker_fee_e8=50_000, liquidation_fee_e8=1_000_000, margin_tiers=(tier,)
    )
    rows = [(100, 101, 99, 100)] * 3 + [(100, 100, 60, 70)] * 2
    order = buy(1, 50).event()
    result = pass_over(tmp_path, spec_of(market, cash=1_000), 1_000, bars(*rows), order)
    (trade,) = result.trades
    opening_fill, forced = result.fills
    assert (opening_fill.is_liquidation, forced.is_liquidation) == (False, True)
    assert trade.is_liquidated
    assert trade.closed_by == ()
    assert result.costs.liquidations == 1
    assert result.costs.liquidation_fees == forced.notional * Decimal("0.01")
    assert result.costs.fees + result.costs.liquidation_fees == trade.fees
    found = result.attribution
    assert found.total == trade.pnl == result.final_equity - 1_000
    assert found.by_cost["liquidation_fees"] == -result.costs.liquidation_fees
    assert all(sum(parts.values()) == found.total for parts in found.views().values())
    assert result.orders.sent == result.orders.filled == 1


def test_fees_in_another_currency_count_with_their_value_and_everything_sums(
    tmp_path: Path,
) -> None:
    fees = FeeCurrencySpec("BNB", 30_000, 7 * MONEY, 25_000_000)
    market = replace(FINE, maker_fee_e8=100_000, taker_fee_e8=200_000)
    spec = replace(spec_of(market, cash=1_000_000), fees=fees)
    orders = [order.event() for order in (buy(1, 2), sell(2, 1), sell(3, 2_000), buy(4, 1))]
    opened = spec.capital_units
    result = pass_over(tmp_path, spec, amount_from_units(opened), bars(*ROWS), *orders)
    first, second, dear, last = result.fills
    # 0.2 at 0.2 % less a quarter is 0.0003, at 7 that is 0.0000428571...: rounded up.
    assert (first.fee_currency, first.fee_taken) == ("BNB", Decimal("0.00004286"))
    assert first.fee == Decimal("0.00030002")
    assert (second.fee_taken, last.fee_taken) == (Decimal("0.00002143"), Decimal("0.00002572"))
    # 240 at 0.2 % would take 0.0514 of the 0.0002357 that are left.
    assert (dear.fee_currency, dear.fee_taken, dear.fee) == ("", Decimal(0), Decimal("0.48"))
    own, other = result.costs.fees_paid
    assert (own.currency, own.amount, own.value, own.left) == ("USDT", dear.fee, dear.fee, None)
    taken = first.fee_taken + second.fee_taken + last.fee_taken
    assert (other.currency, other.amount, other.value) == ("BNB", taken, 7 * taken)
    assert other.left == Decimal("0.0003") - taken
    assert result.costs.fees == result.costs.taker_fees == own.value + other.value
    assert sum(trade.fees for trade in result.trades) == result.costs.fees
    assert result.explained is not None
    assert int(result.explained.lives.fee_units.sum()) == units_from_amount(result.costs.fees)
    found = result.attribution
    assert found.total == result.final_equity - amount_from_units(opened)
    assert found.total == sum(trade.pnl for trade in result.trades)
    assert all(sum(parts.values()) == found.total for parts in found.views().values())
    assert not any(UNEXPLAINED in parts for parts in found.views().values())


def test_transfers_for_funding_become_payments() -> None:
    events = record(Kind.TRANSFER, START, w1=-70, w3=FUNDING_REASON)
    (payment,) = funding_of(events, spec_of(FINE))
    assert payment == FundingPayment("X", Decimal("0.0000007"), START)
