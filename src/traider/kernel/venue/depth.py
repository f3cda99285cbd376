"""The venue's own book: every depth record changes it, and may fill orders that rest in it."""

from numba import void

from traider.kernel.book import apply_depth
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue


@compiled(void(VENUE, EVENT_TYPE), inline=True)
def meet_depth(venue: Venue, event: Record) -> None:
    """Apply a depth record to the venue's book."""
    apply_depth(venue.book, event)
