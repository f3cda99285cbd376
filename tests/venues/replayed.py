"""A recording of the shared data through its mappers, and the books that it ends with."""

from decimal import Decimal
from pathlib import Path

import numpy as np

from tests.venues.dictionary_book import DictionaryBook
from traider.domain.events import EventArray, Kind, join_events
from traider.feed.recorded import RecordedFeed
from traider.venues.catalogue import recorded_venue
from traider.venues.recordings import open_recording


class Replay:
    """One reading of a recording."""

    def __init__(self, path: Path) -> None:
        recording = open_recording([path])
        self.feed = RecordedFeed(recording, recorded_venue(recording))
        self.events = join_events(list(self.feed.chunks()))
        self.counts = self.feed.counts
        self.names = [each.name for each in self.feed.instruments]
        self.books = {name: self._book(name) for name in self.names}

    def of(self, name: str, *kinds: Kind) -> EventArray:
        """Return the events of an instrument, of some kinds."""
        events: EventArray = self.events[self.events["instrument"] == self.names.index(name)]
        if kinds:
            events = events[np.isin(events["kind"], kinds)]
        return events

    def best(self, name: str) -> tuple[Decimal, Decimal]:
        """Return the best bid and ask at the end."""
        tick_size = self.feed.instruments[self.names.index(name)].tick_size
        book = self.books[name]
        return max(book.bids) * tick_size, min(book.asks) * tick_size

    def levels(self, name: str) -> tuple[int, int]:
        """Return how many bids and asks the book ends with."""
        return len(self.books[name].bids), len(self.books[name].asks)

    def grid(self, name: str) -> tuple[Decimal, Decimal]:
        """Return tick and lot."""
        instrument = self.feed.instruments[self.names.index(name)]
        return instrument.tick_size, instrument.lot_size

    @property
    def crossed(self) -> int:
        """After how many messages a book was crossed."""
        return sum(book.crossed for book in self.books.values())

    @property
    def are_whole(self) -> bool:
        """Whether every book stands at the end."""
        return all(self.feed.is_whole(number) for number in range(len(self.names)))

    def _book(self, name: str) -> DictionaryBook:
        book = DictionaryBook()
        book.replay(self.of(name))
        return book
