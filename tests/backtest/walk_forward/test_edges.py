import math
from dataclasses import replace

from tests.backtest.walk_forward.plans import events, plan
from traider.backtest.doctor import EdgeParameter
from traider.backtest.walk_forward import WalkForwardResult, walk_forward
from traider.backtest.walk_forward.edges import edges_of, numbers_of
from traider.backtest.walk_forward.result import Value

KEY = "strategy.enter"


def chosen(*values: Value, of: tuple[Value, ...] = (0.15, 0.3, 0.5)) -> WalkForwardResult:
    """Return a walk-forward whose windows chose ``values`` out of ``of``."""
    found = walk_forward(plan(events()), stop=lambda: False)
    windows = tuple(
        replace(
            one, chosen={KEY: value}, scores=tuple(1.0 if other == value else 0.5 for other in of)
        )
        for one, value in zip(found.windows, values, strict=False)
    )
    return replace(found, windows=windows, candidates=tuple({KEY: value} for value in of))


def test_an_end_that_most_windows_chose_is_an_edge() -> None:
    assert edges_of(chosen(0.5, 0.5, 0.3)) == (EdgeParameter(KEY, 0.5, 0.15, 0.5),)
    assert edges_of(chosen(0.15, 0.15, 0.5)) == (EdgeParameter(KEY, 0.15, 0.15, 0.5),)


def test_choices_inside_or_divided_are_none() -> None:
    assert edges_of(chosen(0.3, 0.3, 0.5)) == ()
    assert edges_of(chosen(0.15, 0.5, 0.3, 0.15)) == ()


def test_two_values_or_words_have_no_edge() -> None:
    assert edges_of(chosen(1, 1, of=(1, 2))) == ()
    assert edges_of(chosen("a", "a", of=("a", "b", "c"))) == ()
    switches: tuple[Value, ...] = (True, False)
    assert numbers_of(chosen(*switches, of=switches), KEY) == []


def test_windows_that_could_not_choose_tell_no_edge() -> None:
    first = chosen(0.15, 0.15, 0.15)
    assert edges_of(first) != ()
    for scores in ((math.nan,) * 3, (0.5, 0.5, 0.5), (0.5, 0.5, 0.1)):
        blind = tuple(replace(one, scores=scores) for one in first.windows)
        assert edges_of(replace(first, windows=blind)) == ()


def test_without_windows_or_candidates_there_is_none() -> None:
    assert edges_of(replace(chosen(0.5), windows=())) == ()
    assert edges_of(replace(chosen(0.5), candidates=())) == ()
