"""Collect what a run writes while it streams: its fingerprint and its thinned equity curve.

Neither grows with the number of bars; what grows with the orders is in ``order_lives`` and
``reasons``.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np

from traider.backtest.results import Curve, FloatArray, TimeArray
from traider.domain.events import Kind
from traider.domain.timeframes import DAY_NS
from traider.kernel.machine import Drained
from traider.kernel.records import NAV, Records

CURVE_POINTS: Final = 4096
_CENTS: Final = 100.0


class Digest(Protocol):
    """A digest of 16 bytes under way."""

    def update(self, data: bytes, /) -> None:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """Return the digest of what was taken in."""


class Fingerprint:
    """Digest of a run's decisions, fills and NAV (in cents), whatever the chunks.

    ``parts`` are three digests to go on with, of BLAKE2b.
    """

    def __init__(self, parts: Sequence[Digest] = ()) -> None:
        self._parts = parts or [hashlib.blake2b(digest_size=16) for _ in range(3)]

    def add(self, drained: Drained) -> None:
        """Take in a chunk of output."""
        kinds = drained.events["kind"]
        self._parts[0].update(drained.events[kinds == Kind.ORDER_INTENT].tobytes())
        self._parts[1].update(drained.events[kinds == Kind.FILL].tobytes())
        cents = np.rint(drained.nav["nav"] * _CENTS).astype(np.int64)
        # Sample by sample, so that the digest does not know where a chunk ended.
        self._parts[2].update(np.column_stack((drained.nav["ts"], cents)).tobytes())

    def hexdigest(self) -> str:
        """Return the digest as 32 hexadecimal digits."""
        whole = hashlib.blake2b(b"".join(part.digest() for part in self._parts), digest_size=16)
        return whole.hexdigest()


class CurveThinner:
    """Keep an equity curve of at most ``2 * CURVE_POINTS`` points, however long the run.

    Points are merged in pairs when there are too many; a merged point keeps the last equity and
    exposure and the worst drawdown of its bucket. Daily closes are kept beside it.
    """

    def __init__(self) -> None:
        self._samples = np.zeros(0, NAV)
        self._falls = np.zeros(0)
        self._rest = np.zeros(0, NAV)
        self._rest_falls = np.zeros(0)
        self._stride = 1
        self._peak = 0.0
        self._days: dict[int, float] = {}
        self.worst = 0.0
        self.total = 0.0
        self.count = 0

    def add(self, samples: Records) -> None:
        """Take in a chunk of equity samples."""
        if not len(samples):
            return
        nav = samples["nav"]
        peaks = np.maximum(np.maximum.accumulate(nav), self._peak)
        falls = np.where(peaks > 0.0, nav / np.where(peaks > 0.0, peaks, 1.0) - 1.0, 0.0)
        self._peak = float(peaks[-1])
        self.worst = min(self.worst, float(falls.min()))
        self.total += float(nav.sum())
        self.count += len(nav)
        # The close at midnight belongs to the day that ends there.
        days = (samples["ts"] - 1) // DAY_NS
        ends = np.flatnonzero(np.append(days[1:] != days[:-1], np.True_))
        self._days.update(zip(days[ends].tolist(), nav[ends].tolist(), strict=True))
        self._append(samples, falls)

    def _append(self, samples: Records, falls: FloatArray) -> None:
        samples = np.concatenate([self._rest, samples])
        falls = np.concatenate([self._rest_falls, falls])
        whole = len(samples) // self._stride * self._stride
        self._rest, self._rest_falls = samples[whole:].copy(), falls[whole:]
        merged = samples[self._stride - 1 : whole : self._stride]
        worst = falls[:whole].reshape(-1, self._stride).min(axis=1) if whole else falls[:0]
        self._samples = np.concatenate([self._samples, merged])
        self._falls = np.concatenate([self._falls, worst])
        while len(self._samples) > 2 * CURVE_POINTS:
            pairs = len(self._samples) // 2 * 2
            if pairs < len(self._samples):
                # An odd point goes back to the front of what waits for a full bucket.
                self._rest = np.concatenate([self._samples[pairs:], self._rest])
                self._rest_falls = np.concatenate([self._falls[pairs:], self._rest_falls])
            self._samples = self._samples[1:pairs:2]
            self._falls = self._falls[:pairs].reshape(-1, 2).min(axis=1)
            self._stride *= 2

    def curve(self) -> Curve:
        """Return the thinned curve, its unfinished bucket as the last point."""
        last = self._rest[-1:]
        samples = np.concatenate([self._samples, last])
        falls = np.append(self._falls, [self._rest_falls.min()] if len(last) else [])
        return Curve(
            ts_ns=samples["ts"].astype(np.int64),
            nav=samples["nav"].astype(np.float64),
            drawdown=falls,
            gross=samples["gross"].astype(np.float64),
            net=samples["net"].astype(np.float64),
        )

    def daily(self) -> tuple[TimeArray, FloatArray]:
        """Return the start of each UTC day with samples, and the equity it closed at."""
        days = np.array(list(self._days), np.int64) * DAY_NS
        return days, np.array(list(self._days.values()), np.float64)
