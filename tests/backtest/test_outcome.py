"""One pass measured: exact equity, fills as values, and what is left when nothing happened."""

import math
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.backtest.bar_tables import columns_of, write_bars
from tests.kernel.scenario import (
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
from traider.backtest.outcome import Pass, costs_by_kind, costs_of, fills_of, tier_result
from traider.backtest.results import TierResult
from traider.domain.events import EventArray, FillFlag, Kind, join_events, sort_events
from traider.kernel.machine import Machine
from traider.kernel.specification import KernelSpec, MarketSpec
from traider.portfolio.attribution import UNEXPLAINED

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
    assert result.turnover == 0.0
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


def funding(bar: int, paid_units: int) -> EventArray:
    """Return the venue's transfer of a funding payment."""
    return record(Kind.TRANSFER, opening(bar) + 1_000, w1=-paid_units, w3=FUNDING_REASON)


def test_funding_is_booked_to_the_trade_that_was_held(tmp_path: Path) -> None:
    spec = spec_of(FINE)
    done = Pass("base", Machine(spec))
    path = write_bars(tmp_path / "X.parquet", columns_of([row[3] / 100 for row in ROWS]))
    file = replace(scan_bar_file(path), tick_size=FINE.tick_size)
    paid = join_events([funding(2, 500_000_000), funding(4, 70)])
    orders = [order.event() for order in (buy(1, 2_000), sell(3, 2_000))]
    feed = sort_events(join_events([bars(*ROWS), paid, *orders]))
    begin = feed[:1].copy()
    begin["kind"] = Kind.WARMUP_BEGIN
    begin["ts_recv"] = begin["ts_event"]
    done.advance(join_events([begin, feed]))
    done.finish()
    result = tier_result(done, spec, [file], Decimal(1_000_000), seed=1)
    (trade,) = result.trades
    assert trade.funding == 5
    assert result.costs.funding == Decimal("5.0000007")
    total = result.final_equity - 1_000_000
    # Bought at 100, sold at 120; the second payment fell due while nothing was held.
    assert total == 40 - result.costs.fees - result.costs.funding
    assert trade.pnl == total + Decimal("0.0000007")
    found = result.attribution
    assert all(sum(parts.values()) == total for parts in found.views().values())
    assert found.by_instrument == {"X": total}
    assert found.by_alpha == {"manual": trade.pnl, "funding": Decimal("-0.0000007")}
    assert found.by_cost["funding"] == -result.costs.funding
    assert UNEXPLAINED not in found.by_month


def test_forced_fills_are_liquidations_and_their_fees_stand_apart() -> None:
    parts = [(1, 7, 0), (-1, 100, FillFlag.LIQUIDATION), (-1, 50, FillFlag.LIQUIDATION)]
    events = join_events(
        [
            record(Kind.FILL, START, side=side, size=1, price=5, fee=fee, flags=flags)
            for side, fee, flags in parts
        ]
    )
    spec = spec_of(FINE)
    fills = fills_of(events, spec)
    assert [fill.is_liquidation for fill in fills] == [False, True, True]
    done = Pass("base", Machine(spec))
    costs = costs_of(done, fills)
    assert costs.taker_fees == Decimal("0.00000007")
    assert costs.liquidation_fees == Decimal("0.0000015")
    assert costs.liquidations == 1
    assert costs_by_kind(costs)["liquidation_fees"] == Decimal("0.0000015")
    assert "funding" not in costs_by_kind(costs)
