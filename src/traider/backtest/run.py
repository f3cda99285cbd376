"""Run a plan: the chosen fill tier first, then the other two, each a whole pass over the data."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import chain
from typing import Final

import numpy as np

from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.journal_source import JournalSource
from traider.backtest.outcome import Pass, tier_result
from traider.backtest.price_series import PriceRecorder, buy_and_hold
from traider.backtest.results import BacktestResult, FeesPaid, TierResult
from traider.backtest.sources import Source, market_events
from traider.backtest.stale_bars import StaleRecorder
from traider.domain.events import EventArray
from traider.kernel.codes import PlanState
from traider.kernel.machine import Machine
from traider.kernel.records import Decider
from traider.kernel.specification import KernelSpec, MarketSpec
from traider.portfolio.performance import span_note

Progress = Callable[[float, str], None]
Stop = Callable[[], bool]

_BUFFER: Final = 65_536


@dataclass(frozen=True)
class BacktestPlan:
    """What to run: a kernel (tier not applied), the data of its instruments, the range.

    ``extra`` makes further streams of events anew for each pass, such as funding.

    ``digest_event`` is the configuration's digest, the first record of the run; its time is set to
    the opening of the first bar.
    """

    title: str
    spec: KernelSpec
    files: tuple[Source, ...]
    digest_event: EventArray
    fill_tier: str
    currency: str
    capital: Decimal
    seed: int = 1
    start_ns: int | None = None
    end_ns: int | None = None
    config: dict[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    extra: tuple[Callable[[], Iterator[EventArray]], ...] = ()
    unchecked: tuple[str, ...] = ()
    """Batch features and score files that no look-ahead check has passed."""

    @property
    def first_ns(self) -> int:
        """When the first bar opens, or the first event came."""
        return min(file.first_ns for file in self.files)

    @property
    def last_ns(self) -> int:
        """When the last bar closes, or the last event came."""
        return max(file.end_ns for file in self.files)

    def events(self) -> Iterator[EventArray]:
        """Yield the run's input in chunks: the digest record, then the market's events.

        A journal begins with a digest record of its own.
        """
        if any(isinstance(file, JournalSource) for file in self.files):
            extra = [stream() for stream in self.extra]
            return market_events(self.files, extra, self.start_ns, self.end_ns)
        digest = self.digest_event.copy()
        digest["ts_event"] = digest["ts_recv"] = self.first_ns
        extra = [stream() for stream in self.extra]
        return chain([digest], market_events(self.files, extra, self.start_ns, self.end_ns))


def run_plan(
    plan: BacktestPlan, *, progress: Progress | None = None, stop: Stop = lambda: False
) -> BacktestResult:
    """Run all three fill tiers; ``stop`` is asked between chunks and ends the run cleanly.

    What was done until then is kept: each tier says whether it is complete, and tiers not begun
    are left out.
    """
    names = [plan.fill_tier, *(name for name in FILL_TIERS if name != plan.fill_tier)]
    recorder = PriceRecorder(len(plan.files))
    stale = StaleRecorder()
    passes: list[Pass] = []
    for number, name in enumerate(names):

        def report(fraction: float, number: int = number, name: str = name) -> None:
            if progress is not None:
                progress((number + fraction) / len(names), f"{name} fills")

        passes.append(_one_pass(plan, name, report, stop, () if number else (recorder, stale)))
        if not passes[-1].complete:
            break
    tiers = [tier_result(done, plan.spec, plan.files, plan.capital, plan.seed) for done in passes]
    prices = recorder.series(plan.files)
    numbers = {file.instrument: number for number, file in enumerate(plan.files)}
    return BacktestResult(
        title=plan.title,
        config=plan.config,
        currency=plan.currency,
        capital=plan.capital,
        start_ns=plan.first_ns,
        end_ns=plan.last_ns if passes[0].complete else passes[0].now_ns,
        bars=passes[0].bars,
        events=passes[0].events,
        engine_seconds=passes[0].engine_seconds,
        fill_tier=plan.fill_tier,
        tiers=tuple(sorted(tiers, key=lambda tier: list(FILL_TIERS).index(tier.tier))),
        benchmark=buy_and_hold(prices, float(plan.capital)),
        prices=prices,
        notes=plan.notes + _run_notes(passes, tiers),
        stale_fills=stale.stale_fills(tiers[0].fills, numbers),
        unfunded=tuple(
            file.instrument
            for file in plan.files
            if file.is_derivative and numbers[file.instrument] not in stale.funded
        ),
        unchecked=plan.unchecked,
    )


def _one_pass(
    plan: BacktestPlan,
    tier: str,
    report: Callable[[float], None],
    stop: Stop,
    recorders: Sequence[PriceRecorder | StaleRecorder],
) -> Pass:
    """Feed every chunk to a machine of its own under ``tier``."""
    spec = replace(plan.spec, venue=FILL_TIERS[tier].applied(plan.spec.venue))
    running = Pass(tier, Machine(spec, buffer=_BUFFER), explains=tier == plan.fill_tier)
    total = sum(file.records for file in plan.files) + 1
    done = 0
    for chunk in plan.events():
        if stop():
            running.complete = False
            break
        for recorder in recorders:
            recorder.add(chunk)
        running.advance(chunk)
        done += len(chunk)
        if done > 1:  # the digest record alone is no progress
            report(min(done / total, 1.0))
    running.finish()
    return running


def _run_notes(passes: list[Pass], tiers: list[TierResult]) -> tuple[str, ...]:
    notes = []
    first = passes[0]
    fault = first.alpha_fault
    if fault:
        notes.append(
            f"alpha {fault} answered outside its range and was switched off for the rest of the run"
        )
    refusals = tiers[0].orders.refusals
    if refusals:
        listed = ", ".join(f"{count} {name}" for name, count in sorted(refusals.items()))
        notes.append(f"the gate refused {sum(refusals.values())} orders: {listed}")
    notes += first.breakers.notes()
    orders = tiers[0].orders
    short = orders.rejections.get("margin", 0) + orders.cancellations.get("margin", 0)
    if short:
        notes.append(
            f"the venue turned down {short} orders for lack of initial margin: "
            "lower the sizes, or see margin.max_leverage and margin.tiers"
        )
    markets = zip(first.machine.spec.markets, first.machine.decider.markets, strict=True)
    notes += [
        f"{spec.name}: {market['too_small']} wanted changes stayed under the smallest order "
        f"({_smallest(spec, first.machine.spec.venue.currency)})"
        for spec, market in markets
        if market["too_small"]
    ]
    notes += left_notes(first.machine.spec, first.machine.decider)
    notes += _fee_notes(tiers[0].costs.fees_paid)
    notes += span_note(tiers[0].performance.days)
    if tiers[0].orders.sent == 0:
        why = "the gate refused every one" if refusals else _why_no_order(first.machine)
        notes.append(f"no order was sent: {why}")
    if not first.complete:
        notes.append("the run was stopped before the end of the data; results are partial")
    elif not passes[-1].complete:
        notes.append("the run was stopped before every fill tier was complete")
    return tuple(notes)


def left_notes(spec: KernelSpec, decider: Decider) -> list[str]:
    """Say which positions plans left that are too small to be sold."""
    left = [
        (one, int(market["position_lots"]))
        for one, market, plan in zip(spec.markets, decider.markets, decider.plans, strict=True)
        if plan["state"] == PlanState.NONE and plan["dust_lots"] == abs(market["position_lots"])
    ]
    return [
        f"{one.name}: {(lots * one.lot_size).normalize():f} were left, less than the smallest "
        f"order ({_smallest(one, spec.venue.currency)})"
        for one, lots in left
        if lots != 0
    ]


def _why_no_order(machine: Machine) -> str:
    """Say which features had no value to the end of the run, if any: their alphas never spoke."""
    spec, values = machine.spec, machine.decider.values
    silent = {
        spec.tape.names[slot]: None
        for alpha in spec.alphas
        for slot in alpha.inputs
        if np.isnan(values[:, slot]).all()
    }
    if not silent:
        return "check thresholds, warm-up and minimums"
    return (
        f"{', '.join(silent)} had no value to the end; features of a book or of trades need data "
        "that hold them, others a longer history"
    )


def _fee_notes(paid: Sequence[FeesPaid]) -> list[str]:
    """Say what fees were taken in, where they were not all taken in the account's currency."""
    own = paid[0]
    return [
        f"fees of {other.amount.normalize():f} {other.currency}, worth {other.value:,.2f}"
        f" {own.currency}, were taken from the fee balance, of which {other.left.normalize():f} is"
        f" left; fees of {own.amount:,.2f} {own.currency} were paid in cash"
        for other in paid[1:]
        if other.left is not None
    ]


def _smallest(spec: MarketSpec, currency: str) -> str:
    """Return the venue's minimum as a person knows it."""
    size = f"{(spec.min_lots * spec.lot_size).normalize():f}"
    return f"{size}, worth {spec.min_notional:g} {currency}" if spec.min_notional else size
