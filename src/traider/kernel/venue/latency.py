"""Latency: how long an order, or a cancel, takes to the venue and back.

Constant, or drawn from measured samples by a counter-based generator: the draw is a hash of the
run's seed and the order's id, so it depends on nothing but them, the same in every chunk, thread
and mode. The hash is MurmurHash3 (x86, 32 bits) of seed and id, in arithmetic that never passes
64 bits. Orders of one account do not overtake one another.
"""

from numba import int64

from traider.kernel.compiled import compiled
from traider.kernel.numba_types import EVENT_TYPE, VENUE
from traider.kernel.records import Record, Venue

_WORD = 0xFFFFFFFF


@compiled(int64(int64, int64), inline=True)
def _multiply(value: int, factor: int) -> int:
    """Return the low 32 bits of a product of two 32-bit numbers, in two halves."""
    high = (value * (factor >> 16)) & 0xFFFF
    return (value * (factor & 0xFFFF) + (high << 16)) & _WORD


@compiled(int64(int64, int64), inline=True)
def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (32 - bits))) & _WORD


@compiled(int64(int64, int64, int64), python=True)
def random_word(seed: int, key: int, stream: int) -> int:
    """Return 32 random bits for a ``key`` of a ``seed``: MurmurHash3 of the two, as 16 bytes."""
    digest = int(stream) & _WORD
    for part in range(4):
        source = int(seed) if part < 2 else int(key)
        word = (source >> (32 * (part & 1))) & _WORD
        word = _multiply(_rotate(_multiply(word, 0xCC9E2D51), 15), 0x1B873593)
        digest = (_rotate(digest ^ word, 13) * 5 + 0xE6546B64) & _WORD
    digest ^= 16
    digest = _multiply(digest ^ (digest >> 16), 0x85EBCA6B)
    digest = _multiply(digest ^ (digest >> 13), 0xC2B2AE35)
    return digest ^ (digest >> 16)


@compiled(int64(VENUE, EVENT_TYPE, int64))
def arrival_ns(venue: Venue, order: Record, is_cancel: int) -> int:
    """Return when an order sent now arrives: not before the one sent before it."""
    setting = venue.venue[0]
    count = len(venue.latencies)
    place = 0
    if count > 1:
        place = (random_word(setting["seed"], order["order_id"], is_cancel) * count) >> 32
    arrival = max(order["ts_recv"] + venue.latencies[place], setting["last_arrival_ns"])
    setting["last_arrival_ns"] = arrival
    return int(arrival)
