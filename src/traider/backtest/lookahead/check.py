"""The look-ahead check: run once, then again on other futures of the same past, and compare.

1. Every batch feature is evaluated on the whole data, on data that end at a cut, and on data that
   go on differently after it; a value up to the cut that changes knew the future.
2. The strategy runs on each of those data; an order, its reasons or a fill up to the cut that
   changes did too. The features to blame have been named by then; without any it is the engine.
3. Scores from files, which cannot be computed again, are tested for foresight, and so are the
   values of features, which might read data of their own.
4. Every fill is held against the market between its order and itself, and the instruments' bars
   against each other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from traider.backtest.bar_files import BarFile
from traider.backtest.lookahead.comparing import Difference, first_difference
from traider.backtest.lookahead.cuts import Times, choose_cuts
from traider.backtest.lookahead.data_stamps import late_instruments
from traider.backtest.lookahead.feature_check import FeatureCheck
from traider.backtest.lookahead.fill_audit import audit_fills
from traider.backtest.lookahead.leaks import Leak, LeakKind
from traider.backtest.lookahead.score_check import (
    early_stamps,
    feature_with_foresight,
    is_unproven,
    scores_with_foresight,
)
from traider.backtest.lookahead.subjects import Subject
from traider.backtest.lookahead.trace import Trace
from traider.backtest.lookahead.variants import RunEvents, perturbed
from traider.backtest.score_files import ScoreFile
from traider.domain.errors import Interrupted
from traider.domain.events import EventArray
from traider.features.batch import BarHistory

Progress = Callable[[float, str], None]
Stop = Callable[[], bool]
Engine = Callable[[EventArray], Trace]

_MEND_ENGINE = (
    "no feature and no score file is to blame: report it with the configuration and the data"
)


@dataclass(frozen=True)
class LookaheadPlan:
    """What is checked and how.

    ``bars`` are the bars that batch features see. ``files`` are the bar files behind them, in the
    same order; raw captures have none. ``events`` is the run's whole input, and ``models`` are the
    numbers of those subjects whose values are in it. ``latency_ns`` is the shortest way of an order
    to the venue.
    """

    engine: Engine
    files: tuple[BarFile, ...]
    bars: tuple[BarHistory, ...]
    events: EventArray
    subjects: tuple[Subject, ...] = ()
    models: Mapping[str, int] = field(default_factory=dict)
    scores: tuple[ScoreFile, ...] = ()
    latency_ns: int = 0
    cuts: int = 5
    seed: int = 1


@dataclass(frozen=True)
class LookaheadResult:
    """What was found, and how much was looked at."""

    leaks: tuple[Leak, ...]
    cuts_ns: tuple[int, ...]
    features: tuple[str, ...]
    scores: tuple[str, ...]
    evaluations: int
    orders: int
    decisions_changed: int
    fills: int
    unproven: tuple[str, ...] = ()
    """Score files in which nothing was found, but which cannot be tested either."""
    notes: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing looked ahead."""
        return not self.leaks

    @property
    def culprits(self) -> tuple[str, ...]:
        """Names of what looked ahead, each once."""
        return tuple(dict.fromkeys(leak.culprit for leak in self.leaks))


def check_lookahead(
    plan: LookaheadPlan, *, progress: Progress | None = None, stop: Stop = lambda: False
) -> LookaheadResult:
    """Check everything and return what was found.

    Raises:
        StrategyError: a feature or an alpha fails.
        DataError: the data are too short to be cut.
        Interrupted: ``stop`` was answered with yes between two pieces of work.
    """
    return _Check(plan, progress, stop).result()


