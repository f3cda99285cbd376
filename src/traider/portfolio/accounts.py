"""The accounts of the ledger, its entries, and the log that keeps them small.

An entry stays within one currency and its postings sum to zero. Entries of fills that were booked
together are kept as columns of numbers, and become values when somebody reads them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from traider.portfolio.fill_columns import BookedColumns


class Account(Enum):
    """The accounts of one currency; debits are positive."""

    CASH = "cash"
    INVENTORY = "inventory"
    """What is held, at cost."""
    FEES = "fees"
    FUNDING = "funding"
    REALIZED = "realized"
    """Profit of what was closed, before fees."""
    CAPITAL = "capital"
    """Paid in less taken out."""
    EXCHANGE = "exchange"
    """What was given for money of other currencies, less what was got for it."""
    ADJUSTMENTS = "adjustments"
    """What no fill and no transfer explains: the venue's books taken over."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One booking: its time, what it is about, and what it moved (units of 1e-8, summing to 0)."""

    ts_ns: int
    text: str
    postings: tuple[tuple[Account, int], ...]
    currency: str


class EntryLog:
    """Entries in the order they were booked."""

    def __init__(self) -> None:
        self._parts: list[Entry | BookedColumns] = []
        self._count = 0

    def __len__(self) -> int:
        """Return the number of entries."""
        return self._count

    def __iter__(self) -> Iterator[Entry]:
        """Yield every entry, oldest first."""
        for part in self._parts:
            if isinstance(part, Entry):
                yield part
            else:
                yield from _entries_of(part)

    def add(self, entry: Entry) -> None:
        """Add one entry."""
        self._parts.append(entry)
        self._count += 1

    def add_columns(self, columns: BookedColumns) -> None:
        """Add the entries of fills that were booked together."""
        self._parts.append(columns)
        self._count += columns.entries


def fill_postings(paid: int, moved: int, gained: int, fee: int) -> tuple[tuple[Account, int], ...]:
    """Return the postings of a fill in the currency of its price.

    Args:
        paid: money for the purchase, negative for a sale.
        moved: change of the inventory at cost.
        gained: realized profit.
        fee: fee taken in the same currency.
    """
    return (
        (Account.CASH, -paid - fee),
        (Account.INVENTORY, moved),
        (Account.REALIZED, -gained),
        (Account.FEES, fee),
    )


def fee_postings(fee: int) -> tuple[tuple[Account, int], ...]:
    """Return the postings of a fee."""
    return (Account.CASH, -fee), (Account.FEES, fee)


def _entries_of(booked: BookedColumns) -> Iterator[Entry]:
    names, currencies = booked.names, booked.currencies
    rows: Iterator[Sequence[int]] = zip(
        booked.ts_ns,
        booked.instruments,
        booked.paid,
        booked.moved,
        booked.gained,
        booked.fees,
        booked.other_fees,
        strict=True,
    )
    for ts_ns, number, paid, moved, gained, fee, other in rows:
        postings = fill_postings(paid, moved, gained, fee)
        yield Entry(ts_ns, names[number], postings, currencies[number])
        if other:
            yield Entry(ts_ns, names[number], fee_postings(other), booked.fee_currency)
