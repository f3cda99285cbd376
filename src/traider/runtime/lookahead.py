"""Put a look-ahead check together: from a configuration and a person's files to what is found."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from traider import __version__
from traider.backtest.fill_tiers import FILL_TIERS
from traider.backtest.histories import bars_of_trades
from traider.backtest.lookahead import (
    LookaheadPlan,
    LookaheadResult,
    Subject,
    check_lookahead,
    run_trace,
)
from traider.backtest.run import BacktestPlan, Progress
from traider.backtest.score_files import ScoreFile
from traider.domain.events import join_events
from traider.features.batch import batch_features_in, load_batch_feature
from traider.kernel import CACHE_FOLDER, is_warm
from traider.runtime.check_records import forget_pass, record_pass, run_digest
from traider.runtime.config import Config, EnsembleStrategy
from traider.runtime.data_plan import RunData, scan_data
from traider.runtime.user_scores import (
    check_bars,
    histories_of,
    model_numbers,
    score_files_of,
    score_paths,
    scores_of_run,
    subjects_of,
    with_user_files,
)
from traider.runtime.wiring import plan_data, warm_up_kernel

CUTS: Final = 5
"""Fewer cuts may miss a leak that is blind at some, so they put no pass on record."""


@dataclass(frozen=True)
class LookaheadRequest:
    """What a person asks of the check beside the configuration."""

    features: tuple[Path, ...] = ()
    scores: tuple[str, ...] = ()
    """``FILE`` or ``NAME=FILE`` each."""
    cuts: int = CUTS
    seed: int = 1


@dataclass(frozen=True)
class FinishedCheck:
    """A check that was carried out: its result, what was checked, where the pass is recorded."""

    result: LookaheadResult
    title: str
    digest: str
    record: Path | None


def run_lookahead(
    config: Config,
    request: LookaheadRequest,
    *,
    progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> FinishedCheck:
    """Check a configuration, and record the pass of its batch features and score files.

    Where the strategy reads no scores at all, the files are checked by themselves.

    Raises:
        TraiderError: the data, the strategy or a file cannot be used, or the check was stopped.
    """
    warm_up_kernel(progress, stop, first=not is_warm(CACHE_FOLDER))
    reads_scores = isinstance(config.strategy, EnsembleStrategy)
    if reads_scores:
        config = with_user_files(config, request.features, request.scores)
    data = scan_data(config)
    plan = plan_data(config, data)
    checked = lookahead_plan(config, data, plan, request)
    if not reads_scores:
        subjects, scores = _alone(request, data)
        checked = replace(checked, subjects=subjects, scores=scores)
    result = check_lookahead(checked, progress=progress, stop=stop)
    digest = run_digest(config, plan)
    return FinishedCheck(result, plan.title, digest, _recorded(result, digest, config, request))


def _alone(
    request: LookaheadRequest, data: RunData
) -> tuple[tuple[Subject, ...], tuple[ScoreFile, ...]]:
    """Return features and score files that no alpha of the strategy can read.

    Raises:
        StrategyError: a feature file cannot be used, or there are no bars for it to see.
        DataError: a score file cannot be used.
    """
    if request.features:
        check_bars(data)
    subjects = [
        Subject(name, partial(load_batch_feature, name, file), {})
        for file in request.features
        for name in batch_features_in(file)
    ]
    return tuple(subjects), scores_of_run(score_paths(request.scores), data)


def lookahead_plan(
    config: Config, data: RunData, plan: BacktestPlan, request: LookaheadRequest
) -> LookaheadPlan:
    """Return the check of what ``config`` names, on the run that ``plan`` describes."""
    spec = replace(plan.spec, venue=FILL_TIERS[plan.fill_tier].applied(plan.spec.venue))
    numbers, subjects = model_numbers(config), subjects_of(config)
    events = join_events(list(plan.events()))
    if data.is_captured:
        bars = tuple(
            bars_of_trades(events, number, source) for number, source in enumerate(data.sources)
        )
    else:
        bars = histories_of(config, data)
    return LookaheadPlan(
        engine=partial(run_trace, spec),
        files=data.bar_files,
        bars=bars,
        events=events,
        subjects=subjects,
        models={subject.name: numbers[subject.name] for subject in subjects},
        scores=score_files_of(config, data),
        latency_ns=min(spec.venue.latencies_ns, default=spec.venue.latency_ns),
        cuts=request.cuts,
        seed=request.seed,
    )


def _recorded(
    result: LookaheadResult, digest: str, config: Config, request: LookaheadRequest
) -> Path | None:
    """Put a pass on record where there is something to pass, and take it back otherwise."""
    if not result.is_clean:
        forget_pass(digest)
        return None
    if not model_numbers(config) or request.cuts < CUTS or result.unproven:
        return None
    told = {
        "passed": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "features": list(result.features),
        "scores": list(result.scores),
        "cuts": request.cuts,
        "seed": request.seed,
    }
    return record_pass(digest, told)