class _Check:
    """One check under way: its pieces of work in order, and what they found."""

    def __init__(self, plan: LookaheadPlan, progress: Progress | None, stop: Stop) -> None:
        self._plan = plan
        self._run = RunEvents(plan.events, plan.files, plan.models)
        self._progress = progress
        self._stop = stop
        self._done = 0
        # Each feature is begun and tested; the strategy is run, cut and audited.
        self._total = 2 * len(plan.subjects) + len(plan.scores) + 2 + plan.cuts
        self._notes: list[str] = []
        self._leaks: list[Leak] = []
        self._differences: list[Difference] = []

    def result(self) -> LookaheadResult:
        """Do all the work."""
        plan = self._plan
        features = [self._begin(subject) for subject in plan.subjects]
        self._step("running the strategy")
        base = plan.engine(plan.events)
        cuts_ns = self._cuts(base)
        for number, cut_ns in enumerate(cuts_ns.tolist()):
            self._step(f"cut {number + 1} of {len(cuts_ns)}")
            self._cut(features, base, cut_ns, number)
        for check in features:
            self._step(f"testing {check.subject.name}")
            self._finish(check, len(cuts_ns))
        for file in plan.scores:
            self._step(f"testing {file.name}")
            self._leaks += early_stamps(file, plan.bars)
            self._leaks += scores_with_foresight(file, plan.bars, self._notes)
        self._step("auditing fills")
        names = [bars.instrument for bars in plan.bars]
        audit = audit_fills(plan.events, base.intents, base.fills, names, plan.latency_ns)
        if plan.files:
            self._leaks += late_instruments(plan.bars)
        self._leaks += audit.leaks
        self._leaks += self._unexplained(names)
        if self._progress is not None:
            self._progress(1.0, "done")
        return LookaheadResult(
            leaks=tuple(self._leaks),
            cuts_ns=tuple(cuts_ns.tolist()),
            features=tuple(subject.name for subject in plan.subjects),
            scores=tuple(file.name for file in plan.scores),
            evaluations=sum(check.evaluations for check in features),
            orders=len(base.intents),
            decisions_changed=max((one.changed for one in self._differences), default=0),
            fills=audit.audited,
            unproven=tuple(file.name for file in plan.scores if is_unproven(file, plan.bars)),
            notes=(*(note for check in features for note in check.notes), *self._notes),
        )

    def _begin(self, subject: Subject) -> FeatureCheck:
        self._step(f"evaluating {subject.name}")
        return FeatureCheck.begin(subject, self._plan.bars)

    def _cuts(self, base: Trace) -> Times:
        closes = np.unique(np.concatenate([bars.closed_ns for bars in self._plan.bars]))
        return choose_cuts(closes, base.intents["ts_recv"], self._plan.cuts, self._plan.seed)

    def _cut(self, features: Sequence[FeatureCheck], base: Trace, cut_ns: int, number: int) -> None:
        """Give one past two other futures, and compare what was made of it."""
        plan = self._plan
        ends = {
            check.subject.name: check.on_truncated(cut_ns)
            if check.is_repeatable
            else check.past_of_base(cut_ns)
            for check in features
        }
        events = self._run.ending(cut_ns, ends)
        # Where nothing happens at the cut itself, no timer comes due after the last event.
        last_ns = int(events["ts_recv"][-1])
        self._compare(base.until(last_ns), plan.engine(events).until(last_ns))
        self._rest()
        seed = plan.seed + number
        ticks = [float(file.tick_size) for file in plan.files]
        bars = perturbed(plan.bars, ticks, cut_ns, seed) if plan.files else ()
        goes_on = {
            check.subject.name: check.on_perturbed(bars, cut_ns)
            if check.is_repeatable
            else check.base
            for check in features
        }
        events = self._run.going_on(cut_ns, bars, goes_on, seed)
        self._compare(base.until(cut_ns), plan.engine(events).until(cut_ns))

    def _compare(self, past: Trace, other: Trace) -> None:
        found = first_difference(past, other)
        if found is not None:
            self._differences.append(found)

    def _finish(self, check: FeatureCheck, cuts: int) -> None:
        for number, bar in check.telling(2 * cuts, self._plan.seed):
            if check.leak() is not None:
                break
            self._rest()
            check.on_stretch(number, bar, self._plan.seed)
        leak = check.leak()
        if leak is not None:
            self._leaks.append(leak)
            return
        self._leaks += feature_with_foresight(check.subject.name, check.base, self._plan.bars)

    def _unexplained(self, names: Sequence[str]) -> Iterator[Leak]:
        """Yield the change of a past decision that nothing found so far explains."""
        explained = (LeakKind.BATCH_FEATURE, LeakKind.UNREPEATABLE)
        if any(leak.kind in explained for leak in self._leaks) or not self._differences:
            return
        first = min(self._differences, key=lambda one: one.ts_ns)
        yield Leak(
            kind=LeakKind.DECISION,
            culprit="engine",
            told=f"a past {first.what} changes with what comes after it",
            fix=_MEND_ENGINE,
            instrument=names[first.instrument],
            ts_ns=first.ts_ns,
            changed=first.changed,
            compared=first.compared,
            before=first.before,
            after=first.after,
        )

    def _step(self, doing: str) -> None:
        """Say what comes next, unless the person asked to stop."""
        self._rest()
        if self._progress is not None:
            self._progress(min(self._done / self._total, 1.0), doing)
        self._done += 1

    def _rest(self) -> None:
        if self._stop():
            raise Interrupted(
                "stopped before the check was complete", fix="nothing is recorded; run it again"
            )
