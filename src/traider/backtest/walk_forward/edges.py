"""Choices at the end of their range, window after window: a better value may lie outside."""

from collections import Counter
from typing import Final

from traider.backtest.choosing import best_places
from traider.backtest.doctor.evidence import EdgeParameter
from traider.backtest.walk_forward.result import WalkForwardResult, WindowResult

VALUES_MIN: Final = 3
"""Of fewer values each one is an end, which says nothing."""
SHARE_MIN: Final = 0.5
"""Share of the windows that must choose one end."""


def edges_of(result: WalkForwardResult) -> tuple[EdgeParameter, ...]:
    """Return the settings whose lowest or highest value more than half of the windows chose."""
    found = []
    for key in result.candidates[0] if result.candidates else ():
        numbers = sorted(set(numbers_of(result, key)))
        chosen = Counter(
            value for one in result.windows if numbers for value in _told(result, one, key)
        )
        if len(numbers) < VALUES_MIN or not chosen:
            continue
        found += [
            EdgeParameter(key, end, numbers[0], numbers[-1])
            for end in (numbers[0], numbers[-1])
            if chosen[end] > SHARE_MIN * len(result.windows)
        ]
    return tuple(found)


def _told(result: WalkForwardResult, one: WindowResult, key: str) -> set[float]:
    """Return the value of ``key`` that a window's scores tell; none where they tell none.

    Settings that share the best score must share the value: where nothing could be ranked, or the
    key makes no difference, the first is taken and says nothing.
    """
    values = {float(result.candidates[place][key]) for place in best_places(one.scores)}
    return values if len(values) == 1 else set()


def numbers_of(result: WalkForwardResult, key: str) -> list[float]:
    """Return the values of ``key`` over the candidates; none unless all of them are numbers."""
    values = [point[key] for point in result.candidates]
    if any(isinstance(value, bool | str) for value in values):
        return []
    return [float(value) for value in values]
