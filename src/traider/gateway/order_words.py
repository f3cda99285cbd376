"""What is kept in words beside the events of the log: the venue's, and a person's.

    {"order_id": 4503599627371776, "what": "filled", "venue_id": "11ea…", "fill_id": "88f1…", …}

``events`` holds the records that the word became, so that none is lost between the two writes.
"""

from typing import Final, Literal

import msgspec
import numpy as np
from msgspec import Struct

from traider.domain.errors import DataError
from traider.domain.events import EVENT, EventArray

VENUE_FACT: Final = "venue-word"
PERSON_FACT: Final = "person"

What = Literal[
    "accepted",
    "refused",
    "unknown",
    "cancel-refused",
    "filled",
    "ended",
    "never-arrived",
    "reconciled",
    "not-ours",
    "contradiction",
]


class VenueWord(Struct, frozen=True, omit_defaults=True):
    """One thing that a venue said, or that asking it came to."""

    what: What
    order_id: int = 0
    """Packed; 0 where it is about none of ours."""
    venue_id: str = ""
    fill_id: str = ""
    code: str = ""
    """The venue's own word."""
    message: str = ""
    price: str = ""
    size: str = ""
    fee: str = ""
    """Of a fill, as the venue wrote them."""
    entries: tuple[msgspec.Raw, ...] = ()
    """What it changed of the account's books (``account_entries``)."""
    events: bytes = b""
    """Records that this became."""

    def with_events(self, events: EventArray) -> "VenueWord":
        """Return the word with the records that it became."""
        return msgspec.structs.replace(self, events=events.tobytes())

    def body(self) -> bytes:
        """Return it as the body of a fact."""
        return msgspec.json.encode(self)

    @property
    def records(self) -> EventArray:
        """The records that it became, not to be written to."""
        return np.frombuffer(self.events, dtype=EVENT)


class PersonWord(Struct, frozen=True):
    """Who wants something, and why."""

    what: Literal["order", "kill", "rearm", "halt"]
    who: str
    why: str
    order_ids: tuple[int, ...] = ()
    """Orders that it is about."""

    def body(self) -> bytes:
        """Return it as the body of a fact."""
        return msgspec.json.encode(self)


def word_of(body: bytes) -> VenueWord:
    """Return the word of a fact.

    Raises:
        DataError: it is none.
    """
    try:
        return msgspec.json.decode(body, type=VenueWord)
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise DataError(
            f"a word of the venue cannot be read: {fault}", fix="verify the log of orders"
        ) from fault


def person_of(body: bytes) -> PersonWord:
    """Return the person's word of a fact.

    Raises:
        DataError: it is none.
    """
    try:
        return msgspec.json.decode(body, type=PersonWord)
    except (msgspec.DecodeError, msgspec.ValidationError) as fault:
        raise DataError(
            f"a word of a person cannot be read: {fault}", fix="verify the log of orders"
        ) from fault
