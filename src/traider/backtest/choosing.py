"""Whether scores tell one choice from the others, and which choices share the best of them."""

import math
from collections.abc import Sequence


def can_rank(scores: Sequence[float]) -> bool:
    """Whether one choice is better by its score: not where all are undefined (NaN) or equal.

    A single defined score has nothing above it.
    """
    known = [score for score in scores if not math.isnan(score)]
    return len(known) == 1 or len(set(known)) > 1


def best_places(scores: Sequence[float]) -> tuple[int, ...]:
    """Return the places of the highest defined score; none where nothing can be ranked."""
    if not can_rank(scores):
        return ()
    highest = max(score for score in scores if not math.isnan(score))
    return tuple(place for place, score in enumerate(scores) if score == highest)
