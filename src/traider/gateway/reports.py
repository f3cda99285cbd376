"""Which events are reports, and how they are written.

The n-th report of the gateway's log is the n-th in the trader's journal, so both count the same
kinds: what the gate and the venue answered, and what reconciling found. Codes of ends are the
kernel's ``Reject``, which the decider understands, and from 100 on those of ``EndCode``.
"""

import struct
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.events import EVENT, EventArray, Kind, empty_events
from traider.domain.intent_words import IntentWords, words_of
from traider.domain.payload_table import PAYLOADS
from traider.gateway.port import GateAnswer
from traider.kernel.codes import Reject

_FIRST_ANSWER: Final = int(Kind.ACK)
_LAST_ANSWER: Final = int(Kind.RECONCILE_ADJUSTMENT)
_VERDICT: Final = int(Kind.VERDICT)
_SENT: Final = int(Kind.SENT)
_VERDICT_VERSION: Final = PAYLOADS[Kind.VERDICT].version
_SENT_VERSION: Final = PAYLOADS[Kind.SENT].version
_VERDICT_RECORD: Final = struct.Struct("<qqHHxxbBqddq8x")
"""A VERDICT as ``EVENT`` lays it out: both times, kind, instrument, side, version, code, number,
limit, order id. Records of an order that is to leave are made so: it takes a tenth of the time."""
_SENT_RECORD: Final = struct.Struct("<qqHHxxbB24xq8x")
"""A SENT: both times, kind, instrument, side, version, order id."""


class EndCode(IntEnum):
    """Why an order ended, beside the reasons of the simulated venue (``Reject``)."""

    BY_VENUE = 100
    """The venue gave another reason, which the log keeps in its words."""
    NEVER_ARRIVED = 101
    """It was sent, and the venue surely does not have it."""
    GONE = 102
    """The venue had accepted it and knows nothing of it now."""


_KNOWN_WORDS: Final = (
    ("POST_ONLY", Reject.WOULD_TAKE),
    ("INSUFFICIENT_FUND", Reject.INSUFFICIENT_FUNDS),
    ("INSUFFICIENT_BALANCE", Reject.INSUFFICIENT_FUNDS),
    ("TOO_SMALL", Reject.TOO_SMALL),
    ("MIN_SIZE", Reject.TOO_SMALL),
    ("MINIMUM", Reject.TOO_SMALL),
    ("LIQUIDITY", Reject.NO_LIQUIDITY),
    ("MARGIN", Reject.MARGIN),
    ("REDUCE_ONLY", Reject.NOTHING_TO_REDUCE),
)


def end_code(word: str) -> int:
    """Return the number of a venue's word for why it refused or ended an order."""
    upper = word.upper()
    for part, code in _KNOWN_WORDS:
        if part in upper:
            return int(code)
    return int(EndCode.BY_VENUE)


def is_report(events: EventArray) -> npt.NDArray[np.bool_]:
    """Return for each event whether it is a report."""
    kind = events["kind"]
    told = (kind >= _FIRST_ANSWER) & (kind <= _LAST_ANSWER)
    return np.asarray(told | (kind == _VERDICT) | (kind == _SENT))


def count_reports(events: EventArray) -> int:
    """Return how many of ``events`` are reports."""
    return int(np.count_nonzero(is_report(events)))


def report(kind: Kind, order: EventArray, now_ns: int, **words: float) -> EventArray:
    """Return a report (an array of one) about the order whose intent record is ``order``.

    ``words`` are the words of the kind by name; what is not given is zero.
    """
    record = empty_events(1)
    record["kind"] = kind
    record["version"] = PAYLOADS[kind].version
    record["ts_event"] = record["ts_recv"] = now_ns
    record["instrument"] = order["instrument"]
    record["side"] = order["side"]
    record["order_id"] = order["order_id"]
    for name, value in words.items():
        record[name] = value
    return record


def verdict(order: EventArray, now_ns: int, answer: GateAnswer) -> EventArray:
    """Return the gate's answer to ``order`` as a report."""
    return np.frombuffer(
        bytearray(verdict_record(words_of(order.tobytes()), now_ns, answer)), dtype=EVENT
    )


def verdict_record(order: IntentWords, now_ns: int, answer: GateAnswer) -> bytes:
    """Return the record of ``verdict``."""
    head = (now_ns, now_ns, _VERDICT, order.instrument, order.side, _VERDICT_VERSION)
    return _VERDICT_RECORD.pack(*head, *answer, order.order_id)


def sent_record(order: IntentWords, now_ns: int) -> bytes:
    """Return the record that says that an order, or a cancel, left."""
    head = (now_ns, now_ns, _SENT, order.instrument, order.side, _SENT_VERSION)
    return _SENT_RECORD.pack(*head, order.order_id)
