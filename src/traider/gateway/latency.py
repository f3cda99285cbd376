"""How long each stage between a market's message and its fill takes: histograms of fixed memory.

    book = LatencyBook()
    book.record(Stage.SEND, 412_000)
    book.percentiles(Stage.SEND).p99_ns

Buckets are those of an HDR histogram: the power of two of a duration and its next seven bits. A
percentile is the end of its bucket, so it is never below the truth and at most 1/128 above it. From
1 ns to 137 s nothing is lost; what is longer counts in the last bucket, and in ``max_ns`` exactly.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

_BITS: Final = 7
_PARTS: Final = 1 << _BITS
_LONGEST_BITS: Final = 37
"""Durations below 2^37 ns (137 s) have a bucket of their own length."""
_BUCKETS: Final = (_LONGEST_BITS - _BITS + 1) * _PARTS
_CEILING: Final = (1 << _LONGEST_BITS) - 1


class Stage(StrEnum):
    """A part of the way from a message on the wire to its fill; the text names it everywhere."""

    WIRE = "wire"
    """The venue's time of the message until it was received."""
    DECODE = "decode"
    """Received until it is events."""
    JOURNAL = "journal"
    """Events until they are in the journal."""
    DECIDE = "decide"
    """Journaled events until the compiled loop has decided."""
    GATE = "gate"
    """Intent until its verdict."""
    SEND = "send"
    """Verdict until the order has left: signed, written to the order log and to the socket."""
    ACK = "ack"
    """Left until the venue said it has the order."""
    FILL = "fill"
    """Left until its first fill was heard of."""
    SIGNAL_TO_ORDER = "signal_to_order"
    """What an order reacts to was received, or its timer was due, until it left; alerts watch it.

    By the trader's clock, as the wire and the decoding: an accelerated one makes it longer."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """What a histogram says; every duration in ns, 0 without an observation."""

    p50_ns: int = 0
    p95_ns: int = 0
    p99_ns: int = 0
    p999_ns: int = 0
    max_ns: int = 0
    count: int = 0
    total_ns: int = 0
    """Sum of all durations."""


class LatencyHistogram:
    """Durations of one stage. One thread records; any thread may read a copy."""

    __slots__ = ("_counts", "_usual_ns", "_view", "max_ns", "total_ns")

    def __init__(self) -> None:
        self._counts: npt.NDArray[np.int64] = np.zeros(_BUCKETS, dtype=np.int64)
        # An element of a memoryview costs a third of what an element of the array does.
        self._view = self._counts.data
        self._usual_ns = 0
        self.max_ns = 0
        self.total_ns = 0

    @property
    def count(self) -> int:
        """Number of durations."""
        return int(self._counts.sum())

    def record(self, duration_ns: int) -> None:
        """Count one duration; a negative one, from clocks that disagree, counts as 0."""
        value = duration_ns
        if not 0 <= value <= self._usual_ns:
            value = self._unusual(value)
        self.total_ns += value
        shift = value.bit_length() - _BITS - 1
        self._view[shift * _PARTS + (value >> shift) if shift > 0 else value] += 1

    def _unusual(self, duration_ns: int) -> int:
        """Note a duration that is the longest so far; return what is to be counted for it."""
        self.max_ns = max(self.max_ns, duration_ns)
        self._usual_ns = min(self.max_ns, _CEILING)
        if duration_ns > _CEILING:
            self.total_ns += duration_ns - _CEILING
        return min(max(duration_ns, 0), _CEILING)

    def merge(self, other: "LatencyHistogram") -> None:
        """Add the durations of ``other``."""
        self._counts += other._counts  # noqa: SLF001 - one class
        self.total_ns += other.total_ns
        self.max_ns = max(self.max_ns, other.max_ns)
        self._usual_ns = min(self.max_ns, _CEILING)

    def copy(self) -> "LatencyHistogram":
        """Return a histogram of the same durations."""
        twin = LatencyHistogram()
        twin.merge(self)
        return twin

    def since(self, earlier: "LatencyHistogram") -> "LatencyHistogram":
        """Return what was recorded after ``earlier``, a copy of this one, was taken.

        The longest of the span is known to the end of its bucket.
        """
        span = LatencyHistogram()
        np.subtract(self._counts, earlier._counts, out=span._counts)  # noqa: SLF001 - one class
        span.total_ns = self.total_ns - earlier.total_ns
        taken = np.flatnonzero(span._counts)
        span.max_ns = min(bucket_end_ns(int(taken[-1])), self.max_ns) if len(taken) else 0
        return span

    def quantile_ns(self, share: float) -> int:
        """Return the duration that ``share`` of all do not exceed, to the end of its bucket.

        0 without any.

        Raises:
            ValueError: the share is not within 0 to 1.
        """
        return self.quantiles_ns((share,))[0]

    def quantiles_ns(self, shares: Iterable[float]) -> tuple[int, ...]:
        """Return ``quantile_ns`` of each share, all of one instant."""
        wanted = tuple(shares)
        for share in wanted:
            if not 0.0 <= share <= 1.0:
                raise ValueError(f"a share of {share}")
        summed = np.cumsum(self._counts)
        count = int(summed[-1])
        if not count:
            return (0,) * len(wanted)
        return tuple(self._place_ns(summed, _rank(share, count)) for share in wanted)

    def _place_ns(self, summed: npt.NDArray[np.int64], rank: int) -> int:
        place = int(np.searchsorted(summed, rank))
        # The last bucket also holds what is longer than it.
        return self.max_ns if place == _BUCKETS - 1 else min(bucket_end_ns(place), self.max_ns)

    def percentiles(self) -> Percentiles:
        """Return the percentiles that are shown everywhere."""
        p50, p95, p99, p999 = self.quantiles_ns((0.5, 0.95, 0.99, 0.999))
        return Percentiles(p50, p95, p99, p999, self.max_ns, self.count, self.total_ns)

    def counts_up_to(self, bounds_ns: Iterable[int]) -> tuple[int, ...]:
        """Return how many durations are at most each bound; one inside a bucket counts it whole."""
        summed = np.cumsum(self._counts)
        return tuple(int(summed[_bucket(min(bound, _CEILING))]) for bound in bounds_ns)


class LatencyBook:
    """One histogram a stage."""

    __slots__ = ("stages",)

    def __init__(self) -> None:
        self.stages: Mapping[Stage, LatencyHistogram] = {
            stage: LatencyHistogram() for stage in Stage
        }

    def record(self, stage: Stage, duration_ns: int) -> None:
        """Count one duration of ``stage``."""
        self.stages[stage].record(duration_ns)

    def percentiles(self, stage: Stage) -> Percentiles:
        """Return the percentiles of ``stage``."""
        return self.stages[stage].percentiles()

    def snapshot(self) -> dict[Stage, Percentiles]:
        """Return the percentiles of each stage that was observed."""
        found = {stage: histogram.percentiles() for stage, histogram in self.stages.items()}
        return {stage: each for stage, each in found.items() if each.count}

    def merge(self, other: "LatencyBook") -> None:
        """Add what another process or thread recorded."""
        for stage, histogram in self.stages.items():
            histogram.merge(other.stages[stage])


def bucket_end_ns(bucket: int) -> int:
    """Return the longest duration of a bucket, ns."""
    shift = max(bucket // _PARTS - 1, 0)
    return ((bucket - shift * _PARTS + 1) << shift) - 1


def _bucket(value: int) -> int:
    shift = max(value.bit_length() - _BITS - 1, 0)
    return shift * _PARTS + (value >> shift)


def _rank(share: float, count: int) -> int:
    return max(math.ceil(share * count), 1)
