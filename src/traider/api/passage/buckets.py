"""Token buckets: so many at once after a quiet while, so many a second in the long run."""

import math
from dataclasses import dataclass
from typing import Final

KEYS_MAX: Final = 20_000
"""Most keys remembered; whoever was quiet longest is forgotten, and begins with a full bucket."""


@dataclass
class _Bucket:
    tokens: float
    at_s: float


class Buckets:
    """One bucket a key; ``per_second`` tokens come back, up to ``most``."""

    def __init__(self, per_second: float, most: int, keys_max: int = KEYS_MAX) -> None:
        self._per_second = per_second
        self._most = float(most)
        self._keys_max = keys_max
        self._buckets: dict[str, _Bucket] = {}
        """The one used last is the last."""

    def take(self, key: str, now_s: float) -> float:
        """Take a token of ``key``; return 0, or the seconds until there is one, and take none."""
        bucket = self._buckets.pop(key, None) or _Bucket(self._most, now_s)
        self._buckets[key] = bucket
        if len(self._buckets) > self._keys_max:
            del self._buckets[next(iter(self._buckets))]
        passed_s = max(now_s - bucket.at_s, 0.0)
        bucket.tokens = min(bucket.tokens + passed_s * self._per_second, self._most)
        bucket.at_s = now_s
        if bucket.tokens >= 1.0:
            bucket.tokens -= 1.0
            return 0.0
        return (1.0 - bucket.tokens) / self._per_second


def whole_seconds(wait_s: float) -> int:
    """Return a wait as ``Retry-After`` tells it: whole seconds, never less than it is."""
    return max(math.ceil(wait_s), 1)
