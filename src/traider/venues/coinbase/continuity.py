"""Which messages of a Coinbase connection were lost: the rule of ``sequence_num``.

Every message carries a number one above that of the message before. A higher one shows that
messages were lost: whatever stands on the stream that is counted is no longer true. A lower one is
a frame told again, and is passed over. There is no replay, no number of the predecessor and no
checksum; the count begins anew with each connection.

Nothing says that it may begin anew within one, but if it did, all frames would look as if told
again, and those beyond the old count as if they followed. So it has begun anew, and what stands on
it is no longer true, when

- a new book is numbered lower than the last message: whoever begins again tells the books again.
  Where it was a frame told again after all, the next message is ahead of it and breaks that book;
- ``OLD_RUN_MAX`` frames in a row were passed over, and one more comes.

A count that begins anew without a book, fewer frames below the old one, does not show.

What is counted is told in two ways:

| key | evidence |
| --- | --- |
| connection | capture of 2026-08-09: 630 messages of six channels count 0 to 629, no hole |
| product | "Guides, WebSocket": one number a product |

so the key can be chosen; ``channel`` lies between them.
"""

from enum import Enum
from typing import Final

from traider.venues.coinbase.instruments import stream_symbol

OLD_RUN_MAX: Final = 8
"""Frames told again that may come in a row."""


class SequenceKey(Enum):
    """What one count of ``sequence_num`` runs over."""

    CONNECTION = "connection"
    CHANNEL = "channel"
    PRODUCT = "product"

    def of(self, channel: str, product_id: str) -> str:
        """Return the name of the count that a message belongs to."""
        if self is SequenceKey.CONNECTION:
            return ""
        return channel if self is SequenceKey.CHANNEL else stream_symbol(product_id)

    def concerns_book(self, channel: str, product_id: str, book: str) -> bool:
        """Whether a hole shown by a message of ``channel`` breaks the book of stream ``book``."""
        if self is SequenceKey.PRODUCT:
            return stream_symbol(product_id) == book
        return self is SequenceKey.CONNECTION or channel == "l2_data"


class Place(Enum):
    """Where a message stands in its count."""

    NEXT = "it follows"
    OLD = "it was told before"
    AHEAD = "something is missing before it"
    ANEW = "the count begins again with it"


class SequenceContinuity:
    """The counts of one connection."""

    __slots__ = ("_before", "_last", "_old_runs", "missing")

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._before = ("", -1)
        self._old_runs: dict[str, int] = {}
        self.missing = (0, 0)
        """First and last number that the last hole showed to be missing, 0 for unknown."""

    def take(self, key: str, number: int, *, is_book: bool = False) -> Place:
        """Place the next message of a count; the first one of a count always follows.

        Args:
            key: the count.
            number: ``sequence_num`` of the message.
            is_book: whether the message tells a whole book.
        """
        last = self._last.get(key, number - 1)
        self._before = (key, last)
        if number == last + 1:
            self._last[key] = number
            if self._old_runs:
                self._old_runs.pop(key, None)
            return Place.NEXT
        old_run = self._old_runs.pop(key, 0) + 1
        is_old = number <= last
        if is_old and old_run <= OLD_RUN_MAX and not (is_book and number < last):
            self._old_runs[key] = old_run
            return Place.OLD
        self._last[key] = number
        self.missing = (0, 0) if is_old else (last + 1, number - 1)
        return Place.ANEW if is_old else Place.AHEAD

    def take_back(self) -> None:
        """Forget the number taken last, as its message was refused: the next one shows a hole."""
        key, last = self._before
        self._last[key] = last

    def restart(self) -> None:
        """Begin again: the connection is a new one."""
        self._last.clear()
        self._old_runs.clear()
