"""One pass of the kernel over the data, and its measured result."""

import math
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from traider.backtest.bar_files import BarFile
from traider.backtest.collecting import CurveThinner, Fingerprint, OrderTally
from traider.backtest.results import CostBreakdown, OrderCounts, TierResult
from traider.domain.events import EventArray, FillFlag, Kind, empty_events
from traider.domain.fills import Fill
from traider.domain.timeframes import DAY_NS
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.kernel.arithmetic import MONEY
from traider.kernel.machine import Machine
from traider.kernel.specification import KernelSpec
from traider.portfolio.bootstrap import Resampling
from traider.portfolio.performance import daily_returns, summarize_returns
from traider.portfolio.trades import Trade, summarize_trades, trades_from_fills

_YEAR_NS: Final = 365 * DAY_NS


class Pass:
    """A machine running under one tier, and what it has written so far."""

    def __init__(self, tier: str, machine: Machine) -> None:
        self.tier = tier
        self.machine = machine
        self.fingerprint = Fingerprint()
        self.curve = CurveThinner()
        self.tally = OrderTally()
        self.engine_seconds = 0.0
        self.complete = True

    def advance(self, events: EventArray, *, final: bool = False) -> None:
        """Run over a chunk of events and collect what comes out."""
        started = time.perf_counter()
        for drained in self.machine.feed(events, final=final):
            self.engine_seconds += time.perf_counter() - started
            self.fingerprint.add(drained)
            self.curve.add(drained.nav)
            self.tally.add(drained)
            started = time.perf_counter()
        self.engine_seconds += time.perf_counter() - started

    def finish(self) -> None:
        """Say that nothing follows, so that the last answers and timers come due."""
        self.advance(empty_events(0), final=True)

    @property
    def bars(self) -> int:
        """Bars seen."""
        return int(self.machine.loop[0]["bars"])

    @property
    def events(self) -> int:
        """Events seen, the machine's own included."""
        return self.machine.sequence

    @property
    def now_ns(self) -> int:
        """Time of the last event."""
        return int(self.machine.decider.account[0]["now_ns"])

    @property
    def alpha_fault(self) -> str:
        """Name of the last alpha that was switched off, or nothing."""
        number = int(self.machine.decider.account[0]["alpha_fault"])
        return self.machine.spec.alphas[number - 1].name if number else ""

    @property
    def equity(self) -> Decimal:
        """Cash plus positions at their marks, exact."""
        return account_equity(self.machine)


def account_equity(machine: Machine) -> Decimal:
    """Return cash plus positions at their marks, exact."""
    total = amount_from_units(int(machine.decider.account[0]["cash_units"]))
    for market, spec in zip(machine.decider.markets, machine.spec.markets, strict=True):
        held = size_from_lots(int(market["position_lots"]), spec.lot_size)
        price = price_from_ticks(int(market["mark_ticks"]), spec.tick_size)
        total += held * price * spec.multiplier
    return total


def tier_result(
    done: Pass, spec: KernelSpec, files: Sequence[BarFile], capital: Decimal, seed: int
) -> TierResult:
    """Return everything the report shows about one tier."""
    names = tuple(alpha.name for alpha in spec.alphas)
    weights = np.array([alpha.weight for alpha in spec.alphas])
    marks = {
        file.instrument: price_from_ticks(int(market["mark_ticks"]), file.tick_size)
        for file, market in zip(files, done.machine.decider.markets, strict=True)
    }
    fills = fills_of(done.tally.fills(), spec)
    trades = trades_from_fills(fills, marks, done.tally.shares(names, weights))
    days, closes = done.curve.daily()
    _, returns = daily_returns(days, closes, float(capital))
    return TierResult(
        tier=done.tier,
        fingerprint=done.fingerprint.hexdigest(),
        curve=done.curve.curve(),
        performance=summarize_returns(returns, resampling=Resampling(seed=seed)),
        trade_summary=summarize_trades(trades),
        trades=trades,
        costs=_costs(done),
        orders=_orders(done.tally),
        final_equity=done.equity,
        max_drawdown=done.curve.worst,
        turnover=_turnover(done, files),
        pnl_by_instrument=_by_instrument(trades, files),
        pnl_by_alpha=_by_alpha(trades, names),
        complete=done.complete,
        fills=tuple(fills),
    )


def fills_of(events: EventArray, spec: KernelSpec) -> list[Fill]:
    """Return fill events as values with exact prices, quantities and fees."""
    found = []
    columns = ("instrument", "side", "price", "size", "fee", "ts_recv", "order_id", "flags")
    rows = zip(*(events[name].tolist() for name in columns), strict=True)
    for instrument, side, price, size, fee, ts, order_id, flags in rows:
        market = spec.markets[instrument]
        found.append(
            Fill(
                instrument=market.name,
                side=side,
                price=price_from_ticks(price, market.tick_size),
                quantity=size_from_lots(size, market.lot_size),
                fee=amount_from_units(fee),
                ts_ns=ts,
                order_id=order_id,
                is_maker=bool(flags & FillFlag.MAKER),
                multiplier=market.multiplier,
            )
        )
    return found


def _costs(done: Pass) -> CostBreakdown:
    markets = done.machine.venue.markets
    return CostBreakdown(
        maker_fees=amount_from_units(int(markets["maker_fees"].sum())),
        taker_fees=amount_from_units(int(markets["taker_fees"].sum())),
        spread=float(markets["spread_cost"].sum()),
        impact=float(markets["impact_cost"].sum()),
    )


def _orders(tally: OrderTally) -> OrderCounts:
    refused = sum(tally.refusals.values())
    return OrderCounts(
        sent=tally.kinds[Kind.ORDER_INTENT] - refused,
        refused=refused,
        filled=tally.filled,
        cancelled=tally.kinds[Kind.CANCELLED],
        rejected=tally.kinds[Kind.REJECTED],
        expired=tally.kinds[Kind.EXPIRED],
        refusals=dict(tally.refusals),
    )


def _turnover(done: Pass, files: Sequence[BarFile]) -> float:
    """Traded notional a year over mean equity; NaN without a curve."""
    years = (done.now_ns - min(file.first_ns for file in files)) / _YEAR_NS
    mean = done.curve.total / done.curve.count if done.curve.count else math.nan
    traded = float(done.machine.decider.markets["traded_units"].sum()) / MONEY
    return traded / years / mean if years > 0.0 and mean > 0.0 else math.nan


def _by_instrument(trades: Sequence[Trade], files: Sequence[BarFile]) -> dict[str, float]:
    totals = {file.instrument: Decimal(0) for file in files}
    for trade in trades:
        totals[trade.instrument] += trade.pnl
    return {name: float(total) for name, total in totals.items()}


def _by_alpha(trades: Sequence[Trade], names: Sequence[str]) -> dict[str, float]:
    """Split each trade's net profit by the shares its opening orders had; the sum stays exact.

    A trade no alpha asked for, such as a manual order, is booked as ``manual``.
    """
    totals = dict.fromkeys(names, 0.0)
    for trade in trades:
        shares = trade.alpha_shares or {"manual": 1.0}
        for name, share in shares.items():
            totals[name] = totals.get(name, 0.0) + float(trade.pnl) * share
    return totals
