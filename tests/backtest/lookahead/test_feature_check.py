"""Features evaluated again: what looks ahead is named, what does not is left alone.

Laws: 1. every planted leak is found, whatever the walk; 2. no clean feature is; 3. instruments are
never dropped.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from tests.backtest.lookahead.planted import (
    CLEAN,
    LEAKING,
    RARELY_LEAKING,
    Floats,
    Function,
    mean_of_universe,
    momentum,
    next_return,
    rank_of_universe,
    subject,
    walk,
    warm_up_filled,
)
from traider.backtest.lookahead.cuts import choose_cuts
from traider.backtest.lookahead.feature_check import FeatureCheck
from traider.backtest.lookahead.leaks import Leak, LeakKind
from traider.backtest.lookahead.subjects import Subject
from traider.backtest.lookahead.variants import perturbed
from traider.domain.errors import StrategyError
from traider.features.batch import BarHistory

pytestmark = pytest.mark.uncounted


def checked(
    under_check: Subject, histories: Sequence[BarHistory], *, cuts: int = 5, seed: int = 1
) -> tuple[FeatureCheck, Leak | None]:
    """Check a feature the way the whole check does."""
    check = FeatureCheck.begin(under_check, histories)
    closes = np.unique(np.concatenate([bars.closed_ns for bars in histories]))
    if check.is_repeatable:
        for cut_ns in choose_cuts(closes, closes[:0], cuts, seed).tolist():
            check.on_truncated(cut_ns)
            check.on_perturbed(perturbed(histories, [0.01] * len(histories), cut_ns, seed), cut_ns)
        for number, bar in check.telling(2 * cuts, seed):
            check.on_stretch(number, bar, seed)
    return check, check.leak()


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("function", LEAKING, ids=lambda function: function.__name__)
def test_every_planted_leak_is_found(function: Function, seed: int) -> None:
    bars = walk(seed=seed)
    check, leak = checked(subject(function), [bars], seed=seed)
    assert leak is not None
    assert leak.kind is LeakKind.BATCH_FEATURE
    assert (leak.culprit, leak.instrument) == (function.__name__, "A")
    assert 0 < leak.changed <= leak.compared <= len(bars)
    assert leak.ts_ns == bars.closed_ns[leak.bar]
    assert leak.before == pytest.approx(check.base["A"][leak.bar], nan_ok=True)
    assert leak.after != leak.before


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("function", CLEAN, ids=lambda function: function.__name__)
def test_no_clean_feature_is_named(function: Function, seed: int) -> None:
    _, leak = checked(subject(function), [walk(seed=seed)], seed=seed)
    assert leak is None


@pytest.mark.parametrize("function", RARELY_LEAKING, ids=lambda function: function.__name__)
def test_a_leak_at_a_few_of_many_bars_is_found(function: Function) -> None:
    bars = walk(20_000, seed=4)
    honest = momentum(bars, {})
    differs = function(bars, {}) != honest
    assert 0 < differs[23:].sum() < 600 or function is warm_up_filled
    _, leak = checked(subject(function), [bars])
    assert leak is not None
    assert differs[leak.bar]


def test_whoever_declines_to_answer_for_few_bars_is_clean() -> None:
    def guarded(bars: BarHistory, params: Mapping[str, float]) -> Floats:
        del params
        return np.where(len(bars) > 300, bars.close / bars.open, np.nan)

    def fragile(bars: BarHistory, params: Mapping[str, float]) -> Floats:
        del params
        return np.asarray(bars.close / bars.open + 0.0 * bars.close[300])

    for function in (guarded, fragile):
        check, leak = checked(subject(function), [walk(3_000)])
        assert leak is None
        assert check.notes == []


def test_a_feature_that_says_nothing_cannot_be_checked() -> None:
    def silent(bars: BarHistory, params: Mapping[str, float]) -> Floats:
        del params
        return np.full(len(bars), np.nan)

    with pytest.raises(StrategyError, match="has no value at any of 1500 bars"):
        checked(subject(silent), [walk()])


def test_the_number_of_changed_values_is_that_of_the_worst_cut() -> None:
    bars = walk()
    check = FeatureCheck.begin(subject(next_return), [bars])
    check.on_truncated(int(bars.closed_ns[700]))
    leak = check.leak()
    assert leak is not None
    assert (leak.changed, leak.compared, leak.bar) == (1, 701, 700)
    assert leak.before == bars.close[701] / bars.close[700] - 1.0
    assert np.isnan(leak.after)


def test_a_cut_returns_the_values_of_the_past_to_run_on() -> None:
    bars = walk()
    check = FeatureCheck.begin(subject(momentum), [bars])
    cut_ns = int(bars.closed_ns[900])
    ends = check.on_truncated(cut_ns)["A"]
    goes_on = check.on_perturbed(perturbed([bars], [0.01], cut_ns, 1), cut_ns)["A"]
    assert np.array_equal(ends, check.base["A"][:901], equal_nan=True)
    assert np.array_equal(goes_on[:901], check.base["A"][:901], equal_nan=True)
    assert not np.allclose(goes_on[901:], check.base["A"][901:])


def test_rounding_is_settled_to_the_base() -> None:
    bars = walk()

    def noisy(bars: BarHistory, params: Mapping[str, float]) -> Floats:
        del params
        return bars.close * (1.0 + len(bars) * 1e-15)

    check = FeatureCheck.begin(subject(noisy), [bars])
    ends = check.on_truncated(int(bars.closed_ns[500]))["A"]
    assert check.leak() is None
    assert np.array_equal(ends, check.base["A"][:501])


def test_what_a_module_remembers_does_not_hide_a_leak() -> None:
    # Each evaluation loads the function anew, as a file is run anew.
    def load() -> Function:
        remembered: dict[str, Floats] = {}

        def cheat(bars: BarHistory, params: Mapping[str, float]) -> Floats:
            del params
            known = remembered.setdefault(bars.instrument, next_return(bars, {}))
            return known[: len(bars)]

        return cheat

    under_check = Subject("cheat", lambda: subject(load()).load(), {})
    assert checked(under_check, [walk()])[1] is not None


def test_a_feature_that_draws_lots_is_named_for_that() -> None:
    draw = np.random.default_rng(1)

    def lots(bars: BarHistory, params: Mapping[str, float]) -> Floats:
        del params
        return draw.normal(size=len(bars))

    check, leak = checked(subject(lots), [walk()])
    assert not check.is_repeatable
    assert leak is not None
    assert leak.kind is LeakKind.UNREPEATABLE
    assert "seed" in leak.fix


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_feature_of_the_universe_may_depend_on_who_is_there(seed: int) -> None:
    histories = [walk(seed=seed, name="A"), walk(900, seed=seed + 9, name="B", start=600)]
    check, leak = checked(subject(rank_of_universe, universe=True), histories, seed=seed)
    assert leak is None
    assert check.notes == []
    assert np.nanmax(check.base["A"]) > 0.0


def test_a_leak_through_another_instrument_is_found() -> None:
    histories = [walk(name="A"), walk(seed=5, name="B")]
    _, leak = checked(subject(mean_of_universe, universe=True), histories)
    assert leak is not None
    assert leak.changed == leak.compared


def test_a_feature_that_cannot_bear_an_empty_history_is_cut_elsewhere() -> None:
    def fragile(
        histories: Mapping[str, BarHistory], params: Mapping[str, float]
    ) -> dict[str, Floats]:
        del params
        return {name: bars.close / bars.close[0] for name, bars in histories.items()}

    histories = [walk(name="A"), walk(700, seed=5, name="B", start=800)]
    check, leak = checked(subject(fragile, universe=True), histories)
    assert leak is None
    (note,) = check.notes
    assert note.startswith("fragile fails on the first bars (")
    assert "0 of B): raised IndexError" in note


def test_a_feature_that_fails_on_few_bars_cannot_hide_a_leak() -> None:
    def long_only(bars: BarHistory, params: Mapping[str, float]) -> Floats:
        del params
        return np.full(len(bars), bars.close[1_499])

    check, leak = checked(subject(long_only), [walk()])
    assert "of A): raised IndexError" in check.notes[0]
    assert leak is not None
    assert "go on differently" in leak.told
    assert leak.changed == leak.compared


def test_a_feature_that_fails_on_everything_cannot_be_checked() -> None:
    def broken(bars: BarHistory, params: Mapping[str, float]) -> Floats:
        return bars.close * params["missing"]

    with pytest.raises(StrategyError, match="raised KeyError: 'missing'"):
        checked(subject(broken), [walk()])
