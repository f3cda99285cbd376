"""Which messages of a Coinbase connection were lost: the rule of ``sequence_num``.

Every message carries a number one above that of the message before. A higher one shows that
messages were lost: whatever stands on the stream that is counted is no longer true. A lower one is
a frame told again, and is passed over. There is no replay, no number of the predecessor and no
checksum; the count begins anew with each connection.

What is counted is told in two ways:

| key | evidence |
| --- | --- |
| connection | capture of 2026-08-09: 630 messages of six channels count 0 to 629, no hole |
| product | "Guides, WebSocket": one number a product |

so the key can be chosen; ``channel`` lies between them.
"""

from enum import Enum


class SequenceKey(Enum):
    """What one count of ``sequence_num`` runs over."""

    CONNECTION = "connection"
    CHANNEL = "channel"
    PRODUCT = "product"

    def of(self, channel: str, product_id: str) -> str:
        """Return the name of the count that a message belongs to."""
        if self is SequenceKey.CONNECTION:
            return ""
        return channel if self is SequenceKey.CHANNEL else product_id

    def concerns_book(self, channel: str, product_id: str, book: str) -> bool:
        """Whether a hole shown by a message of ``channel`` breaks the book of ``book``."""
        if self is SequenceKey.PRODUCT:
            return product_id == book
        return self is SequenceKey.CONNECTION or channel == "l2_data"


class Place(Enum):
    """Where a message stands in its count."""

    NEXT = "it follows"
    OLD = "it was told before"
    AHEAD = "something is missing before it"


class SequenceContinuity:
    """The counts of one connection."""

    __slots__ = ("_before", "_last", "missing")

    def __init__(self) -> None:
        self._last: dict[str, int] = {}
        self._before = ("", -1)
        self.missing = (0, 0)
        """First and last number that the last ``Place.AHEAD`` showed to be missing."""

    def take(self, key: str, number: int) -> Place:
        """Place the next message of a count; the first one of a count always follows."""
        last = self._last.get(key, number - 1)
        self._before = (key, last)
        if number == last + 1:
            self._last[key] = number
            return Place.NEXT
        if number <= last:
            return Place.OLD
        self._last[key] = number
        self.missing = (last + 1, number - 1)
        return Place.AHEAD

    def take_back(self) -> None:
        """Forget the number taken last, as its message was refused: the next one shows a hole."""
        key, last = self._before
        self._last[key] = last

    def restart(self) -> None:
        """Begin again: the connection is a new one."""
        self._last.clear()
