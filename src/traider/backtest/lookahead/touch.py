"""Best bid and ask at the moments of fills, from depth, quotes and trades, without the kernel.

The audit must not ask the machine it audits, so the book is kept here once more, plainly: a size
by price and side, brought up to date from one fill to the next.
"""

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, FillFlag, Kind

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Range = tuple[float, float]

_BOTH = (1, -1)
_NOTHING: Range = (np.nan, np.nan)


class PlainBook:
    """Sizes by price of one instrument's two sides, and the last quote."""

    def __init__(self) -> None:
        self._sides: dict[int, dict[int, int]] = {1: {}, -1: {}}
        self._quote: Range = _NOTHING

    def apply(self, events: EventArray) -> None:
        """Take in depth and quotes, in order; the last word on a level counts."""
        quotes = events[events["kind"] == Kind.QUOTE]
        if len(quotes):
            self._quote = float(quotes["w0"][-1]), float(quotes["w2"][-1])
        kinds = events["kind"]
        emptied = (kinds == Kind.DEPTH_CLEAR) | (kinds == Kind.GAP)
        emptied |= (kinds == Kind.DEPTH_SNAPSHOT) & (events["w3"] == 0)
        start = int(np.flatnonzero(emptied)[-1]) if emptied.any() else 0
        if emptied.any():
            self._sides = {1: {}, -1: {}}
            self._quote = _NOTHING if not len(quotes) else self._quote
        rest = events[start:]
        levels = rest[np.isin(rest["kind"], (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE))]
        for side in _BOTH:
            of_side = levels[levels["side"] == side]
            self._sides[side].update(
                zip(of_side["price"].tolist(), of_side["size"].tolist(), strict=True)
            )

    def touch(self) -> Range:
        """Return best bid and ask of the book, else of the last quote; NaN where unknown."""
        bids = [price for price, size in self._sides[1].items() if size > 0]
        asks = [price for price, size in self._sides[-1].items() if size > 0]
        if bids and asks:
            return float(max(bids)), float(min(asks))
        return self._quote


def touch_ranges(market: EventArray, fills: EventArray, decided: Integers) -> tuple[Floats, Floats]:
    """Return the lowest and highest price each fill could have met; makers may meet any.

    A taker meets the book as it was just before or just after the event that its fill came with,
    or a trade since its decision; without book and quotes the last trade stands for them. NaN
    where the market had no price at all.
    """
    low, high = np.full(len(fills), -np.inf), np.full(len(fills), np.inf)
    trades = market[market["kind"] == Kind.TRADE]
    book, place = PlainBook(), 0
    times = market["ts_recv"]
    takers = np.flatnonzero(fills["flags"] & FillFlag.MAKER == 0)
    for row in takers[np.argsort(fills["ts_recv"][takers], kind="stable")].tolist():
        known = int(fills["ts_recv"][row])
        before, after = np.searchsorted(times, [known, known + 1]).tolist()
        book.apply(market[place:before])
        ranges = [book.touch()]
        book.apply(market[before:after])
        ranges.append(book.touch())
        place = after
        first, last = np.searchsorted(trades["ts_recv"], [decided[row], known + 1]).tolist()
        if np.isnan(ranges).all():
            first = min(first, max(last - 1, 0))
        seen = trades["price"][first:last].astype(np.float64)
        low[row] = np.fmin.reduce([*(one[0] for one in ranges), *seen])
        high[row] = np.fmax.reduce([*(one[1] for one in ranges), *seen])
    return low, high
