"""The three fill tiers: how kindly the simulated venue treats an order.

A result that only holds in a kind tier is no result, so a back-test runs all three and names the
one it reports. The multipliers are conventions, not measurements.
"""

from dataclasses import dataclass, replace
from typing import Final

from traider.kernel.codes import QueueModel
from traider.kernel.specification import VenueSpec


@dataclass(frozen=True)
class FillTier:
    """What a tier changes: cost multipliers, whether a touch fills, share of a bar's volume, queue.

    The queue is where in a book's queue a resting order is believed to stand.
    """

    name: str
    spread: float
    impact: float
    touch_fills: bool
    participation: float
    queue: QueueModel

    def applied(self, venue: VenueSpec) -> VenueSpec:
        """Return ``venue`` under this tier."""
        return replace(
            venue,
            half_spread=venue.half_spread * self.spread,
            impact=venue.impact * self.impact,
            touch_fills=self.touch_fills,
            participation=self.participation,
            queue=self.queue,
        )


FILL_TIERS: Final = {
    tier.name: tier
    for tier in (
        FillTier(
            "pessimistic",
            spread=1.5,
            impact=1.5,
            touch_fills=False,
            participation=0.05,
            queue=QueueModel.PESSIMISTIC,
        ),
        FillTier(
            "base",
            spread=1.0,
            impact=1.0,
            touch_fills=False,
            participation=0.10,
            queue=QueueModel.PROBABILISTIC,
        ),
        FillTier(
            "optimistic",
            spread=0.5,
            impact=0.0,
            touch_fills=True,
            participation=1.0,
            queue=QueueModel.OPTIMISTIC,
        ),
    )
}
