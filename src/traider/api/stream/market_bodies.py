"""What the stream says of the market: instruments, books by level, tapes, the bars that form."""

from typing import Any, Final, get_args

from traider.api.facts import Facts
from traider.api.following import FollowedRun
from traider.api.problems import NotUnderstoodError
from traider.api.reading import markets
from traider.api.reading.bars import BarsAsked, bars_shape, find_bars
from traider.api.reading.indicators import indicators_of
from traider.api.reading.looking import looked, number_of
from traider.api.routes.market import Frame
from traider.api.stream.channel import BARS, BOOK, DEPTH, TAPE
from traider.api.stream.deltas import Body, bare

LEVELS: Final = 15
"""Levels a side of a book,"""
DEPTH_LEVELS: Final = 100
"""and of its depth."""
TRADES: Final = 100
BARS_TOLD: Final = 3
"""The bar that forms and those before it: one may close between two looks."""
_BARS_AGE_S: Final = 0.9
"""Indicators are made by a kernel of their own, for all who watch the same ones together."""


class MarketBodies:
    """Reads the channels of markets."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def products(self) -> Body:
        """Return every instrument, as ``GET /market/products`` does."""
        found, _ = looked(
            self._facts.view,
            lambda run: [markets.product(run, each) for each in range(len(run.instruments))],
        )
        return [each.model_dump(mode="json") for each in found]

    def book(self, name: str) -> Body:
        """Return the best levels of a book, as its route does."""
        return self._book(name.removeprefix(BOOK), LEVELS)

    def depth(self, name: str) -> Body:
        """Return a book with sizes by price: what changes is a level, not the whole of it."""
        body = self._book(name.removeprefix(DEPTH), DEPTH_LEVELS)
        for side in ("bids", "asks"):
            body[side] = {level["price"]: level["size"] for level in body[side]}
        return body

    def tape(self, name: str) -> Body:
        """Return the last trades of a market, newest last."""

        def rows(run: FollowedRun) -> list[dict[str, Any]]:
            number = number_of(run, name.removeprefix(TAPE))
            found = []
            for place, trade in reversed(markets.trades(run, number, None, TRADES)):
                row = markets.trade_shape(run, number, trade).model_dump(mode="json")
                # Every row needs an id; a venue need not give any.
                found.append({**row, "id": row["id"] or f"#{place}"})
            return found

        found, _ = looked(self._facts.view, rows)
        return found

    def bars(self, name: str) -> Body:
        """Return the newest bars of an instrument with their indicators."""
        return self._facts.cached(name, _BARS_AGE_S, lambda: self._bars(name))

    def _bars(self, name: str) -> Body:
        asked = bars_asked(name)
        found, stands = looked(self._facts.view, lambda run: find_bars(run, asked))
        shape = bars_shape(asked, found, stands)
        told: dict[str, Any] = shape.model_dump(mode="json", exclude={"as_of", "has_more"})
        return told

    def _book(self, instrument: str, levels: int) -> dict[str, Any]:
        view = self._facts.view
        found, stands = looked(view, lambda run: markets.book(run, instrument, levels))
        shape = markets.book_shape(found, stands)
        body: dict[str, Any] = bare(shape.model_dump(mode="json", exclude={"as_of"}))
        return body


def bars_asked(name: str) -> BarsAsked:
    """Return the bars that a channel names: ``bars:COINBASE:BTC-USD 1m ema:20,rsi:14``.

    Raises:
        NotUnderstoodError: there are no such bars, or no such indicator.
    """
    instrument, _, rest = name.removeprefix(BARS).partition(" ")
    frame, _, indicators = rest.partition(" ")
    if not instrument or frame not in get_args(Frame):
        raise NotUnderstoodError(
            "no such bars", where=name, fix="name instrument, frame and indicators: bars:A:B 1m"
        )
    return BarsAsked(instrument, frame, None, None, BARS_TOLD, indicators_of(indicators))
