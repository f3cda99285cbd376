"""The histograms of a latency book in the form that metrics are served in."""

from collections.abc import Mapping

import numpy as np

from traider.domain.metric_names import LATENCY_BOUNDS, STAGE_LATENCY_SECONDS
from traider.gateway.latency import LatencyBook
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
            histogram = live.copy()
            if histogram.count:
                upto = (*histogram.counts_up_to(_BOUNDS_NS), histogram.count)
                found[STAGE_LATENCY_SECONDS, (("stage", stage.value),)] = Histogram(
                    LATENCY_BOUNDS,
                    tuple(int(each) for each in np.diff(upto, prepend=0)),
                    histogram.total_ns / _NS_PER_S,
                )
        return found
