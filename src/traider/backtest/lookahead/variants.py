"""The same past with another future: data that end at a cut, and data that go on differently."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from traider.backtest.bar_files import BarFile
from traider.backtest.event_source import bar_events
from traider.backtest.histories import batch_of
from traider.backtest.lookahead.subjects import Values
from traider.domain.events import EventArray, Kind, MarketFlag
from traider.features.batch import BarHistory, Floats

LEVEL_SHIFT: Final = (0.02, 0.10)
"""By how much, as a fraction, the whole future moves up or down."""
BAR_NOISE: Final = 0.01
"""Standard deviation of the move of each future bar by itself."""
VOLUME_NOISE: Final = 0.5
_SIZED: Final = (Kind.DEPTH_SNAPSHOT, Kind.DEPTH_UPDATE, Kind.TRADE)
_BAR_WORDS: Final = ("open", "high", "low", "close", "volume")


def truncated(histories: Sequence[BarHistory], cut_ns: int) -> tuple[BarHistory, ...]:
    """Return the bars that had closed at ``cut_ns``; no instrument is dropped, one may be empty."""
    return tuple(bars.first(bars.known_at(cut_ns)) for bars in histories)


def between(histories: Sequence[BarHistory], start_ns: int, end_ns: int) -> tuple[BarHistory, ...]:
    """Return the bars that opened at ``start_ns`` or later and had closed at ``end_ns``."""
    return tuple(
        bars.part(int(np.searchsorted(bars.ts_ns, start_ns)), bars.known_at(end_ns))
        for bars in histories
    )


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


def _perturbed(bars: BarHistory, tick: float, cut_ns: int, draw: np.random.Generator) -> BarHistory:
    start = int(np.searchsorted(bars.ts_ns, cut_ns))
    count = len(bars) - start
    shift = draw.uniform(*LEVEL_SHIFT) * draw.choice([-1.0, 1.0])
    factor = np.exp(shift + draw.normal(0.0, BAR_NOISE, count))

    def moved(prices: Floats) -> Floats:
        """Return prices with the same factor and rounding for all four, which keeps their order."""
        future = np.maximum(np.rint(prices[start:] * factor / tick), 1.0) * tick
        return np.concatenate([prices[:start], future])

    noise = np.exp(draw.normal(0.0, VOLUME_NOISE, count))
    return replace(
        bars,
        open=moved(bars.open),
        high=moved(bars.high),
        low=moved(bars.low),
        close=moved(bars.close),
        volume=np.concatenate([bars.volume[:start], bars.volume[start:] * noise]),
    )


class RunEvents:
    """The input of a run, and where its bars and the values of its batch features stand in it.

    Another future of the same past is the same records with other words, so nothing is sorted
    anew, and what the future does not touch stays as it was to the last bit.
    """

    def __init__(
        self, events: EventArray, files: Sequence[BarFile], models: Mapping[str, int]
    ) -> None:
        self.events = events
        self._files = files
        kinds, numbers = events["kind"], events["instrument"]
        is_open = (kinds == Kind.TRADE) & (events["flags"] & MarketFlag.BAR_OPEN != 0)
        is_score = kinds == Kind.MODEL_SCORE
        self._opens = [np.flatnonzero(is_open & (numbers == k)) for k in range(len(files))]
        self._bars = [
            np.flatnonzero((kinds == Kind.BAR) & (numbers == k)) for k in range(len(files))
        ]
        self._scores = {
            (name, file.instrument): np.flatnonzero(
                is_score & (events["w2"] == model) & (numbers == k)
            )
            for name, model in models.items()
            for k, file in enumerate(files)
        }

    def ending(self, cut_ns: int, values: Mapping[str, Values]) -> EventArray:
        """Return what was known at ``cut_ns``, with other values of the batch features."""
        known = int(np.searchsorted(self.events["ts_recv"], cut_ns, "right"))
        events = self.events[:known].copy()
        self._say(events, values)
        return events

    def going_on(
        self,
        cut_ns: int,
        bars: Sequence[BarHistory],
        values: Mapping[str, Values],
        seed: int,
    ) -> EventArray:
        """Return the whole run with other ``bars``, and with other sizes and rates of the rest.

        Prices of a book must fit each other, so they stay; models' scores cannot be computed again.
        """
        events = self.events.copy()
        _perturb_rest(events, cut_ns, seed)
        for number, (file, history) in enumerate(zip(self._files, bars, strict=True)):
            made = bar_events(batch_of(history), file, number, 0)
            events["price"][self._opens[number]] = made["price"][0::2]
            for word in _BAR_WORDS:
                events[word][self._bars[number]] = made[word][1::2]
        self._say(events, values)
        return events

    def _say(self, events: EventArray, values: Mapping[str, Values]) -> None:
        """Write the values of batch features into their events."""
        for (name, instrument), rows in self._scores.items():
            found = values[name][instrument]
            place = rows[: len(found)]
            events["f0"][place] = found
            events["f1"][place] = np.where(np.isnan(found), np.nan, 1.0)


def _perturb_rest(events: EventArray, cut_ns: int, seed: int) -> None:
    """Draw sizes and funding rates after the cut anew, in place."""
    draw = np.random.default_rng([seed, 4])
    factor = np.exp(draw.normal(0.0, VOLUME_NOISE, len(events)))
    future = events["ts_recv"] > cut_ns
    sized = future & np.isin(events["kind"], _SIZED) & (events["size"] > 0)
    events["size"][sized] = np.maximum(np.rint(events["size"][sized] * factor[sized]), 1)
    rated = future & (events["kind"] == Kind.FUNDING)
    events["w0"][rated] = np.rint(events["w0"][rated] * factor[rated])
