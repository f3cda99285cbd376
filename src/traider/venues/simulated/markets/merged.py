"""Several markets as one: always the one that is due first."""

from collections.abc import Sequence
from heapq import heapify, heappop, heapreplace

from traider.venues.simulated.exchange import Market


class MergedMarket:
    """Take turns by time; at one instant the one listed first goes first."""

    def __init__(self, markets: Sequence[Market]) -> None:
        self._heap = [
            (due, place, market)
            for place, market in enumerate(markets)
            if (due := market.next_ns()) is not None
        ]
        heapify(self._heap)

    def next_ns(self) -> int | None:
        """Return when the first of them is due."""
        return self._heap[0][0] if self._heap else None

    def step(self) -> None:
        """Carry out the step that is due first."""
        _, place, market = self._heap[0]
        market.step()
        due = market.next_ns()
        if due is None:
            heappop(self._heap)
        else:
            heapreplace(self._heap, (due, place, market))
