"""Mark price and funding rate of one symbol, which arrive in one message."""

from traider.venues.binance.messages import MS_NS, MarkPrice
from traider.venues.counts import MapperCounts
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.mark_writer import MarkWriter


class MarkMapper:
    """Write MARK for each message, FUNDING when rate or settlement change; see ``MarkWriter``."""

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self._writer = MarkWriter(listing, counts)

    def take(self, message: MarkPrice, ts_recv: int, out: EventWriter) -> None:
        """Write one message."""
        self._counts.messages += 1
        stamp = (message.event_ms * MS_NS, ts_recv)
        prices, next_ns = (message.mark, message.index), message.next_funding_ms * MS_NS
        self._writer.write(stamp, prices, message.funding_rate, next_ns, out)
