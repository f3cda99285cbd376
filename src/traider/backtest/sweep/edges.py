"""What a sweep says about its own ranges: a best point at an edge, an axis that changes nothing."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from traider.backtest.doctor.evidence import EdgeParameter
from traider.backtest.sweep.grid import Axis, Point
from traider.backtest.sweep.trial import Trial

VALUES_MIN: Final = 3
"""Of fewer values each one is an edge, which says nothing."""


def parameters_at_edge(
    axes: Sequence[Axis], points: Sequence[Point], best: Sequence[Point]
) -> tuple[EdgeParameter, ...]:
    """Return the parameters of the ``best`` points at the edge of what was run.

    Points that share the best figure must share the edge: where one of them lies inside, nothing
    says that the range is too narrow. A better value may lie beyond, where nothing was tried.
    ``points`` are those that ran: a value that was left out everywhere is no edge. Axes that are
    not rising numbers have no edge, nor have those with fewer than ``VALUES_MIN`` values.
    """
    found = []
    for place, axis in enumerate(axes):
        if not axis.is_ordered:
            continue
        tried = sorted({float(point[place]) for point in points})
        values = {float(point[place]) for point in best}
        if len(tried) < VALUES_MIN or len(values) != 1:
            continue
        (value,) = values
        if value in (tried[0], tried[-1]):
            found.append(EdgeParameter(axis.shown, value, tried[0], tried[-1]))
    return tuple(found)


def idle_axes(axes: Sequence[Axis], trials: Sequence[Trial]) -> tuple[str, ...]:
    """Return the settings along which no result changed, all other values being equal.

    Such a setting does nothing in this strategy, and its values are one trial counted many times.
    """
    return tuple(axis.shown for place, axis in enumerate(axes) if _is_idle(place, trials))


def _is_idle(place: int, trials: Sequence[Trial]) -> bool:
    groups: defaultdict[Point, list[Trial]] = defaultdict(list)
    for trial in trials:
        groups[trial.values[:place] + trial.values[place + 1 :]].append(trial)
    compared = [group for group in groups.values() if len(group) > 1]
    return bool(compared) and all(
        other.measured.returns.tobytes() == group[0].measured.returns.tobytes()
        for group in compared
        for other in group[1:]
    )
