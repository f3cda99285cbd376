"""Other costs and other delays: whole runs of the kernel with what is least known drawn at random.

Spread, impact, the share of a bar's volume an order may take, and latency are each multiplied by a
factor of their own, from a half to twice, even on a logarithmic scale: a half is as likely as a
double, and the middle is what was configured (under the fill tier that was chosen). Fees are known
and stay.

Assumed: the four are independent, and constant through a run. Wrong where: they move together (in
a crisis all get worse at once), or with the strategy's own trading. On bars an order meets the
next first price whatever its latency, so latency only moves what depends on the time of an answer.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.monte_carlo.distribution import Distribution
from traider.backtest.outcome import account_equity
from traider.backtest.span_run import SpanRun, Stop, worst_fall
from traider.backtest.stream import Span, Stream
from traider.backtest.thread_map import thread_map
from traider.kernel.compiled import ready_kernel
from traider.kernel.specification import KernelSpec
from traider.portfolio import ratios
from traider.portfolio.bootstrap import uniforms
from traider.portfolio.performance import daily_returns, summarize_returns

FloatArray = npt.NDArray[np.float64]

RERUNS_MAX: Final = 50
"""Runs when more draws are asked for: each is a whole pass over the data."""
SWING: Final = 2.0
"""Factors lie between one over this and this."""
_STREAM: Final = 1 << 41
"""First stream of random numbers, apart from every other use of the same seed."""


@dataclass(frozen=True)
class Factors:
    """What the configured values are multiplied by."""

    spread: float = 1.0
    impact: float = 1.0
    participation: float = 1.0
    latency: float = 1.0


NAMES: Final = tuple(one.name for one in fields(Factors))


@dataclass(frozen=True)
class RunOutcome:
    """One run under drawn costs."""

    factors: Factors
    final_equity: float
    cagr: float
    sharpe: float
    max_drawdown: float


@dataclass(frozen=True)
class PerturbedRuns:
    """All runs under drawn costs, in the order of the draws."""

    asked: int
    runs: tuple[RunOutcome, ...]

    @property
    def done(self) -> int:
        """Runs that reached the end."""
        return len(self.runs)

    def of(self, measure: str) -> Distribution:
        """Return the distribution of a field of ``RunOutcome``."""
        return Distribution(np.array([getattr(run, measure) for run in self.runs], np.float64))

    def sensitivity(self) -> dict[str, float]:
        """Return the correlation of final equity with the logarithm of each factor.

        NaN where nothing moved: the factor does not matter here, or there are too few runs.
        """
        equity = self.of("final_equity").values
        return {
            name: ratios.correlation(
                np.log([getattr(run.factors, name) for run in self.runs]), equity
            )
            for name in NAMES
        }


@dataclass(frozen=True)
class PlannedRun:
    """What is run again: a kernel with its fill tier applied, over a stream."""

    spec: KernelSpec
    stream: Stream
    capital: float
    latency_max_ns: int
    """Latencies stay below this, the length of a bar: an order cannot meet an earlier price."""


def draw(seed: int, number: int) -> Factors:
    """Return the factors of run ``number``: SWING ** (2 u - 1), u uniform, one u a factor."""
    drawn = uniforms(seed, _STREAM + number, len(NAMES))
    return Factors(*(SWING ** (2.0 * drawn - 1.0)).tolist())


def perturbed(planned: PlannedRun, factors: Factors) -> KernelSpec:
    """Return the kernel with its costs multiplied by ``factors``."""
    venue = planned.spec.venue
    latency_ns = min(round(venue.latency_ns * factors.latency), planned.latency_max_ns - 1)
    return replace(
        planned.spec,
        venue=replace(
            venue,
            half_spread=venue.half_spread * factors.spread,
            impact=venue.impact * factors.impact,
            participation=min(venue.participation * factors.participation, 1.0),
            latency_ns=max(latency_ns, 0),
        ),
    )


def run_perturbed(
    planned: PlannedRun, draws: Sequence[Factors], done: Callable[[int], None], stop: Stop
) -> PerturbedRuns:
    """Run the kernel once under each of ``draws``, in threads; ``done`` is told the number.

    Runs that ``stop`` cut short are left out.

    Raises:
        StrategyError: an alpha raised an exception.
        KernelError: the kernel stopped with a failure code.
    """
    ready_kernel()  # here, since two threads must not compile at once
    outcomes: list[RunOutcome] = []
    with thread_map(len(draws)) as threads:
        for number, outcome in enumerate(threads(lambda one: _run(planned, one, stop), draws), 1):
            if outcome is not None:
                outcomes.append(outcome)
            done(number)
    return PerturbedRuns(len(draws), tuple(outcomes))


def _run(planned: PlannedRun, factors: Factors, stop: Stop) -> RunOutcome | None:
    stream = planned.stream
    run = SpanRun(perturbed(planned, factors), Span(stream.first_ns - 1, stream.last_ns))
    if not run.run(stream, 0, stop):
        return None
    samples = run.samples()
    # A close at midnight belongs to the day that ends there.
    _, returns = daily_returns(samples["ts"] - 1, samples["nav"], planned.capital)
    measured = summarize_returns(returns)
    return RunOutcome(
        factors=factors,
        final_equity=float(account_equity(run.machine)),
        cagr=measured.cagr,
        sharpe=measured.sharpe,
        max_drawdown=worst_fall(samples["nav"], planned.capital),
    )
