"""A recording put through mapper, continuity rules and book, and what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from traider.domain.errors import DataError
from traider.feed.books import Books
from traider.feed.recorded import RecordedFeed, RecordedInstrument
from traider.venues.counts import MapperCounts


@dataclass(frozen=True, slots=True)
class Quoted:
    """A price and the size that stands there."""

    price: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True)
class InstrumentReport:
    """What a recording told of one instrument, and its book at the end."""

    name: str
    counts: MapperCounts
    crossed: int
    """Messages after which the best bid was at or above the best ask."""
    bid: Quoted | None
    ask: Quoted | None
    bid_levels: int
    ask_levels: int
    is_whole: bool
    """Whether the book stands on an unbroken stream at the end."""


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What a recording held."""

    messages: int
    events: int
    instruments: tuple[InstrumentReport, ...]
    others: dict[str, int]
    """Messages that no event is made of, by name."""


def replay(
    feed: RecordedFeed,
    books: Books,
    told: Callable[[int], None] = lambda messages: None,  # noqa: ARG005 - nobody listens
) -> ReplayReport:
    """Read ``feed`` to its end; ``told`` hears now and then how many messages were read.

    Raises:
        DataError: a file is damaged, a message cannot be mapped, or a book has no room for all
            its levels.
    """
    events = 0
    for chunk in feed.chunks():
        books.apply(chunk)
        events += len(chunk)
        told(feed.messages)
    reports = tuple(
        _report(feed, books, number, instrument)
        for number, instrument in enumerate(feed.instruments)
    )
    return ReplayReport(feed.messages, events, reports, feed.counts.others)


def _report(
    feed: RecordedFeed, books: Books, number: int, instrument: RecordedInstrument
) -> InstrumentReport:
    if books.lost(number):
        raise DataError(
            f"{books.lost(number)} levels of {instrument.name} found no room in the book",
            fix="record fewer levels",
        )
    top = books.top(number)
    bid_levels, ask_levels = books.levels(number)
    return InstrumentReport(
        name=instrument.name,
        counts=feed.counts_of(number),
        crossed=books.crossed(number),
        bid=_quoted(instrument, top.bid_ticks, top.bid_lots),
        ask=_quoted(instrument, top.ask_ticks, top.ask_lots),
        bid_levels=bid_levels,
        ask_levels=ask_levels,
        is_whole=feed.is_whole(number),
    )


def _quoted(instrument: RecordedInstrument, ticks: int, lots: int) -> Quoted | None:
    if not lots:
        return None
    return Quoted(ticks * instrument.tick_size, lots * instrument.lot_size)
