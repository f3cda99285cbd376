"""Mark price and funding rate of one instrument as records: the same shape from every venue."""

from decimal import Decimal
from functools import partial
from typing import Final

from traider.domain.events import Kind, MarketFlag
from traider.domain.units import MONEY_STEP
from traider.venues.counts import MapperCounts
from traider.venues.decimal_steps import TRADES_KEPT_MAX, DecimalSteps
from traider.venues.depth_writer import Stamp
from traider.venues.event_writer import EventWriter, record_head
from traider.venues.listing import Listing

RATE_STEP: Final = Decimal("1e-12")
STALE_NS: Final = 60_000_000_000
"""A rate told longer before the settlement than this may not be the one that was paid."""


class MarkWriter:
    """Write MARK for each price, and FUNDING (announced) when rate or settlement change.

    No stream tells a settlement. The first message that announces the next one tells that the last
    is over: what was paid is the rate told last before it, at the mark price known then, and is
    written as FUNDING (settled). Where the stream was away then, nobody knows, and nothing is
    written.

    Args:
        listing: whose funding interval counts when the stream tells none.
        counts: of the instrument.
        stale_ns: how often the stream tells the rate at least, where that is not ``STALE_NS``.
    """

    __slots__ = (
        "_announced", "_counts", "_funding", "_mark", "_mark_now", "_prices", "_rate_now",
        "_rates", "_seen_ns", "_stale_ns", "interval_ns",
    )  # fmt: skip

    def __init__(self, listing: Listing, counts: MapperCounts, *, stale_ns: int = STALE_NS) -> None:
        self._counts = counts
        self._prices = DecimalSteps(MONEY_STEP, "mark price", zero=True, kept=TRADES_KEPT_MAX)
        self._rates = DecimalSteps(RATE_STEP, "funding rate", zero=True, kept=TRADES_KEPT_MAX)
        self._mark = record_head(Kind.MARK, listing.instrument)
        self._funding = record_head(Kind.FUNDING, listing.instrument)
        self._stale_ns = stale_ns
        self._announced = ("", 0)
        self._rate_now = 0
        self._mark_now = 0
        self._seen_ns = 0
        """When a rate was told last."""
        self.interval_ns = listing.funding_interval_ns
        """Length of a funding interval; 0 when unknown."""

    def write(
        self, stamp: Stamp, prices: tuple[str, str], rate: str, next_ns: int, out: EventWriter
    ) -> None:
        """Write what one message tells.

        Args:
            stamp: ts_event and ts_recv.
            prices: mark and index price; empty where not told.
            rate: the funding rate announced; empty where not told.
            next_ns: when it will be paid.
            out: takes the records.

        Raises:
            DataError: a price or rate is no decimal number, or too fine.
        """
        ts_event, ts_recv = stamp
        state = (self._announced, self._rate_now, self._mark_now, self._seen_ns)
        out.on_take_back(partial(self._return_to, state))
        mark_before, before = self._mark_now, len(out)
        mark = self._prices[prices[0]] if prices[0] else mark_before
        index = self._prices[prices[1]] if prices[1] else 0
        rate_now = self._signed_rate(rate) if rate else 0
        if prices[0]:
            self._counts.marks += 1
            out.add(self._mark, ts_event, ts_recv, mark, index)
            self._mark_now = mark
        if rate:
            if (rate, next_ns) != self._announced:
                self._settle(stamp, mark_before, next_ns, out)
                self._announced, self._rate_now = (rate, next_ns), rate_now
                self._counts.fundings += 1
                words = (rate_now, mark, next_ns, self.interval_ns)
                out.add(self._funding, ts_event, ts_recv, *words)
            self._seen_ns = ts_event
        if len(out) > before:
            out.flag_last(MarketFlag.LAST_OF_MESSAGE)

    def _settle(self, stamp: Stamp, mark: int, next_ns: int, out: EventWriter) -> None:
        """Write the settlement that the announcement of ``next_ns`` shows to be over."""
        ts_event, ts_recv = stamp
        due_ns = self._announced[1]
        if 0 < due_ns <= ts_event and due_ns < next_ns and due_ns - self._seen_ns <= self._stale_ns:
            self._counts.settlements += 1
            words = (self._rate_now, mark, due_ns, next_ns - due_ns, 1)
            out.add(self._funding, due_ns, ts_recv, *words)

    def _return_to(self, state: tuple[tuple[str, int], int, int, int]) -> None:
        self._announced, self._rate_now, self._mark_now, self._seen_ns = state

    def _signed_rate(self, text: str) -> int:
        return -self._rates[text[1:]] if text.startswith("-") else self._rates[text]
