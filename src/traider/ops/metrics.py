"""Metrics kept in the process: counters, gauges and histograms with a snapshot."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, TypeAlias

from traider.domain.metric_names import DEFINITIONS

Key: TypeAlias = tuple[str, tuple[tuple[str, str], ...]]
"""A metric's name and its labels, sorted by label."""

DEFAULT_BOUNDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0)
SERIES_MAX: Final = 10_000
"""Most series kept; a label that grows without bound must not fill the memory."""


@dataclass(frozen=True)
class Histogram:
    """Observations of one series.

    ``counts[i]`` is the number of values <= ``bounds[i]`` and above the bound before; the last
    count, one more than there are bounds, holds the rest.
    """

    bounds: tuple[float, ...]
    counts: tuple[int, ...]
    total: float

    @property
    def observations(self) -> int:
        """Number of values observed."""
        return sum(self.counts)


@dataclass(frozen=True)
class MetricsSnapshot:
    """All series at one instant."""

    counters: dict[str, float]
    gauges: dict[str, float]
    histograms: dict[str, Histogram]
    dropped: int
    """Number of writes to series beyond the bound."""


@dataclass(frozen=True)
class SeriesRead:
    """All series at one instant, by name and labels."""

    counters: dict[Key, float]
    gauges: dict[Key, float]
    histograms: dict[Key, Histogram]
    dropped: int
    """Number of writes to series beyond the bound."""


class ProcessMetrics:
    """Keep the numbers in memory; safe to use from several threads.

    A histogram that ``domain.metric_names`` defines has the bounds given there, another one
    ``bounds``.
    """

    def __init__(self, bounds: Sequence[float] = DEFAULT_BOUNDS) -> None:
        self._bounds = tuple(sorted(bounds))
        self._lock = Lock()
        self._counters: dict[Key, float] = {}
        self._gauges: dict[Key, float] = {}
        self._counts: dict[Key, list[int]] = {}
        self._totals: dict[Key, float] = {}
        self._dropped = 0

    def count(self, name: str, amount: float = 1.0, /, **labels: str) -> None:
        """Add ``amount`` to a counter.

        Raises:
            ValueError: the amount is negative; a counter never falls.
        """
        if amount < 0:
            raise ValueError(f"counter {name} cannot fall by {-amount}")
        key = _key(name, labels)
        with self._lock:
            if self._room_for(key, self._counters):
                self._counters[key] = self._counters.get(key, 0.0) + amount

    def set(self, name: str, value: float, /, **labels: str) -> None:
        """Set a gauge to ``value``."""
        key = _key(name, labels)
        with self._lock:
            if self._room_for(key, self._gauges):
                self._gauges[key] = value

    def observe(self, name: str, value: float, /, **labels: str) -> None:
        """Add ``value`` to a histogram."""
        key = _key(name, labels)
        with self._lock:
            if self._room_for(key, self._counts):
                bounds = self._bounds_of(name)
                counts = self._counts.get(key)
                if counts is None:
                    counts = self._counts[key] = [0] * (len(bounds) + 1)
                counts[bisect.bisect_left(bounds, value)] += 1
                self._totals[key] = self._totals.get(key, 0.0) + value

    def snapshot(self) -> MetricsSnapshot:
        """Return a copy of every series, named ``name{label=value,…}``."""
        found = self.read()
        return MetricsSnapshot(
            counters={_text(key): value for key, value in found.counters.items()},
            gauges={_text(key): value for key, value in found.gauges.items()},
            histograms={_text(key): value for key, value in found.histograms.items()},
            dropped=found.dropped,
        )

    def read(self) -> SeriesRead:
        """Return a copy of every series, by name and labels."""
        with self._lock:
            return SeriesRead(
                counters=dict(self._counters),
                gauges=dict(self._gauges),
                histograms={
                    key: Histogram(self._bounds_of(key[0]), tuple(counts), self._totals[key])
                    for key, counts in self._counts.items()
                },
                dropped=self._dropped,
            )

    def _bounds_of(self, name: str) -> tuple[float, ...]:
        definition = DEFINITIONS.get(name)
        return definition.bounds if definition and definition.bounds else self._bounds

    def _room_for(self, key: Key, series: dict[Key, float] | dict[Key, list[int]]) -> bool:
        known = len(self._counters) + len(self._gauges) + len(self._counts)
        if key in series or known < SERIES_MAX:
            return True
        self._dropped += 1
        return False


def _key(name: str, labels: dict[str, str]) -> Key:
    return name, tuple(sorted(labels.items()))


def _text(key: Key) -> str:
    name, labels = key
    if not labels:
        return name
    return f"{name}{{{','.join(f'{label}={value}' for label, value in labels)}}}"
