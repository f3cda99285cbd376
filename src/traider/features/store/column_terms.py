"""What each column of a series may hold, from its definition."""

import math
from dataclasses import dataclass
from typing import Final

from traider.domain.timeframes import timeframe_ns
from traider.features.definition import WANTED, Definition, FeatureDefinition
from traider.features.expectations import expectation_of
from traider.features.frames import frame_of
from traider.kernel.codes import FrameKind

_ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class ColumnTerms:
    """The range of a column, and where it may be without a value."""

    name: str
    low: float
    high: float
    warm_up_rows: int
    """Rows that may come before the first value; -1 where that is not known."""
    may_lack: bool
    """Whether rows after the first value may be without one."""


def column_terms(definition: Definition) -> tuple[ColumnTerms, ...]:
    """Return the terms of every column beside ``ts``."""
    if isinstance(definition, FeatureDefinition):
        return tuple(_of_feature(name, definition) for name in definition.features)
    ranges = {"direction": (-1.0, 1.0), "exposure": (-math.inf, math.inf)}
    ranges |= {name: (-1.0, 1.0) for name in WANTED if name not in ranges}
    found = []
    for name in definition.columns:
        low, high = ranges.get(name, (0.0 if name.startswith("confidence_") else -1.0, 1.0))
        terms = ColumnTerms(name, low - _ROUNDING, high + _ROUNDING, 0, may_lack=False)
        found.append(terms)
    return tuple(found)


def _of_feature(name: str, definition: FeatureDefinition) -> ColumnTerms:
    expected = expectation_of(name, definition.bars)
    low, high = expected.bounds
    return ColumnTerms(
        name, low, high, _warm_up_rows(expected.frame, expected.first_bar, definition),
        expected.may_lack,
    )  # fmt: skip


def _warm_up_rows(frame: str, first_bar: int, definition: FeatureDefinition) -> int:
    """Return how many rows there are at most before the first value, -1 where none can tell.

    A row has at least one new bar of those that arrive, and a longer bar holds at most as many
    rows as it holds decisions. Where trades build the bars, quiet ones are missing.
    """
    if definition.from_trades or not first_bar or frame_of(frame).kind is not FrameKind.TIME:
        return -1
    rows_a_bar = max(timeframe_ns(frame) // definition.decision_ns, 1)
    return first_bar * rows_a_bar - 1
