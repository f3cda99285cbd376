"""Which fills happened while the market's data was stale: no trade in the bar, or a hole before it.

A bar without volume holds no trade that an order could have met. A bar after a hole opens at the
first price for a long time, while the order was decided on the price before the hole. On feeds
that tell of it, everything from a GAP to its RESYNC is stale too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray, Kind, MarketFlag
from traider.domain.fills import Fill

TimeArray = npt.NDArray[np.int64]

_OPEN_END: Final = np.iinfo(np.int64).max


@dataclass(frozen=True)
class StaleFills:
    """Fills counted by what was wrong with the data they met; a fill counts once."""

    without_volume: int = 0
    after_gap: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.without_volume + self.after_gap


class StaleRecorder:
    """Remember the stale bars of a stream, by instrument; only they take memory.

    It knows too which instruments were paid their funding.
    """

    def __init__(self) -> None:
        self._settled: set[int] = set()
        self._due_ns: dict[int, int] = {}
        self._last_ns = 0
        self._quiet: dict[int, list[tuple[int, int]]] = {}
        self._gaps: dict[int, list[tuple[int, int]]] = {}
        self._breaks: dict[int, list[tuple[int, int]]] = {}

    def add(self, events: EventArray) -> None:
        """Take in a chunk of market events."""
        kinds = events["kind"]
        is_bar = kinds == Kind.BAR
        quiet = events[is_bar & (events["volume"] == 0)]
        gaps = events[is_bar & (events["flags"] & MarketFlag.GAP_BEFORE != 0)]
        for found, spans in ((quiet, self._quiet), (gaps, self._gaps)):
            columns = (found[name].tolist() for name in ("instrument", "ts_event", "ts_recv"))
            for instrument, opened, closed in zip(*columns, strict=True):
                spans.setdefault(instrument, []).append((opened, closed))
        self._add_funding(events[kinds == Kind.FUNDING])
        if len(events):
            self._last_ns = int(events["ts_recv"][-1])
        for event in events[(kinds == Kind.GAP) | (kinds == Kind.RESYNC)]:
            self._add_break(int(event["kind"]), int(event["instrument"]), int(event["ts_recv"]))

    def _add_funding(self, events: EventArray) -> None:
        """Note which instruments had a settlement, and the first that was announced to others."""
        is_settled = events["w4"] == 1
        self._settled.update(np.unique(events["instrument"][is_settled]).tolist())
        for event in events[~is_settled]:
            self._due_ns.setdefault(int(event["instrument"]), int(event["w2"]))

    @property
    def funded(self) -> set[int]:
        """Numbers of the instruments that a settlement came for, or that had none to come yet."""
        waiting = {number for number, due in self._due_ns.items() if due > self._last_ns}
        return self._settled | waiting

    def _add_break(self, kind: int, instrument: int, ts_ns: int) -> None:
        """Open a stale span at a GAP, and close the open one at a RESYNC."""
        spans = self._breaks.setdefault(instrument, [])
        is_open = bool(spans) and spans[-1][1] == _OPEN_END
        if kind == Kind.GAP and not is_open:
            spans.append((ts_ns, _OPEN_END))
        elif kind == Kind.RESYNC and is_open:
            spans[-1] = (spans[-1][0], ts_ns)

    def stale_fills(self, fills: Iterable[Fill], instruments: Mapping[str, int]) -> StaleFills:
        """Count the fills that fell on stale data; ``instruments`` gives each name's number."""
        by_name: dict[str, list[int]] = {}
        for fill in fills:
            by_name.setdefault(fill.instrument, []).append(fill.ts_ns)
        without_volume = after_gap = 0
        for name, times in by_name.items():
            number = instruments[name]
            ts_ns = np.array(times, np.int64)
            quiet = _inside(ts_ns, self._quiet.get(number, []))
            without_volume += int(quiet.sum())
            broken = _inside(ts_ns, self._gaps.get(number, []))
            broken |= _inside(ts_ns, self._breaks.get(number, []))
            after_gap += int((broken & ~quiet).sum())
        return StaleFills(without_volume, after_gap)


def _inside(ts_ns: TimeArray, spans: list[tuple[int, int]]) -> npt.NDArray[np.bool_]:
    """Whether each time lies in a span (start, end]; spans are sorted and do not overlap."""
    if not spans:
        return np.zeros(len(ts_ns), np.bool_)
    starts, ends = np.array(sorted(spans), np.int64).T
    place = np.searchsorted(starts, ts_ns, "left") - 1
    return np.asarray((place >= 0) & (ts_ns <= ends[np.maximum(place, 0)]))
