"""One pass of the kernel over the data, and its measured result."""

import math
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Protocol

import numpy as np

from traider.backtest.breaker_trips import BreakerTrips
from traider.backtest.collecting import CurveThinner, Fingerprint
from traider.backtest.execution import Valuation, execution_summary, order_counts
from traider.backtest.fee_values import fee_values, is_fee_in_other
from traider.backtest.order_lives import OrderJournal
from traider.backtest.reasons import DecisionJournal, ExplainedOrders, order_shares
from traider.backtest.results import CostBreakdown, DailyReturns, FeesPaid, TierResult
from traider.backtest.rolling_view import rolling_view
from traider.backtest.sources import Source
from traider.domain.events import EventArray, FillFlag, empty_events
from traider.domain.fills import Fill
from traider.domain.money import notional_units
from traider.domain.timeframes import DAY_NS
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.kernel.arithmetic import MONEY
from traider.kernel.machine import Machine
from traider.kernel.records import Decider
from traider.kernel.specification import KernelSpec
from traider.portfolio.attribution import (
    Charges,
    Parts,
    attribute,
    attribute_by_month,
    money_of,
)
from traider.portfolio.bootstrap import Resampling
from traider.portfolio.drawdown_episodes import DrawdownRecorder
from traider.portfolio.funding import FundingPayment, charge_funding
from traider.portfolio.performance import ANNUALIZED_DAYS_MIN, daily_returns, summarize_returns
from traider.portfolio.trades import Trade, summarize_trades, trades_from_fills

_YEAR_NS: Final = 365 * DAY_NS
_YEARS_MIN: Final = ANNUALIZED_DAYS_MIN * DAY_NS / _YEAR_NS
_ZERO: Final = Decimal(0)
_MAKER: Final = int(FillFlag.MAKER)
_LIQUIDATION: Final = int(FillFlag.LIQUIDATION)


class Pass:
    """A machine running under one tier, and what it has written so far."""

    def __init__(self, tier: str, machine: Machine, *, explains: bool = True) -> None:
        self.tier = tier
        self.machine = machine
        self.explains = explains
        self.fingerprint = Fingerprint()
        self.curve = CurveThinner()
        self.drawdowns = DrawdownRecorder()
        self.orders = OrderJournal(every_verdict=explains)
        self.decisions = DecisionJournal(machine.spec, with_features=explains)
        self.breakers = BreakerTrips([market.name for market in machine.spec.markets])
        self.engine_seconds = 0.0
        self.complete = True

    def advance(self, events: EventArray, *, final: bool = False) -> None:
        """Run over a chunk of events and collect what comes out."""
        self.decisions.expect(events)
        started = time.perf_counter()
        for drained in self.machine.feed(events, final=final):
            self.engine_seconds += time.perf_counter() - started
            self.fingerprint.add(drained)
            self.curve.add(drained.nav)
            self.drawdowns.add(drained.nav["ts"], drained.nav["nav"])
            self.orders.add(drained.events)
            self.breakers.add(drained.events)
            self.decisions.add(drained)
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
        """Cash, fee balance and positions at their marks, exact."""
        return account_equity(self.machine)


class Booked(Protocol):
    """A machine whose decider can be looked at."""

    @property
    def spec(self) -> KernelSpec:
        """What it was built from."""

    @property
    def decider(self) -> Decider:
        """Its decider's arrays."""


def account_equity(machine: Booked) -> Decimal:
    """Return cash, fee balance and positions at marks, each value rounded half to even to 1e-8."""
    units = int(machine.decider.account[0]["cash_units"])
    if machine.spec.fees is not None:
        units += machine.spec.fees.value_units(int(machine.decider.account[0]["fee_balance"]))
    for market, spec in zip(machine.decider.markets, machine.spec.markets, strict=True):
        held = size_from_lots(int(market["position_lots"]), spec.lot_size)
        mark = price_from_ticks(int(market["mark_ticks"]), spec.tick_size)
        units += notional_units(mark, held, spec.multiplier)
    return amount_from_units(units)


def tier_result(
    done: Pass, spec: KernelSpec, files: Sequence[Source], capital: Decimal, seed: int
) -> TierResult:
    """Return everything the report shows about one tier."""
    lives = done.orders.lives(spec.fees)
    reasons = done.decisions.reasons(lives)
    fills = fills_of(done.orders.of("fills"), spec)
    trades = charge_funding(
        trades_from_fills(fills, _marks(done, files), order_shares(lives, reasons)),
        funding_of(done.orders.of("funding"), spec),
    )
    days, closes = done.curve.daily()
    days, returns = daily_returns(days, closes, float(capital))
    # Equity at the midnight that starts the run is the capital: it belongs to no month.
    begun = days + DAY_NS > min(file.first_ns for file in files)
    costs = costs_of(done, fills)
    return TierResult(
        tier=done.tier,
        fingerprint=done.fingerprint.hexdigest(),
        curve=done.curve.curve(),
        performance=summarize_returns(returns, resampling=Resampling(seed=seed)),
        trade_summary=summarize_trades(trades),
        trades=trades,
        costs=costs,
        orders=order_counts(lives),
        final_equity=done.equity,
        max_drawdown=done.curve.worst,
        turnover=_turnover(done, files),
        attribution=attribute(
            done.equity - capital,
            trades,
            reasons.alphas,
            Charges(costs_by_kind(costs), _unassigned(done, trades)),
            attribute_by_month(days[begun], closes[begun], capital, done.equity),
        ),
        complete=done.complete,
        fills=tuple(fills),
        execution=execution_summary(lives, fills, _valuation(done)),
        drawdowns=done.drawdowns.episodes(),
        rolling=rolling_view(days, returns),
        daily=DailyReturns(days, returns),
        explained=ExplainedOrders(lives, reasons, spec.markets) if done.explains else None,
    )


