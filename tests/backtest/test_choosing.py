"""What scores tell: nothing where all are undefined or equal."""

import math

import pytest

from traider.backtest.choosing import best_places, can_rank


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ((1.0, 2.0, math.nan), (1,)),
        ((math.nan, 1.0), (1,)),
        ((3.0, math.inf, math.inf, 1.0), (1, 2)),
        ((2.0, 2.0), ()),
        ((2.0, 2.0, math.nan), ()),
        ((math.nan, math.nan), ()),
        ((5.0,), (0,)),
        ((), ()),
    ],
)
def test_the_best_are_named_only_where_scores_differ(
    scores: tuple[float, ...], best: tuple[int, ...]
) -> None:
    assert best_places(scores) == best
    assert can_rank(scores) == bool(best)
