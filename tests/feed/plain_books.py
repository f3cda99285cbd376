"""Books of plain dictionaries behind the port of the feeds."""

from tests.venues.dictionary_book import DictionaryBook
from traider.domain.events import EventArray
from traider.feed.books import Top


class PlainBooks:
    """One book an instrument."""

    def __init__(self, count: int) -> None:
        self._books = [DictionaryBook() for _ in range(count)]

    def apply(self, events: EventArray) -> None:
        """Apply the depth of ``events``."""
        for number, book in enumerate(self._books):
            book.replay(events[events["instrument"] == number])

    def top(self, number: int) -> Top:
        """Return the best levels of an instrument."""
        book = self._books[number]
        bid, ask = max(book.bids, default=0), min(book.asks, default=0)
        return Top(bid, book.bids.get(bid, 0), ask, book.asks.get(ask, 0))

    def levels(self, number: int) -> tuple[int, int]:
        """Return how many bids and asks an instrument has."""
        return len(self._books[number].bids), len(self._books[number].asks)

    def crossed(self, number: int) -> int:
        """Return after how many messages the book was crossed."""
        return self._books[number].crossed

    def lost(self, number: int) -> int:
        """Return 0: a dictionary has room."""
        del number
        return 0
