"""How long messages were under way, in a histogram of fixed memory with 1.6 % resolution.

Buckets are the power of two and the next six bits of a duration (as in an HDR histogram), so a
quantile is known to one part in 64, from a nanosecond to the largest time there is.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

_BITS: Final = 6
_PARTS: Final = 1 << _BITS
_BUCKETS: Final = (64 - _BITS) * _PARTS


class Latencies:
    """Durations in ns; negative ones, from clocks that disagree, count as 0 and in ``negative``."""

    def __init__(self) -> None:
        self._counts: npt.NDArray[np.int64] = np.zeros(_BUCKETS, dtype=np.int64)
        self.count = self.negative = 0
        self.longest_ns = 0

    def add(self, duration_ns: int) -> None:
        """Count one duration."""
        value = max(duration_ns, 0)
        self._counts[_bucket(value)] += 1
        self.count += 1
        self.negative += duration_ns < 0
        self.longest_ns = max(self.longest_ns, value)

    def quantile_ns(self, share: float) -> int:
        """Return the duration that ``share`` of all do not exceed, to the end of its bucket.

        0 without any. Raises ValueError for a share outside 0 to 1.
        """
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"a share of {share}")
        if not self.count:
            return 0
        rank = max(int(np.ceil(share * self.count)), 1)
        place = int(np.searchsorted(np.cumsum(self._counts), rank))
        return min(_end(place), self.longest_ns)

    def clear(self) -> None:
        """Begin anew."""
        self._counts[:] = 0
        self.count = self.negative = self.longest_ns = 0


def _bucket(value: int) -> int:
    shift = max(value.bit_length() - _BITS - 1, 0)
    return shift * _PARTS + (value >> shift)


def _end(bucket: int) -> int:
    """Return the largest duration of a bucket."""
    shift = max(bucket // _PARTS - 1, 0)
    return ((bucket - shift * _PARTS + 1) << shift) - 1
