"""Run all windows: candidates of a window side by side in threads, tests one after the other.

The kernel holds no lock, so threads run it in parallel. A test begins with the equity that the
test before it left, which is why tests take turns; train runs begin with the configured capital.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from traider.backtest.span_run import SpanRun, Stop, warm_up_ns, with_balance, worst_fall
from traider.backtest.stream import Span, Stream
from traider.backtest.thread_map import ThreadMap, thread_map
from traider.backtest.walk_forward.joining import Joined
from traider.backtest.walk_forward.result import (
    FloatArray,
    Piece,
    Point,
    WalkForwardResult,
    WindowResult,
)
from traider.backtest.walk_forward.scoring import METRICS, Metric, best_of, returns_within
from traider.backtest.walk_forward.windows import Schedule, Window, plan_windows
from traider.kernel.compiled import ready_kernel
from traider.kernel.records import Records
from traider.kernel.specification import KernelSpec
from traider.portfolio import ratios
from traider.portfolio.bootstrap import Resampling
from traider.portfolio.performance import (
    ANNUALIZED_DAYS_MIN,
    span_note,
    summarize_returns,
)
from traider.portfolio.sharpe_significance import (
    deflated_sharpe,
    probabilistic_sharpe,
    sharpe_sample,
)
from traider.portfolio.trades import Trade, summarize_trades

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Candidate:
    """A choice of settings and the kernel they make, with the fill tier already applied."""

    point: Point
    spec: KernelSpec


@dataclass(frozen=True)
class WalkForwardPlan:
    """What to run: windows over a stream, and the candidates to choose from."""

    stream: Stream
    schedule: Schedule
    candidates: tuple[Candidate, ...]
    metric: Metric
    fill_tier: str
    currency: str
    capital: Decimal
    seed: int = 1


@dataclass(frozen=True)
class _Trained:
    """A candidate's run over a train span."""

    score: float
    sharpe: float
    """A day, on what is scored; what the luck of many tries is judged by."""
    scored_returns: FloatArray
    piece: Piece


class _Stopped(Exception):  # noqa: N818 - not a fault: a person's decision
    """The person asked to stop."""


def walk_forward(
    plan: WalkForwardPlan, *, progress: Progress | None = None, stop: Stop = lambda: False
) -> WalkForwardResult:
    """Run every window; after ``stop`` answered with yes, keep those that are complete.

    Raises:
        ConfigError: the windows do not fit the data.
        StrategyError: an alpha raised an exception.
        KernelError: the kernel stopped with a failure code.
    """
    windows = plan_windows(plan.schedule, plan.stream.first_ns, plan.stream.last_ns)
    run = _WalkForwardRun(plan)
    ready_kernel()  # here, since two threads must not compile at once
    try:
        with thread_map(len(plan.candidates)) as threads:
            for done, window in enumerate(windows):
                if progress is not None:
                    progress(done / len(windows), f"walk-forward window {window.number}")
                if run.cash_units <= 0:
                    run.notes.append(f"nothing is left to trade with after window {done}")
                    break
                run.one_window(window, threads, stop)
    except _Stopped:
        run.notes.append("the walk-forward was stopped; the windows that were complete are kept")
    return run.result(len(windows))


