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

from traider.backtest.order_lives import OrderJournal
from traider.backtest.reasons import DecisionJournal, alpha_labels, order_shares
from traider.domain.errors import DataError, Interrupted
from traider.domain.events import EventArray
from traider.domain.timeframes import SECOND_NS
from traider.domain.units import amount_from_units, price_from_ticks
from traider.journal.reader import JournalReader
from traider.journal.segment_events import Span
from traider.kernel.machine import Drained
from traider.kernel.specification import KernelSpec
from traider.portfolio import trade_views as views
from traider.portfolio.attribution import UNEXPLAINED, Parts
from traider.portfolio.funding import charge_funding
from traider.portfolio.trades import trades_from_fills
from traider.runtime.books.followed_records import FollowedRecords
from traider.runtime.books.money_events import MoneyEvents
from traider.runtime.books.price_grid import PriceGrid, step_of
from traider.runtime.books.run_records import money_before
from traider.runtime.parity.decisions import DecisionReplay
from traider.runtime.parity.recorded_run import RecordedRun

VIEWS: Final = ("alpha", "model", "instrument", "side", "hour", "cost", "regime", "state")
_REPLAYED: Final = 0.95
"""How far it is when the journal was replayed."""
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

    def told(_done: float, _what: str) -> None:
        if stop():
            raise Interrupted("stopped", fix="begin again; nothing was written")

    followed = FollowedAttribution(RecordedRun.open(folder))
    return followed.refresh(told, wanted)


class FollowedAttribution:
    """The profit of a run taken apart, kept up to date: each look reads what is new."""

    def __init__(self, run: RecordedRun) -> None:
        self._run = run
        self._replay = _Replay(run)

    def refresh(
        self, told: Callable[[float, str], None], wanted: Sequence[str] = VIEWS
    ) -> RunAttribution:
        """Return the profit up to the journal's end as it is now.

        Args:
            told: hears how far it is, and of what; what it raises ends the look.
            wanted: ways to take it apart.

        Raises:
            DataError: the journal cannot be read, or its replay makes something else.
        """
        if not self._replay.is_ahead():
            # A crash took back what nobody acknowledged: what was made of it is not so.
            self._replay = _Replay(self._run)
        self._replay.read(told)
        told(_REPLAYED, "taking the profit apart")
        return _taken_apart(self._replay, wanted)


def _taken_apart(replay: "_Replay", wanted: Sequence[str]) -> RunAttribution:
    money = money_before(replay.records.refresh().money, replay.end)
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
    step_ns = step_of(replay.span_ns)
    makers: dict[str, Callable[[], Parts]] = {
        "alpha": lambda: views.by_alpha(trades, reasons.alphas),
        "model": lambda: views.by_model(trades, models_of(replay.spec)),
        "instrument": lambda: views.by_key(trades, lambda trade: trade.instrument),
        "side": lambda: views.by_key(trades, views.side_of),
        "hour": lambda: views.by_key(trades, views.hour_of),
        "state": lambda: views.by_key(trades, views.state_of),
        "regime": lambda: views.by_key(
            trades,
            lambda trade: replay.prices.regime(trade.instrument, trade.opened_ns, step_ns),
        ),
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
    """The journal of a run, replayed as far as it was read: decisions, their reasons, orders."""

    def __init__(self, run: RecordedRun) -> None:
        self.spec = run.spec()
        self.orders = OrderJournal()
        self.decisions = DecisionJournal(self.spec, with_features=False)
        self.prices = PriceGrid(run.manifest.instruments)
        self.records = FollowedRecords(run)
        self.begin_ns = self.span_ns = 0
        self._folder = run.paths.folder
        self._replay = DecisionReplay(self.spec, simulates=run.simulates, watch=self._see)
        self._reader = JournalReader(run.paths.journal)
        self.end = self._reader.first
        """How many events were read."""

    def is_ahead(self) -> bool:
        """Whether the journal still has everything that was read of it."""
        self._reader.refresh()
        return self._reader.end >= self.end

    def read(self, told: Callable[[float, str], None]) -> None:
        """Read on to the journal's end as it is now.

        Raises:
            DataError: the replay makes something else than the journal has.
        """
        end, first = self._reader.end, self.end
        for sequence, events in self._reader.numbered(Span(first, end)):
            told(_REPLAYED * (sequence - first) / max(end - first, 1), "replaying the journal")
            self._take(events)
        self._replay.settle()
        line = self._replay.first_difference
        if line:
            raise DataError(
                f"its replay makes something else: {line}",
                where=str(self._folder),
                fix="ask traider parity what differs",
            )
        self.machine = self._replay.machine

    def _take(self, events: EventArray) -> None:
        if not len(events):
            return
        self.begin_ns = self.begin_ns or int(events["ts_recv"][0])
        self.span_ns = int(events["ts_recv"][-1]) - self.begin_ns
        self.decisions.expect(events)
        self.orders.add(events)
        self.prices.take(events)
        self._replay.take(events)
        self.end += len(events)

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


def _costs(money: MoneyEvents, funding: Decimal) -> Parts:
    """Return what was paid by kind: fees of makers and takers, of liquidations, funding."""
    found = {"maker_fees": _ZERO, "taker_fees": _ZERO}
    for each in money.booked_fills():
        fill = each.fill
        kind = "maker_fees" if fill.is_maker else "taker_fees"
        kind = "liquidation_fees" if fill.is_liquidation else kind
        found[kind] = found.get(kind, _ZERO) + fill.fee
    return found | ({"funding": funding} if funding else {})
