"""Orders that passed the gate: the only ones that a venue's client sends.

    approver = Approver()                                  # the gateway's
    order = approver.approve(intent, "d41a52c0-0010000000000500")
    client = OrderEntry(session, approver.verifier)        # refuses whatever has no seal that fits

A seal is a keyed digest of the order's record and its id at the venue, with a key of this process.
So an order that was made by hand, was changed after its approval, or comes from another process
cannot be sent by mistake. It is no defense against code that reads the key out of memory: the
gateway's own process is that.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

import numpy as np

from traider.domain.errors import TraiderError
from traider.domain.events import EVENT, EventArray, Kind
from traider.domain.intent_words import RECORD_BYTES, IntentWords, words_of

_SEAL_BYTES: Final = 16
_INTENT: Final = int(Kind.ORDER_INTENT)


class NotApprovedError(TraiderError):
    """An order was about to be sent that did not pass the gate as it is."""


@dataclass(frozen=True, slots=True)
class ApprovedOrder:
    """An order intent with the id it has at the venue, sealed by the gateway."""

    record: bytes
    """The intent, one event record."""
    client_order_id: str
    seal: bytes

    @property
    def words(self) -> IntentWords:
        """What the record says."""
        return words_of(self.record)

    @property
    def intent(self) -> EventArray:
        """The intent as an array of one, not to be written to."""
        return np.frombuffer(self.record, dtype=EVENT)

    @property
    def order_id(self) -> int:
        """The packed id that the decision gave."""
        return self.words.order_id


class Verifier:
    """Tells approved orders from others."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def check(self, order: ApprovedOrder) -> None:
        """Refuse an order that is not exactly what was approved.

        Raises:
            NotApprovedError: its seal does not fit.
        """
        expected = _seal(self._key, order.record, order.client_order_id)
        if not hmac.compare_digest(expected, order.seal):
            raise NotApprovedError(
                "an order without the gate's approval was about to be sent",
                where=order.client_order_id,
                fix="send orders through the gateway alone",
            )


class Approver:
    """Seals orders; the gateway has the only one whose verifier the clients have."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self.verifier = Verifier(self._key)

    def approve(self, intent: EventArray, client_order_id: str) -> ApprovedOrder:
        """Seal one intent that the gate approved.

        Raises:
            NotApprovedError: it is no single order intent.
        """
        record = intent.tobytes()
        if len(record) != RECORD_BYTES or words_of(record).kind != _INTENT:
            raise NotApprovedError(
                f"{len(intent)} events are no order", where=client_order_id, fix="give one intent"
            )
        return ApprovedOrder(record, client_order_id, _seal(self._key, record, client_order_id))


def _seal(key: bytes, record: bytes, client_order_id: str) -> bytes:
    # The length comes first, so that no byte of the name can pass for one of the record.
    message = len(record).to_bytes(4) + record + client_order_id.encode()
    return hashlib.blake2b(message, digest_size=_SEAL_BYTES, key=key).digest()