class _WalkForwardRun:
    """The windows done so far and what they join to."""

    def __init__(self, plan: WalkForwardPlan) -> None:
        self.plan = plan
        self.equity = plan.capital
        self.joined = Joined(float(plan.capital))
        self.trades: list[Trade] = []
        self.windows: list[WindowResult] = []
        self.notes: list[str] = []
        self._left: KernelSpec | None = None
        self._history_ns = max(warm_up_ns(candidate.spec) for candidate in plan.candidates)
        if plan.stream.has_depth:
            self._history_ns = plan.stream.last_ns - plan.stream.first_ns

    @property
    def cash_units(self) -> int:
        """What there is to trade with: equity without the fee balance."""
        return (self._left or self.plan.candidates[0].spec).cash_units

    def one_window(self, window: Window, threads: ThreadMap, stop: Stop) -> None:
        """Choose on the train span, trade the test span, and join what came of it."""
        trained = list(
            threads(lambda candidate: self._train(candidate, window, stop), self.plan.candidates)
        )
        best = best_of([one.score for one in trained])
        candidate, chosen = self.plan.candidates[best], trained[best]
        spec = self._with_what_is_left(candidate.spec)
        run = SpanRun(spec, window.test)
        if not run.run(self.plan.stream, self._history_ns, stop):
            raise _Stopped
        done = run.closed_out()
        fault = int(run.machine.decider.account[0]["alpha_fault"])
        if fault:
            name = spec.alphas[fault - 1].name
            self.notes.append(
                f"window {window.number}: alpha {name} answered outside its range and was off"
            )
        self.windows.append(
            WindowResult(
                window=window,
                chosen=candidate.point,
                scores=tuple(one.score for one in trained),
                deflated_sharpe=deflated(chosen.scored_returns, [one.sharpe for one in trained]),
                train=chosen.piece,
                test=_piece(done.samples, window.test, float(run.capital), run.closed_trades()),
                fees=sum((fill.fee for fill in done.fills), Decimal(0)),
                fingerprint=run.fingerprint.hexdigest(),
            )
        )
        self.joined.add(done.samples)
        self.trades += done.trades
        self.equity = done.final_equity
        self._left = done.left

    def _with_what_is_left(self, spec: KernelSpec) -> KernelSpec:
        """Return ``spec`` with the cash and the fee balance that the test before it left."""
        if self._left is None:
            return spec
        left = self._left
        units = left.fees.balance_units if left.fees else 0
        return replace(spec, cash_units=left.cash_units, fees=with_balance(spec.fees, units))

    def _train(self, candidate: Candidate, window: Window, stop: Stop) -> _Trained:
        run = SpanRun(candidate.spec, window.train)
        if not run.run(self.plan.stream, self._history_ns, stop):
            raise _Stopped
        samples, capital = run.samples(), float(run.capital)
        returns = returns_within(samples, window.scored(), capital)
        return _Trained(
            score=METRICS[self.plan.metric](returns),
            sharpe=ratios.sharpe(returns, 0.0, 1),
            scored_returns=returns,
            piece=_piece(samples, window.train, capital, run.closed_trades()),
        )

    def result(self, planned: int) -> WalkForwardResult:
        """Return everything done."""
        plan = self.plan
        returns = self.joined.returns()
        return WalkForwardResult(
            schedule=plan.schedule,
            metric=plan.metric,
            fill_tier=plan.fill_tier,
            currency=plan.currency,
            capital=plan.capital,
            candidates=tuple(candidate.point for candidate in plan.candidates),
            windows=tuple(self.windows),
            planned=planned,
            curve=self.joined.curve(),
            trades=tuple(self.trades),
            trade_summary=summarize_trades(self.trades),
            performance=summarize_returns(returns, resampling=Resampling(seed=plan.seed)),
            final_equity=self.equity,
            max_drawdown=self.joined.max_drawdown,
            probabilistic_sharpe=probabilistic_sharpe(sharpe_sample(returns)),
            notes=(*self.notes, *span_note(len(returns)), *self._unranked()),
        )

    def _unranked(self) -> tuple[str, ...]:
        """Return the note on windows whose train spans told nothing of any setting."""
        unranked = [
            one.window.number for one in self.windows if len(one.scores) > 1 and not one.is_ranked
        ]
        if not unranked:
            return ()
        metric = self.plan.metric
        days = "" if metric == "total-return" else f" and {ANNUALIZED_DAYS_MIN} daily returns"
        told = (
            f"in {len(unranked):,} of {len(self.windows):,} windows, first in window "
            f"{unranked[0]}, no setting could be ranked: {metric} is undefined or equal on the "
            f"train span for all of them (it needs trades{days}); the first setting was traded "
            "there"
        )
        return (told,)


def _piece(samples: Records, span: Span, capital: float, trades: int) -> Piece:
    """Measure the samples of one span."""
    returns = returns_within(samples, [span], capital)
    nav = samples["nav"]
    return Piece(
        length_ns=span.length_ns,
        returns=returns,
        total_return=float(nav[-1]) / capital - 1.0 if len(nav) else 0.0,
        sharpe=METRICS["sharpe"](returns),
        max_drawdown=worst_fall(nav, capital),
        trades=trades,
    )


def deflated(returns: FloatArray, sharpes: Sequence[float]) -> float:
    """Return the probability that the best of ``sharpes`` (a day) is more than luck; NaN if none.

    ``returns`` are those of the best. Candidates that never traded have no ratio and count as no
    try.
    """
    known = [value for value in sharpes if math.isfinite(value)]
    variance = float(np.var(known, ddof=1)) if len(known) > 1 else 0.0
    return deflated_sharpe(sharpe_sample(returns), len(known), variance)
