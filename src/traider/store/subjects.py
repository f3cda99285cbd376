"""What a check looks at: one series in memory, from a file or from the lake."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np

from traider.store.findings import PLACES_MAX, Finding, Place, Severity
from traider.store.instants import instant_text
from traider.store.kinds import Content, FloatArray, IntArray

RowText = Callable[[int], str]


@dataclass(frozen=True)
class Subject:
    """A series in order of time, each instant of bars and funding once."""

    label: str
    """The instrument, or the symbol where that is not known; empty for a file of one series."""
    content: Content
    length_ns: int
    ts_ns: IntArray
    values: Mapping[str, FloatArray]
    rows: IntArray | None
    """Where each row stands in its file; None for the lake, where the time says it."""
    row_text: RowText
    tick_size: Decimal | None
    """The instrument's tick where the registry knows it."""
    bad_ns: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    """Instants, in order, whose rows are there but cannot be used: they are bad, not missing."""

    def place(self, position: int) -> Place:
        """Return where the row at ``position`` stands."""
        time = instant_text(int(self.ts_ns[position]))
        if self.rows is None:
            return Place(time, time)
        return Place(f"{self.row_text(int(self.rows[position]))} ({time})", time)

    def finding(  # the words of a finding, in the order they are printed
        self,
        kind: str,
        severity: Severity,
        positions: IntArray,
        meaning: str,
        **details: object,
    ) -> Finding:
        """Return a finding at ``positions``, of which the first is its place."""
        places = tuple(self.place(int(k)) for k in positions[:PLACES_MAX])
        return Finding(
            kind, severity, len(positions), meaning, places[0], places, self.label, details
        )


def largest_first(positions: IntArray, sizes: FloatArray | IntArray) -> IntArray:
    """Return ``positions`` by their ``sizes``, the largest first."""
    order = np.argsort(-np.asarray(sizes, np.float64), kind="stable")
    sorted_positions: IntArray = positions[order]
    return sorted_positions


def neighbor(values: FloatArray, shift: int) -> FloatArray:
    """Return each row's predecessor (1) or successor (-1); the ends are their own."""
    moved = np.roll(values, shift)
    end = 0 if shift > 0 else -1
    moved[end] = values[end]
    return moved
