"""What changes the account's books, as values that are kept as facts and applied again.

    log.append_fact(ACCOUNT_FACT, write_entry(entry))
    books.apply(entry)                                   # again, in order, when the log is replayed

An entry is kept before the event that reports it: after a crash between the two the entry says
what has to be reported still.
"""

from decimal import Decimal
from typing import Final

import msgspec
from msgspec import Struct

from traider.domain.errors import DataError
from traider.gateway.executor import VenueFill

ACCOUNT_FACT: Final = "account-entry"


class Opened(Struct, frozen=True, tag="opened"):
    """The run began; this is what the account held then, and what of it the run was allotted."""

    ts_ns: int
    balances: dict[str, Decimal]
    capital: dict[str, Decimal] = {}


class FillTaken(Struct, frozen=True, tag="fill"):
    """A fill of the account; without an order id it is a person's."""

    fill: VenueFill


class FillUndone(Struct, frozen=True, tag="fill-undone"):
    """A fill that the venue took back, or told otherwise afterwards."""

    fill: VenueFill


class Changed(Struct, frozen=True, tag="changed"):
    """Something came other than by trading, or went."""

    currency: str
    amount: Decimal


class CapitalMoved(Struct, frozen=True, tag="capital-moved"):
    """Capital was given to the run, or taken from it."""

    currency: str
    amount: Decimal


class Adjusted(Struct, frozen=True, tag="adjusted"):
    """The run's part of an instrument changed, though no order of its own traded."""

    instrument: int
    size: Decimal
    cash: Decimal
    price: Decimal


AccountEntry = Opened | FillTaken | FillUndone | Changed | CapitalMoved | Adjusted

_READER: Final[msgspec.json.Decoder[AccountEntry]] = msgspec.json.Decoder(AccountEntry)


def write_entry(entry: AccountEntry) -> bytes:
    """Return an entry as the body of a fact."""
    return msgspec.json.encode(entry)


def read_entry(body: bytes) -> AccountEntry:
    """Return the entry of a fact.

    Raises:
        DataError: it is none.
    """
    try:
        return _READER.decode(body)
    except msgspec.DecodeError as fault:
        raise DataError(
            f"an entry of the account's books cannot be read: {fault}", fix="verify the order log"
        ) from fault
