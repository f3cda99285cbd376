"""The event record: the one shape in which every fact enters the journal and the kernel.

A record is 64 bytes, little endian: two times, kind, instrument, flags, side, version and five
8-byte payload words whose meaning the kind gives (``traider.domain.payloads`` is the table and
``docs/events.md`` its printed form). Words overlap under several names so that code reads
``event["close"]`` instead of a word number; ``w0``..``w4`` are the raw integers and ``f0``..``f4``
the same bits as float64.

The kind's number is also its rank in the total order (``ts_recv``, kind, instrument, arrival): a
timer at T therefore follows every fact received at or before T, and what a decision causes
follows the timer. The sequence of an event is its position in the journal and is not stored.
"""

from collections.abc import Sequence
from enum import IntEnum, IntFlag
from typing import Final

import numpy as np
import numpy.typing as npt


class Kind(IntEnum):
    """What a record says. The number is the rank in the total order; never reuse one."""

    CONFIG_DIGEST = 1
    WARMUP_BEGIN = 2
    WARMUP_END = 3
    LEADER_EPOCH = 4
    INSTRUMENT_STATUS = 10
    FEE_CHANGE = 11
    TICK_LOT_CHANGE = 12
    FUNDING_INTERVAL = 13
    HEALTH = 14
    GAP = 15
    RESYNC = 16
    DEPTH_SNAPSHOT = 20
    DEPTH_UPDATE = 21
    DEPTH_CLEAR = 22
    TRADE = 23
    QUOTE = 24
    BAR = 25
    MARK = 26
    FUNDING = 27
    ACK = 40
    FILL = 41
    CANCELLED = 42
    REJECTED = 43
    EXPIRED = 44
    UNKNOWN = 45
    BALANCE = 46
    TRANSFER = 47
    RECONCILE_ADJUSTMENT = 48
    GATEWAY_READY = 49
    RISK_STATE = 60
    LATENCY_ESTIMATE = 61
    MODEL_SCORE = 62
    MODEL_CHANGE = 63
    WEIGHTS_CHANGE = 70
    THRESHOLDS_CHANGE = 71
    LIMITS_CHANGE = 72
    MANUAL_ORDER = 73
    PAUSE = 74
    KILL = 75
    REARM = 76
    BREAKER_REARM = 77
    TIMER = 90
    ORDER_INTENT = 100
    VERDICT = 101
    SENT = 102
    BREAKER = 103
    DECISION_CONFIDENCE = 104


class MarketFlag(IntFlag):
    """Flags of market events. The low byte of a bar holds its timeframe code."""

    TIMEFRAME_MASK = 0x00FF
    LAST_OF_MESSAGE = 0x0100
    GAP_BEFORE = 0x0200
    PARTIAL = 0x0400
    BAR_OPEN = 0x0800
    """A trade of unknown size: the first price of a bar, known when the bar opens."""
    HISTORY = 0x1000
    """A trade from before the stream began, told when it was subscribed."""
    CONFLATED = 0x2000
    """It stands for several changes, or for books before it: the consumer was too slow for each."""


class OrderFlag(IntFlag):
    """Flags of an order intent (and of a manual order)."""

    TYPE_MASK = 0x000F
    TIME_IN_FORCE_MASK = 0x0030
    POST_ONLY = 0x0040
    REDUCE_ONLY = 0x0080
    QUOTE_SIZED = 0x0100
    """``size`` is an amount of quote currency in money units, to be spent with fees."""
    CANCEL = 0x0200
    """Cancel the order named by ``order_id`` instead of placing one."""
    CHILD = 0x0400
    """A bracket's exit: sleeps until leg 0 of the same decision fills; one cancels the other."""
    ONE_CANCELS_OTHER = 0x0800
    """One of two orders over the same lots, an even leg and the next: what one fills, the other
    loses."""


