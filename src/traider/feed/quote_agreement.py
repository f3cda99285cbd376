"""Whether the venue's quotes still say what the book says: a book may freeze and look whole.

A venue may stop telling changes of a book while its other channels go on. Then quotes differ from
the best prices, and no change comes that would mend it. One such quote proves nothing, since it may
be from before the last change; so the book is called frozen after

    a quote that differs, another one at least half of ``quote_s`` later, and that much again,

all without any depth. Each new quote comes of a trade, and a trade changes the book.
"""

from typing import Final

from traider.feed.books import Top

_SECOND_NS: Final = 1_000_000_000


class QuoteAgreement:
    """The quotes of one instrument against its book."""

    def __init__(self, quote_s: float) -> None:
        self._half_ns = quote_s * _SECOND_NS / 2
        self._first_ns = 0
        self._again_ns = 0
        self.differs = False
        """Whether the last quote differed and no depth came since."""

    def forget(self) -> None:
        """Begin anew: depth came, or the book broke."""
        self._first_ns = self._again_ns = 0
        self.differs = False

    def take(self, bid_ticks: int, ask_ticks: int, top: Top, now_ns: int) -> None:
        """Compare one quote; a side that it does not tell is 0."""
        bid_differs = bid_ticks not in (0, top.bid_ticks)
        ask_differs = ask_ticks not in (0, top.ask_ticks)
        if not (bid_differs or ask_differs):
            self.forget()
        elif not self.differs:
            self.differs, self._first_ns = True, now_ns
        elif not self._again_ns and now_ns - self._first_ns >= self._half_ns:
            self._again_ns = now_ns

    def frozen_s(self, now_ns: int) -> float:
        """Return for how long quotes have differed from a frozen book, 0 when it is none."""
        if not self._again_ns or now_ns - self._again_ns < self._half_ns:
            return 0.0
        return (now_ns - self._first_ns) / _SECOND_NS
