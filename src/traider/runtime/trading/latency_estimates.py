"""How long orders take from their signal, told to the kernel each minute.

What is measured outside is no fact for the kernel before it is an event: only then a replay knows
it too. A strategy whose prices do not depend on it is told nothing.
"""

from typing import Final

from traider.domain.events import EventArray, Kind, empty_events
from traider.domain.payload_table import PAYLOADS
from traider.gateway.latency import LatencyHistogram

INTERVAL_NS: Final = 60_000_000_000
_SIGNAL_TO_ORDER: Final = 4
_SHARES: Final = (0.5, 0.99)


class LatencyEstimates:
    """Estimates from a histogram that somebody else fills."""

    def __init__(self, histogram: LatencyHistogram) -> None:
        self._histogram = histogram
        self._told = histogram.copy()
        self._due_ns = 0

    def due(self, now_ns: int) -> EventArray | None:
        """Return what the last minute's orders say, once a minute; nothing without an order."""
        if now_ns < self._due_ns:
            return None
        self._due_ns = now_ns + INTERVAL_NS
        span = self._histogram.since(self._told)
        if not span.count:
            return None
        self._told = self._histogram.copy()
        estimate = empty_events(1)
        estimate["kind"] = Kind.LATENCY_ESTIMATE
        estimate["version"] = PAYLOADS[Kind.LATENCY_ESTIMATE].version
        estimate["w0"], estimate["w1"] = span.quantiles_ns(_SHARES)
        estimate["w2"], estimate["w3"] = span.count, _SIGNAL_TO_ORDER
        return estimate
