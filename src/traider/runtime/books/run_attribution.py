"""Where the profit of a recorded run came from, taken apart in several ways.

The scores behind its orders are had by a replay of its journal, which makes every decision again
with its reasons. Trades are those of its fills (corrections of positions among them), open ones at
the last marks; each view sums to the profit to the last unit of 1e-8.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from traider.backtest.order_lives import OrderJournal
from traider.backtest.reasons import DecisionJournal, alpha_labels, order_shares
from traider.domain.errors import DataError, Interrupted
from traider.domain.timeframes import SECOND_NS
from traider.domain.units import amount_from_units, price_from_ticks
from traider.journal.reader import JournalReader
from traider.kernel.machine import Drained
from traider.kernel.specification import KernelSpec
from traider.portfolio import trade_views as views
from traider.portfolio.attribution import UNEXPLAINED, Parts
from traider.portfolio.funding import charge_funding
from traider.portfolio.regimes import regime_at
from traider.portfolio.trades import Trade, trades_from_fills
from traider.runtime.books.money_events import MoneyEvents, read_money
from traider.runtime.books.run_records import money_before
from traider.runtime.parity.decisions import DecisionReplay
from traider.runtime.parity.market_prices import market_prices
from traider.runtime.parity.recorded_run import RecordedRun

VIEWS: Final = ("alpha", "model", "instrument", "side", "hour", "cost", "regime", "state")
_SHORT_NS: Final = 6 * 3_600 * SECOND_NS
"""Runs up to so long have a grid of prices of a second, longer ones of a minute."""
_ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class RunAttribution:
    """The profit of a run; the values of each view sum to ``total``."""

    currency: str
    total: Decimal
    """Worth at the end less capital and what was paid in, open positions at their marks."""
    views: dict[str, Parts]
    trades: int
    regime_step_s: int
    """Step of the prices that regimes are measured on (``portfolio.regimes``)."""
    events: int
    """How many events of the journal it was made of,"""
    until_ns: int
    """and when the last of them was received."""

    def unexplained(self) -> Decimal:
        """Return the most that a view leaves of the total: zero."""
        left = [abs(self.total - sum(each.values(), _ZERO)) for each in self.views.values()]
        return max(left, default=_ZERO)


def run_attribution(
    folder: Path, wanted: Sequence[str] = VIEWS, stop: Callable[[], bool] = lambda: False
) -> RunAttribution:
    """Take the profit of a run apart; ``stop`` is asked on the way.

    Raises:
        UsageError: the folder holds no run.
        DataError: its journal cannot be read, or its replay makes something else.
        Interrupted: it was to stop.
    """
    run = RecordedRun.open(folder)
    replay = _Replay(run, stop)
    # What came while it was replayed is left out: every part is of the same events.
    money = money_before(read_money(run), replay.end)
    lives = replay.orders.lives(replay.spec.fees)
    reasons = replay.decisions.reasons(lives)
    fills = [each.fill for each in money.booked_fills()]
    trades = charge_funding(
        trades_from_fills(fills, replay.marks(), order_shares(lives, reasons)), money.funding()
    )
    fees = replay.spec.fees
    rates = {} if fees is None else {fees.currency: amount_from_units(fees.price_e8)}
    worth = money.ledger().valuation(replay.marks(), rates)
    total = worth.profit
    funding = sum((each.amount for each in money.funding()), _ZERO)
    unassigned = funding - sum((each.funding for each in trades), _ZERO)
    corrected = amount_from_units(worth.adjusted_units)
    rest = total - sum((each.pnl for each in trades), _ZERO) + unassigned - corrected
    beside = {views.FUNDING: -unassigned, views.CORRECTIONS: corrected, UNEXPLAINED: rest}
    step_ns = _step(replay.span_ns)
    makers: dict[str, Callable[[], Parts]] = {
        "alpha": lambda: views.by_alpha(trades, reasons.alphas),
        "model": lambda: views.by_model(trades, models_of(replay.spec)),
        "instrument": lambda: views.by_key(trades, lambda trade: trade.instrument),
        "side": lambda: views.by_key(trades, views.side_of),
        "hour": lambda: views.by_key(trades, views.hour_of),
        "state": lambda: views.by_key(trades, views.state_of),
        "regime": lambda: _by_regime(run, trades, replay.begin_ns, step_ns),
    }
    found = {name: views.completed(makers[name](), beside) for name in wanted if name != "cost"}
    if "cost" in wanted:
        found["cost"] = views.by_cost(total, _costs(money, funding))
    return RunAttribution(
        currency=money.currency,
        total=total,
        views=found,
        trades=len(trades),
        regime_step_s=step_ns // SECOND_NS,
        events=replay.end,
        until_ns=replay.begin_ns + replay.span_ns,
    )


def attribution_body(found: RunAttribution) -> dict[str, Any]:
    """Return the views as they are printed for a program; money is text, exactly."""
    return {
        "currency": found.currency,
        "total": f"{found.total:f}",
        "trades": found.trades,
        "regime_step_s": found.regime_step_s,
        "journal_events": found.events,
        "until_ns": found.until_ns,
        "views": {
            name: {part: f"{value:f}" for part, value in view.items()}
            for name, view in found.views.items()
        },
    }


class _Replay:
    """The journal of a run, replayed: decisions and their reasons, orders, the final state."""

    def __init__(self, run: RecordedRun, stop: Callable[[], bool]) -> None:
        self.spec = run.spec()
        self.orders = OrderJournal()
        self.decisions = DecisionJournal(self.spec, with_features=False)
        self.begin_ns = self.span_ns = 0
        self._replay = DecisionReplay(self.spec, simulates=run.simulates, watch=self._see)
        reader = JournalReader(run.paths.journal)
        self.end = reader.end
        for events in reader.events(end=self.end):
            if stop():
                raise Interrupted("stopped", fix="begin again; nothing was written")
            self.begin_ns = self.begin_ns or int(events["ts_recv"][0])
            self.span_ns = int(events["ts_recv"][-1]) - self.begin_ns
            self.decisions.expect(events)
            self.orders.add(events)
            self._replay.take(events)
        check = self._replay.finish()
        if not check.ok:
            raise DataError(
                f"its replay makes something else: {check.first_difference}",
                where=str(run.paths.folder),
                fix="ask traider parity what differs",
            )
        self.machine = self._replay.machine

    def marks(self) -> dict[str, Decimal]:
        """Return the last price of each instrument that has one."""
        ticks = self.machine.decider.markets["mark_ticks"].tolist()
        return {
            market.name: price_from_ticks(mark, market.tick_size)
            for market, mark in zip(self.spec.markets, ticks, strict=True)
            if mark
        }

    def _see(self, drained: Drained) -> None:
        self.decisions.add(drained)


def models_of(spec: KernelSpec) -> dict[str, str]:
    """Return the model, or models, that each alpha reads the scores of; others are left out."""
    first, names = spec.tape.external_slot, spec.tape.external
    found = {}
    for label, alpha in zip(alpha_labels(spec), spec.alphas, strict=True):
        places = {(slot - first) // 2 for slot in alpha.inputs if slot >= first >= 0}
        read = [names[place] for place in sorted(places) if place < len(names)]
        if read:
            found[label] = " and ".join(read)
    return found


def _step(span_ns: int) -> int:
    return SECOND_NS if span_ns <= _SHORT_NS else 60 * SECOND_NS


def _by_regime(run: RecordedRun, trades: Sequence[Trade], begin_ns: int, step_ns: int) -> Parts:
    """Return the trades' profit by the volatility of their market when they were opened."""
    last_ns = max((each.opened_ns for each in trades), default=begin_ns)
    grid = np.arange(begin_ns // step_ns + 1, last_ns // step_ns + 1, dtype=np.int64) * step_ns
    names = sorted({each.instrument for each in trades})
    found = market_prices(
        JournalReader(run.paths.journal).events(),
        run.manifest.instruments,
        [(name, ts_ns) for name in names for ts_ns in grid.tolist()],
    )
    prices: dict[str, npt.NDArray[np.float64]] = {
        name: np.array([_float(found(name, ts_ns)) for ts_ns in grid.tolist()]) for name in names
    }

    def regime_of(trade: Trade) -> str:
        # The last step that was over when it was opened.
        place = trade.opened_ns // step_ns - (begin_ns // step_ns + 1)
        return regime_at(prices[trade.instrument], place)

    return views.by_key(trades, regime_of)


def _float(price: Decimal | None) -> float:
    return float("nan") if price is None else float(price)


def _costs(money: MoneyEvents, funding: Decimal) -> Parts:
    """Return what was paid by kind: fees of makers and takers, of liquidations, funding."""
    found = {"maker_fees": _ZERO, "taker_fees": _ZERO}
    for each in money.booked_fills():
        fill = each.fill
        kind = "maker_fees" if fill.is_maker else "taker_fees"
        kind = "liquidation_fees" if fill.is_liquidation else kind
        found[kind] = found.get(kind, _ZERO) + fill.fee
    return found | ({"funding": funding} if funding else {})
