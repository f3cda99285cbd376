"""Books of plain dictionaries behind the port of the feeds: written for clarity, not for speed."""

from tests.venues.dictionary_book import DictionaryBook
from traider.domain.events import EventArray
from traider.feed.books import Top


class DictionaryBooks:
    """Books of ``count`` instruments."""

    def __init__(self, count: int) -> None:
        self.books = [DictionaryBook() for _ in range(count)]

    def apply(self, events: EventArray) -> None:
        for number, book in enumerate(self.books):
            book.replay(events[events["instrument"] == number])

    def top(self, number: int) -> Top:
        book = self.books[number]
        bid, ask = max(book.bids, default=0), min(book.asks, default=0)
        return Top(bid, book.bids.get(bid, 0), ask, book.asks.get(ask, 0))

    def levels(self, number: int) -> tuple[int, int]:
        book = self.books[number]
        return len(book.bids), len(book.asks)

    def crossed(self, number: int) -> int:
        return self.books[number].crossed

    def lost(self, number: int) -> int:
        del number
        return 0
