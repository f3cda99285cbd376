"""The histograms of a latency book in the form that metrics are served in."""

from collections.abc import Mapping

import numpy as np

from traider.domain.metric_names import (
    JOURNAL_APPEND_SECONDS,
    LATENCY_BOUNDS,
    STAGE_LATENCY_SECONDS,
)
from traider.gateway.latency import LatencyBook, LatencyHistogram, Stage
from traider.ops.metrics import Histogram, Key

_NS_PER_S = 1_000_000_000
_BOUNDS_NS = tuple(round(bound * _NS_PER_S) for bound in LATENCY_BOUNDS)


class LatencySeries:
    """Read ``book`` whenever the metrics are; nothing is counted twice."""

    def __init__(self, book: LatencyBook) -> None:
        self._book = book

    def histograms(self) -> Mapping[Key, Histogram]:
        """Return one histogram a stage that was observed, in seconds."""
        found: dict[Key, Histogram] = {}
        for stage, live in self._book.stages.items():
            read = live.copy()
            if read.count:
                found[STAGE_LATENCY_SECONDS, (("stage", stage.value),)] = _histogram(read)
                if stage is Stage.JOURNAL:
                    found[JOURNAL_APPEND_SECONDS, ()] = _histogram(read)
        return found


def _histogram(read: LatencyHistogram) -> Histogram:
    upto = (*read.counts_up_to(_BOUNDS_NS), read.count)
    counts = tuple(int(each) for each in np.diff(upto, prepend=0))
    return Histogram(LATENCY_BOUNDS, counts, read.total_ns / _NS_PER_S)
