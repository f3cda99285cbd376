"""The whole check over a run: features, decisions, scores and fills together."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from tests.backtest.lookahead.planted import LEAKING, ahead, momentum, subject
from tests.runtime.look_ahead_runs import (
    INSTRUMENTS,
    configured,
    feature_setting,
    histories,
    write_history,
    write_scores,
)
from traider.backtest.lookahead import LeakKind, LookaheadPlan, Trace, check_lookahead, run_trace
from traider.backtest.lookahead.leaks import leak_json
from traider.backtest.score_files import read_scores
from traider.domain.errors import DataError, Interrupted
from traider.domain.events import EventArray, Kind, MarketFlag, join_events
from traider.runtime.data_plan import scan_data
from traider.runtime.lookahead import LookaheadRequest, lookahead_plan
from traider.runtime.wiring import plan_data

pytestmark = pytest.mark.uncounted


def planned(folder: Path, *features: str, alpha: str = "follow") -> LookaheadPlan:
    """Return the check of a configuration that reads ``features``."""
    config = configured(folder, feature_setting(folder, *features), alpha=alpha)
    data = scan_data(config)
    return lookahead_plan(config, data, plan_data(config, data), LookaheadRequest())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_clean_strategy_is_clean(tmp_path: Path, seed: int) -> None:
    result = check_lookahead(replace(planned(tmp_path, "honest"), seed=seed))
    assert result.is_clean, result.leaks
    assert (result.features, result.culprits, result.decisions_changed) == (("honest",), (), 0)
    assert len(result.cuts_ns) == 5
    assert result.orders > 100
    assert result.fills > 50
    assert result.evaluations > 12


def test_a_leak_is_named_and_the_decisions_it_moved_are_counted(tmp_path: Path) -> None:
    plan = planned(tmp_path, "honest", "early", alpha="follow_early")
    result = check_lookahead(plan)
    assert result.culprits == ("early",)
    (leak,) = result.leaks
    assert leak.kind is LeakKind.BATCH_FEATURE
    assert result.decisions_changed > 0


def test_every_leak_of_many_is_named(tmp_path: Path) -> None:
    plan = planned(tmp_path, "honest")
    more = replace(plan, subjects=(*plan.subjects, *map(subject, LEAKING)))
    result = check_lookahead(more)
    assert set(result.culprits) == {function.__name__ for function in LEAKING}


def test_a_leak_that_no_alpha_reads_moves_no_decision(tmp_path: Path) -> None:
    result = check_lookahead(planned(tmp_path, "honest", "early"))
    assert result.culprits == ("early",)
    assert result.decisions_changed == 0


def test_score_files_are_tested(tmp_path: Path) -> None:
    plan = planned(tmp_path, "honest")
    bars = histories()
    names = [one.instrument for one in bars]
    values = [momentum(one, {}) for one in bars]
    honest = write_scores(tmp_path / "honest.parquet", bars, values)
    early = write_scores(tmp_path / "early.parquet", bars, [ahead(one, 1) for one in values])
    files = (read_scores(honest, "fair", names), read_scores(early, "shifted", names))
    result = check_lookahead(replace(plan, scores=files))
    assert result.scores == ("fair", "shifted")
    assert result.culprits == ("shifted",)
    assert {leak.instrument for leak in result.leaks} == set(names)


def test_an_engine_that_peeks_is_found(tmp_path: Path) -> None:
    plan = planned(tmp_path, "honest")

    def peeking(events: EventArray) -> Trace:
        trace = plan.engine(events)
        closes = events["close"][(events["kind"] == Kind.BAR) & (events["instrument"] == 0)]
        trace.intents["size"] += int(closes[-1] % 7)
        return trace

    result = check_lookahead(replace(plan, engine=peeking))
    (leak,) = result.leaks
    assert (leak.kind, leak.culprit) == (LeakKind.DECISION, "engine")
    assert "past order changes" in leak.told
    assert leak.changed > 0


def test_a_fill_source_that_fills_at_the_close_is_found(tmp_path: Path) -> None:
    plan = planned(tmp_path, "honest")

    def at_the_close(events: EventArray) -> Trace:
        trace = plan.engine(events)
        for number in (0, 1):
            bars = events[(events["kind"] == Kind.BAR) & (events["instrument"] == number)]
            mine = trace.fills["instrument"] == number
            place = np.searchsorted(bars["ts_recv"], trace.fills["ts_event"][mine])
            known = np.minimum(place, len(bars) - 1)
            trace.fills["price"][mine] = bars["close"][known]
        return trace

    result = check_lookahead(replace(plan, engine=at_the_close))
    assert result.culprits == ("fills",)
    assert {leak.kind for leak in result.leaks} == {LeakKind.FILL}
    assert all(0 < leak.changed < leak.compared for leak in result.leaks)


def test_a_file_stamped_at_the_close_is_found(tmp_path: Path) -> None:
    config = configured(tmp_path, feature_setting(tmp_path, "honest"))
    bars = histories()[0]
    # The second instrument moves as the first, and its file is stamped at the close.
    late = replace(bars, ts_ns=bars.ts_ns + bars.length_ns)
    write_history(config.data.files[1], late)
    data = scan_data(config)
    result = check_lookahead(
        lookahead_plan(config, data, plan_data(config, data), LookaheadRequest())
    )
    assert [leak.kind for leak in result.leaks] == [LeakKind.DATA_STAMP]
    assert result.culprits == (INSTRUMENTS[1],)


def test_raw_events_are_cut_and_perturbed_too(tmp_path: Path) -> None:
    plan = planned(tmp_path, "honest")
    kinds = plan.events["kind"]
    opens = (kinds == Kind.TRADE) & (plan.events["flags"] & MarketFlag.BAR_OPEN != 0)
    market = plan.events[opens | (kinds == Kind.BAR)]
    calls: list[EventArray] = []

    def engine(events: EventArray) -> Trace:
        calls.append(events)
        return run_trace_of(plan, events)

    captured = replace(plan, engine=engine, files=(), events=market, subjects=(), models={})
    result = check_lookahead(captured)
    assert result.is_clean
    assert [len(events) for events in calls[2::2]] == [len(market)] * 5
    assert all(len(events) < len(market) for events in calls[1::2])


def run_trace_of(plan: LookaheadPlan, events: EventArray) -> Trace:
    assert isinstance(plan.engine, partial)
    assert plan.engine.func is run_trace
    trace: Trace = plan.engine(events)
    return trace


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    plan = planned(tmp_path, "honest")
    check_lookahead(plan, progress=lambda done, text: told.append((done, text)))
    fractions = [done for done, _ in told]
    assert fractions == sorted(fractions)
    assert told[0] == (0.0, "evaluating honest")
    assert told[-1] == (1.0, "done")
    assert {text for _, text in told} >= {"running the strategy", "cut 5 of 5", "auditing fills"}


def stop_after(calls: int) -> Iterator[bool]:
    yield from [False] * calls
    while True:
        yield True


@pytest.mark.parametrize("calls", [0, 1, 4, 12, 20])
def test_it_stops_between_two_pieces_of_work(tmp_path: Path, calls: int) -> None:
    answers = stop_after(calls)
    with pytest.raises(Interrupted, match="before the check was complete"):
        check_lookahead(planned(tmp_path, "honest"), stop=lambda: next(answers))


def test_short_data_cannot_be_checked(tmp_path: Path) -> None:
    plan = planned(tmp_path, "honest")
    bars = tuple(one.first(90) for one in plan.bars[:1])
    with pytest.raises(DataError, match="too few"):
        check_lookahead(replace(plan, bars=bars, files=plan.files[:1], subjects=(), models={}))


def test_what_is_found_is_plain_values(tmp_path: Path) -> None:
    result = check_lookahead(planned(tmp_path, "honest", "early", alpha="follow_early"))
    (leak,) = result.leaks
    found = leak_json(leak)
    assert found["kind"] == "batch-feature"
    assert found["time"] == str(np.datetime64(leak.ts_ns // 10**9, "s")) + "Z"
    assert (found["bar"], found["changed"]) == (leak.bar, leak.changed)
    empty = leak_json(replace(leak, ts_ns=-1, bar=-1, instrument="", before=np.nan, after=np.nan))
    assert [empty[k] for k in ("time", "bar", "instrument", "before", "after")] == [None] * 5


def test_the_runs_events_are_those_of_the_plan(tmp_path: Path) -> None:
    config = configured(tmp_path, feature_setting(tmp_path, "honest"))
    data = scan_data(config)
    plan = plan_data(config, data)
    made = lookahead_plan(config, data, plan, LookaheadRequest())
    assert made.events.tobytes() == join_events(list(plan.events())).tobytes()
