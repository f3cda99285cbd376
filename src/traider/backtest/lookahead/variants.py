"""The same past with another future: data that end at a cut, and data that go on differently."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from traider.domain.events import EventArray, Kind
from traider.features.batch import BarHistory

LEVEL_SHIFT: Final = (0.02, 0.10)
"""By how much, as a fraction, the whole future moves up or down."""
BAR_NOISE: Final = 0.01
"""Standard deviation of the move of each future bar by itself."""
VOLUME_NOISE: Final = 0.5
_DEPTH: Final = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.TRADE)


def truncated(histories: Sequence[BarHistory], cut_ns: int) -> tuple[BarHistory, ...]:
    """Return the bars that had closed at ``cut_ns``; no instrument is dropped, one may be empty."""
    return tuple(bars.first(bars.known_at(cut_ns)) for bars in histories)


def perturbed(
    histories: Sequence[BarHistory], ticks: Sequence[float], cut_ns: int, seed: int
) -> tuple[BarHistory, ...]:
    """Return the histories with other prices and volumes in the bars that open from the cut on.

    Times stay, bars stay possible (low <= open, close <= high), prices stay on the tick.
    """
    return tuple(
        _perturbed(bars, tick, cut_ns, np.random.default_rng([seed, 3, number]))
        for number, (bars, tick) in enumerate(zip(histories, ticks, strict=True))
    )


def _perturbed(
    bars: BarHistory, tick: float, cut_ns: int, draw: np.random.Generator
) -> BarHistory:
    start = int(np.searchsorted(bars.ts_ns, cut_ns))
    count = len(bars) - start
    shift = draw.uniform(*LEVEL_SHIFT) * draw.choice([-1.0, 1.0])
    factor = np.exp(shift + draw.normal(0.0, BAR_NOISE, count))

    def moved(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        values = getattr(bars, name).copy()
        # The same factor and the same rounding for all four keeps their order.
        values[start:] = np.maximum(np.rint(values[start:] * factor / tick), 1.0) * tick
        return values

    volume = bars.volume.copy()
    volume[start:] *= np.exp(draw.normal(0.0, VOLUME_NOISE, count))
    prices = {name: moved(name) for name in ("open", "high", "low", "close")}
    return replace(bars, volume=volume, **prices)


def perturbed_events(events: EventArray, cut_ns: int, seed: int) -> EventArray:
    """Return events that are no bars with another future: sizes and funding rates drawn anew.

    Prices of a book must fit each other, so they stay; models' scores cannot be computed again.
    """
    changed = events.copy()
    draw = np.random.default_rng([seed, 4])
    factor = np.exp(draw.normal(0.0, VOLUME_NOISE, len(events)))
    future = events["ts_recv"] > cut_ns
    sized = future & np.isin(events["kind"], _DEPTH) & (events["size"] > 0)
    changed["size"][sized] = np.maximum(np.rint(events["size"][sized] * factor[sized]), 1)
    rated = future & (events["kind"] == Kind.FUNDING)
    changed["w0"][rated] = np.rint(events["w0"][rated] * factor[rated])
    return changed