class FillFlag(IntFlag):
    """Flags of a fill."""

    MAKER = 0x0001
    LIQUIDATION = 0x0002
    """The venue closed the position: no order of ours; the fee holds the liquidation fee."""
    FEE_IN_OTHER = 0x0004
    """The fee was taken in the account's fee currency and counts 1e-8 of that."""


MONEY_UNITS_PER_CURRENCY_UNIT = 100_000_000
"""Cash, fees and notional are counted in units of 1e-8 of the account's currency."""

_WORDS = {
    0: ("w0", "open", "price", "code"),
    1: ("w1", "high", "size"),
    2: ("w2", "low", "fee", "trigger", "id"),
    3: ("w3", "close", "order_id"),
    4: ("w4", "volume", "leaves", "expire"),
}
_FLOATS = {0: ("f0",), 1: ("f1", "number"), 2: ("f2", "limit"), 3: ("f3",), 4: ("f4",)}
_HEAD = (
    ("ts_event", "<i8", 0),
    ("ts_recv", "<i8", 8),
    ("kind", "<u2", 16),
    ("instrument", "<u2", 18),
    ("flags", "<u2", 20),
    ("side", "i1", 22),
    ("version", "u1", 23),
)
_FIELDS = (
    *_HEAD,
    *((name, "<i8", 24 + 8 * word) for word, names in _WORDS.items() for name in names),
    *((name, "<f8", 24 + 8 * word) for word, names in _FLOATS.items() for name in names),
)

EVENT: np.dtype[np.void] = np.dtype(
    {
        "names": [name for name, _, _ in _FIELDS],
        "formats": [kind for _, kind, _ in _FIELDS],
        "offsets": [offset for _, _, offset in _FIELDS],
        "itemsize": 64,
    },
    align=True,
)
"""The 64-byte record."""

EventArray = npt.NDArray[np.void]

_BYTES = np.dtype((np.void, EVENT.itemsize))
"""A record as plain bytes: copied at once, where the fields of ``EVENT`` are copied one by one."""


FEW: Final = 64
"""Records that are better copied as bytes than as an array."""


def empty_events(count: int) -> EventArray:
    """Return ``count`` zeroed records."""
    return np.zeros(count, dtype=EVENT)


def few_events(parts: Sequence[EventArray], dtype: np.dtype[np.void] = EVENT) -> EventArray:
    """Return a few records of ``parts`` one after the other, in memory of their own.

    Of up to ``FEW`` records it takes a fifth of the time that views and a copy take; of thousands
    it takes longer.
    """
    return np.frombuffer(bytearray().join([part.tobytes() for part in parts]), dtype)


def join_events(parts: Sequence[EventArray]) -> EventArray:
    """Return the records of ``parts`` one after the other.

    ``np.concatenate`` must not be used on records: it unfolds overlapping words into fields of
    their own.
    """
    count = sum(len(part) for part in parts)
    if count <= FEW:
        return few_events(parts)
    joined = empty_events(count)
    raw, place = joined.view(_BYTES), 0
    for part in parts:
        raw[place : place + len(part)] = part.view(_BYTES)
        place += len(part)
    return joined


def sort_events(events: EventArray) -> EventArray:
    """Return ``events`` in the total order: ts_recv, rank of kind, instrument, arrival.

    The sort is stable, so records equal in the first three keep their order of arrival.
    """
    ts_recv = np.ascontiguousarray(events["ts_recv"])
    # Streams that were put one behind the other are few runs in order of time, which a stable sort
    # merges quickly; ranks are looked at only where it left them in disorder.
    order = np.argsort(ts_recv, kind="stable")
    times = ts_recv[order]
    ranks = (events["kind"].astype(np.uint32) << 16 | events["instrument"])[order]
    if ((times[1:] == times[:-1]) & (ranks[1:] < ranks[:-1])).any():
        order = np.lexsort((events["instrument"], events["kind"], ts_recv))
    return np.take(events.view(_BYTES), order).view(EVENT)
