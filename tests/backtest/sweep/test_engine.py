"""Trials in threads: the same outcomes as one after the other, and a clean stop."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from tests.backtest.bar_tables import columns_of, wave, write_bars
from traider.backtest.sweep.engine import Task, run_trials
from traider.backtest.sweep.history import History, history_of, read_history
from traider.backtest.sweep.trial import Failure, Trial
from traider.domain.errors import KernelError
from traider.runtime.config import load_config
from traider.runtime.kernel_spec import AlphaShelf, kernel_spec
from traider.runtime.wiring import plan_backtest
from traider.signals.alpha import Score, alpha

Outcome = Trial | Failure


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> tuple[History, list[Task]]:
    path = write_bars(
        tmp_path_factory.mktemp("engine") / "BINANCE-BTC-USDT-1h.parquet", columns_of(wave(1_500))
    )
    shelf = AlphaShelf()
    config = load_config(
        None,
        (
            f'data.files=["{path}"]',
            'strategy.kind="sma-cross"',
            "strategy.fast=2",
            "strategy.slow=9",
        ),
    )
    plan = plan_backtest(config)
    tasks = []
    for number in range(24):
        strategy = config.strategy.model_copy(update={"fast": 2 + number})
        point = config.model_copy(update={"strategy": strategy})
        tasks.append(
            Task(number, (2 + number,), f"{number}", kernel_spec(point, plan.files, shelf=shelf))
        )
    return read_history(plan), tasks


def test_threads_change_nothing(work: tuple[History, list[Task]]) -> None:
    history, tasks = work
    found = []
    for threads in (1, 2, 5):
        outcomes: list[Outcome] = []
        assert run_trials(tasks, history, threads, outcomes.append)
        outcomes.sort(key=lambda outcome: outcome.number)
        assert [outcome.number for outcome in outcomes] == list(range(24))
        found.append(
            [
                (o.values, o.digest, o.measured.final_equity, o.measured.returns.tobytes())
                for o in outcomes
                if isinstance(o, Trial)
            ]
        )
    assert len(found[0]) == 24
    assert found[0] == found[1] == found[2]
    assert len({equity for _, _, equity, _ in found[0]}) > 12


def test_outcomes_are_handed_over_in_the_calling_thread(work: tuple[History, list[Task]]) -> None:
    history, tasks = work
    seen: set[int] = set()
    run_trials(tasks, history, 2, lambda _: seen.add(threading.get_ident()))
    assert seen == {threading.get_ident()}


def test_a_stop_keeps_what_is_done(work: tuple[History, list[Task]]) -> None:
    history, tasks = work
    outcomes: list[Outcome] = []
    complete = run_trials(tasks, history, 2, outcomes.append, lambda: len(outcomes) >= 5)
    assert not complete
    assert 5 <= len(outcomes) < 24
    assert run_trials(tasks, history, 2, outcomes.append, lambda: True) is False
    assert run_trials((), history, 2, outcomes.append, lambda: True) is True


@alpha(features=("close",))
def raising(x: np.ndarray, p: np.ndarray) -> Score:  # noqa: ARG001 - alphas share one signature
    raise ValueError("no opinion")


def test_a_failure_is_an_outcome_of_its_own(work: tuple[History, list[Task]]) -> None:
    history, tasks = work
    bad = replace(tasks[1].spec.alphas[0], function=raising.compiled())
    mixed = [tasks[0], replace(tasks[1], spec=replace(tasks[1].spec, alphas=(bad,))), tasks[2]]
    outcomes: list[Outcome] = []
    assert run_trials(mixed, history, 2, outcomes.append)
    failures = [outcome for outcome in outcomes if isinstance(outcome, Failure)]
    assert [failure.number for failure in failures] == [1]
    assert failures[0].values == (3,)
    assert "no opinion" in failures[0].reason
    assert len(outcomes) == 3


def test_a_kernel_failure_ends_the_sweep(work: tuple[History, list[Task]]) -> None:
    history, tasks = work
    backwards = history_of(history.events[::-1].copy())
    with pytest.raises(KernelError, match="not sorted"):
        run_trials(tasks, backwards, 2, lambda _: None)
