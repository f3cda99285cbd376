"""Mark price and funding rate of one symbol, which arrive in one message."""

from decimal import Decimal
from typing import Final

from traider.domain.events import Kind, MarketFlag
from traider.domain.units import MONEY_STEP
from traider.venues.binance.messages import MS_NS, MarkPrice
from traider.venues.counts import MapperCounts
from traider.venues.decimal_steps import DecimalSteps
from traider.venues.event_writer import EventWriter, record_head, with_flags
from traider.venues.listing import Listing

RATE_STEP: Final = Decimal("1e-12")
STALE_MS: Final = 60_000
"""A rate announced longer before the settlement than this may not be the one that was paid."""


class MarkMapper:
    """Write MARK for each message, and FUNDING (announced) when rate or settlement change.

    The message tells no settlement. The first one that announces the next tells that the last is
    over: what was paid is the rate announced last before it, at the mark price said with it, and is
    written as FUNDING (settled). Where the stream was away then, nobody knows, and nothing is
    written.
    """

    def __init__(self, listing: Listing, counts: MapperCounts) -> None:
        self._counts = counts
        self._prices = DecimalSteps(MONEY_STEP, "mark price", zero=True)
        self._rates = DecimalSteps(RATE_STEP, "funding rate", zero=True)
        self._interval_ns = listing.funding_interval_ns
        self._mark = record_head(Kind.MARK, listing.instrument)
        self._funding = record_head(Kind.FUNDING, listing.instrument, MarketFlag.LAST_OF_MESSAGE)
        self._settlement = record_head(Kind.FUNDING, listing.instrument)
        self._announced = ("", 0)
        self._rate_now = 0
        self._last = (0, 0)
        """Event time (ms) and mark of the message before."""

    def take(self, message: MarkPrice, ts_recv: int, out: EventWriter) -> None:
        """Write one message."""
        self._counts.messages += 1
        self._counts.marks += 1
        ts_event = message.event_ms * MS_NS
        mark = self._prices[message.mark]
        index = self._prices[message.index] if message.index else 0
        last_ms, last_mark = self._last
        self._last = (message.event_ms, mark)
        announced = (message.funding_rate, message.next_funding_ms)
        if not message.funding_rate or announced == self._announced:
            head = with_flags(self._mark, MarketFlag.LAST_OF_MESSAGE)
            out.add(head, ts_event, ts_recv, mark, index)
            return
        rate = self._rate(message.funding_rate)
        out.add(self._mark, ts_event, ts_recv, mark, index)
        due_ms, next_ms = self._announced[1], message.next_funding_ms
        if 0 < due_ms <= message.event_ms and due_ms < next_ms and due_ms - last_ms <= STALE_MS:
            self._counts.settlements += 1
            due_ns, interval_ns = due_ms * MS_NS, (next_ms - due_ms) * MS_NS
            words = (self._rate_now, last_mark, due_ns, interval_ns, 1)
            out.add(self._settlement, due_ns, ts_recv, *words)
        self._announced, self._rate_now = announced, rate
        self._counts.fundings += 1
        next_ns = next_ms * MS_NS
        out.add(self._funding, ts_event, ts_recv, rate, mark, next_ns, self._interval_ns)

    def _rate(self, text: str) -> int:
        return -self._rates[text[1:]] if text.startswith("-") else self._rates[text]
