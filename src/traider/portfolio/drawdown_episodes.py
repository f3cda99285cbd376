"""The worst drawdowns with their times, found while an equity curve streams, at full resolution."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]

EPISODES: Final = 10


@dataclass(frozen=True)
class DrawdownEpisode:
    """One fall of equity from a peak, until a sample reaches the peak again.

    ``depth`` is <= 0, a fraction of the peak. ``recovered_ns`` is 0 while it lasts; ``length_ns``
    runs from the peak to the recovery, or to the last sample.
    """

    peak_ns: int
    trough_ns: int
    recovered_ns: int
    depth: float
    length_ns: int


@dataclass(frozen=True)
class _Fall:
    """A fall that has not recovered yet."""

    peak_ns: int
    peak: float
    trough_ns: int
    trough: float

    def deepened(self, other: "_Fall") -> "_Fall":
        """Return the fall with the lower trough of the two, the earlier where they are equal."""
        if other.trough < self.trough:
            return replace(self, trough_ns=other.trough_ns, trough=other.trough)
        return self

    def episode(self, end_ns: int, *, recovered: bool) -> DrawdownEpisode:
        """Return it as it stands at ``end_ns``."""
        return DrawdownEpisode(
            peak_ns=self.peak_ns,
            trough_ns=self.trough_ns,
            recovered_ns=end_ns if recovered else 0,
            depth=self.trough / self.peak - 1.0,
            length_ns=end_ns - self.peak_ns,
        )


class DrawdownRecorder:
    """Keep the deepest ``EPISODES`` drawdowns of equity samples that come in chunks.

    The deepest one equals the maximum drawdown at the resolution of the samples. What is found
    does not depend on the chunks. A peak that is not positive has no drawdown.
    """

    def __init__(self) -> None:
        self._peak = 0.0
        self._peak_ns = 0
        self._last_ns = 0
        self._open: _Fall | None = None
        self._found: list[DrawdownEpisode] = []

    def add(self, ts_ns: TimeArray, nav: FloatArray) -> None:
        """Take in samples in time order."""
        if not len(nav):
            return
        peaks = np.maximum(np.maximum.accumulate(nav), self._peak)
        below = (nav < peaks) & (peaks > 0.0)
        edges = np.diff(below.astype(np.int8), prepend=np.int8(0), append=np.int8(0))
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        if self._open is not None and not below[0]:
            self._close(self._open, int(ts_ns[0]))
        for start, end in self._worth_a_look(nav, peaks, starts, ends):
            lowest = start + int(np.argmin(nav[start:end]))
            peak_ns = int(ts_ns[start - 1]) if start else self._peak_ns
            fall = _Fall(peak_ns, float(peaks[start]), int(ts_ns[lowest]), float(nav[lowest]))
            if start == 0 and self._open is not None:
                fall = self._open.deepened(fall)
            if end < len(nav):
                self._close(fall, int(ts_ns[end]))
            else:
                self._open = fall
        self._found = _deepest(self._found)
        self._peak = float(peaks[-1])
        self._last_ns = int(ts_ns[-1])
        at_peak = np.flatnonzero(~below)
        if len(at_peak):
            self._peak_ns = int(ts_ns[at_peak[-1]])

    def _worth_a_look(
        self,
        nav: FloatArray,
        peaks: FloatArray,
        starts: npt.NDArray[np.intp],
        ends: npt.NDArray[np.intp],
    ) -> list[tuple[int, int]]:
        """Return the falls that may be among the deepest, and those that cross a chunk's ends."""
        if not len(starts):
            return []
        # Each fall ends before the next begins, so every other segment is one of them.
        bounds = np.column_stack((starts, ends)).ravel()
        bounds = bounds[:-1] if bounds[-1] == len(nav) else bounds
        depths = np.minimum.reduceat(nav, bounds)[::2] / peaks[starts] - 1.0
        chosen = set(np.argsort(depths, kind="stable")[:EPISODES].tolist())
        chosen |= {0} if starts[0] == 0 else set()
        chosen |= {len(starts) - 1} if ends[-1] == len(nav) else set()
        return [(int(starts[at]), int(ends[at])) for at in sorted(chosen)]

    def _close(self, fall: _Fall, end_ns: int) -> None:
        self._found.append(fall.episode(end_ns, recovered=True))
        self._open = None

    def episodes(self) -> tuple[DrawdownEpisode, ...]:
        """Return the deepest drawdowns so far, deepest first, with the one that still lasts."""
        lasting = [self._open.episode(self._last_ns, recovered=False)] if self._open else []
        return tuple(_deepest([*self._found, *lasting]))


def _deepest(episodes: list[DrawdownEpisode]) -> list[DrawdownEpisode]:
    return sorted(episodes, key=lambda episode: (episode.depth, episode.peak_ns))[:EPISODES]