def fills_of(events: EventArray, spec: KernelSpec) -> list[Fill]:
    """Return all fill events of a run as values with exact prices, quantities and fees."""
    found = []
    columns = ("instrument", "side", "price", "size", "ts_recv", "order_id", "flags", "fee")
    values = fee_values(events, spec.fees).tolist()
    currencies = [_fee_currency(spec) if other else "" for other in is_fee_in_other(events)]
    rows = zip(*(events[name].tolist() for name in columns), values, currencies, strict=True)
    for instrument, side, price, size, ts, order_id, flags, taken, fee, currency in rows:
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
                is_maker=bool(flags & _MAKER),
                multiplier=market.multiplier,
                is_liquidation=bool(flags & _LIQUIDATION),
                fee_currency=currency,
                fee_taken=amount_from_units(taken) if currency else _ZERO,
            )
        )
    return found


def _fee_currency(spec: KernelSpec) -> str:
    return spec.fees.currency if spec.fees else ""


def funding_of(events: EventArray, spec: KernelSpec) -> list[FundingPayment]:
    """Return the venue's funding transfers as payments: what came in counts as negative."""
    columns = (events[name].tolist() for name in ("instrument", "w1", "ts_recv"))
    return [
        FundingPayment(spec.markets[k].name, amount_from_units(-units), ts_ns)
        for k, units, ts_ns in zip(*columns, strict=True)
    ]


def _marks(done: Pass, files: Sequence[Source]) -> dict[str, Decimal]:
    return {
        file.instrument: price_from_ticks(int(market["mark_ticks"]), file.tick_size)
        for file, market in zip(files, done.machine.decider.markets, strict=True)
    }


def _valuation(done: Pass) -> Valuation:
    markets = done.machine.decider.markets
    return Valuation(markets["lot_value"].copy(), markets["mark_ticks"].astype(np.float64))


def costs_of(done: Pass, fills: Sequence[Fill]) -> CostBreakdown:
    """Return what trading and holding cost, by the venue's own books.

    ``fills`` say what fees were worth that were taken in the fee currency.
    """
    books = done.machine.venue.markets
    maker, taker = (
        amount_from_units(int(books[name].sum())) for name in ("maker_fees", "taker_fees")
    )
    other = [fill for fill in fills if fill.fee_currency]
    by_makers = sum((fill.fee for fill in other if fill.is_maker), _ZERO)
    by_takers = sum((fill.fee for fill in other if not fill.is_maker), _ZERO)
    return CostBreakdown(
        maker_fees=maker + by_makers,
        taker_fees=taker + by_takers,
        fees_paid=_fees_paid(done.machine, maker + taker, by_makers + by_takers),
        spread=float(books["spread_cost"].sum()),
        impact=float(books["impact_cost"].sum()),
        funding=amount_from_units(int(books["funding_units"].sum())),
        liquidation_fees=amount_from_units(int(books["liquidation_fees"].sum())),
        liquidations=int(books["liquidations"].sum()),
    )


def _fees_paid(machine: Machine, in_cash: Decimal, value: Decimal) -> tuple[FeesPaid, ...]:
    """Return the fees of orders by currency, the account's own first."""
    paid = FeesPaid(machine.spec.venue.currency, in_cash, in_cash)
    fees, books = machine.spec.fees, machine.venue.markets
    if fees is None:
        return (paid,)
    taken = int(books["maker_fees_other"].sum() + books["taker_fees_other"].sum())
    left = int(machine.venue.venue[0]["fee_balance"])
    return paid, FeesPaid(fees.currency, amount_from_units(taken), value, amount_from_units(left))


def costs_by_kind(costs: CostBreakdown) -> Parts:
    """Return the costs as money; funding and liquidation fees only where there were any."""
    found = {
        "maker_fees": costs.maker_fees,
        "taker_fees": costs.taker_fees,
        "spread": money_of(costs.spread),
        "market_impact": money_of(costs.impact),
    }
    beside = {"funding": costs.funding, "liquidation_fees": costs.liquidation_fees}
    return found | {name: value for name, value in beside.items() if value}


def _unassigned(done: Pass, trades: Sequence[Trade]) -> Parts:
    """Return the funding of each instrument that none of its trades holds."""
    markets = zip(done.machine.spec.markets, done.machine.decider.markets, strict=True)
    left = {spec.name: amount_from_units(int(row["funding_units"])) for spec, row in markets}
    for trade in trades:
        left[trade.instrument] -= trade.funding
    return left


def _turnover(done: Pass, files: Sequence[Source]) -> float:
    """Traded notional a year over mean equity; NaN without a curve, or of too few days."""
    years = (done.now_ns - min(file.first_ns for file in files)) / _YEAR_NS
    mean = done.curve.total / done.curve.count if done.curve.count else math.nan
    traded = float(done.machine.decider.markets["traded_units"].sum()) / MONEY
    return traded / years / mean if years >= _YEARS_MIN and mean > 0.0 else math.nan
