"""Prices for the charts: bars merged while they stream, and the buy-and-hold curve they make."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from traider.backtest.results import Curve, PriceSeries
from traider.backtest.sources import Source
from traider.domain.events import EventArray, Kind

SERIES_POINTS: Final = 4096
_FIELDS: Final = ("ts_recv", "open", "high", "low", "close")


class PriceRecorder:
    """Keep each instrument's bars, or trades, and merge neighbors.

    At most ``2 * SERIES_POINTS`` are kept of each.
    """

    def __init__(self, instruments: int) -> None:
        self._bars = [np.zeros((0, len(_FIELDS)), np.int64) for _ in range(instruments)]
        self._rest = [np.zeros((0, len(_FIELDS)), np.int64) for _ in range(instruments)]
        self._stride = [1] * instruments
        self._has_bars = [False] * instruments

    def add(self, events: EventArray) -> None:
        """Take in the bars of a chunk of events; of an instrument without bars, its trades."""
        bars = events[events["kind"] == Kind.BAR]
        for k in np.unique(bars["instrument"]).tolist():
            mine = bars[bars["instrument"] == k]
            rows = np.column_stack([mine[name] for name in _FIELDS])
            self._append(k, rows)
            self._has_bars[k] = True
        trades = events[(events["kind"] == Kind.TRADE) & (events["size"] > 0)]
        for k in np.unique(trades["instrument"]).tolist():
            mine = trades[trades["instrument"] == k]
            if not self._has_bars[k]:
                self._append(k, np.column_stack([mine["ts_recv"], *[mine["price"]] * 4]))

    def _append(self, k: int, rows: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> None:
        rows = np.concatenate([self._rest[k], rows])
        whole = len(rows) // self._stride[k] * self._stride[k]
        self._rest[k] = rows[whole:]
        self._bars[k] = np.concatenate([self._bars[k], _merged(rows[:whole], self._stride[k])])
        while len(self._bars[k]) > 2 * SERIES_POINTS:
            pairs = len(self._bars[k]) // 2 * 2
            self._rest[k] = np.concatenate([self._bars[k][pairs:], self._rest[k]])
            self._bars[k] = _merged(self._bars[k][:pairs], 2)
            self._stride[k] *= 2

    def series(self, files: Sequence[Source]) -> tuple[PriceSeries, ...]:
        """Return what was kept, in currency, stamped at the close of each merged bar."""
        found = []
        for k, file in enumerate(files):
            rest = (
                _merged(self._rest[k], len(self._rest[k])) if len(self._rest[k]) else self._rest[k]
            )
            rows = np.concatenate([self._bars[k], rest])
            tick = float(file.tick_size)
            prices = (rows[:, column] * tick for column in range(1, len(_FIELDS)))
            found.append(PriceSeries(file.instrument, rows[:, 0].copy(), *prices))
        return tuple(found)


def _merged(
    rows: np.ndarray[tuple[int, int], np.dtype[np.int64]], width: int
) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Merge each ``width`` bars into one; the number of rows must divide."""
    if width <= 1 or not len(rows):
        return rows
    groups = rows.reshape(-1, width, len(_FIELDS))
    return np.column_stack(
        [
            groups[:, -1, 0],
            groups[:, 0, 1],
            groups[:, :, 2].max(axis=1),
            groups[:, :, 3].min(axis=1),
            groups[:, -1, 4],
        ]
    )


def buy_and_hold(prices: Sequence[PriceSeries], capital: float) -> Curve:
    """Return the equity of the capital split equally at each instrument's first open, no costs.

    An instrument that begins later holds its share in cash until then.
    """
    if not any(len(series.ts_ns) for series in prices):
        empty = np.zeros(0)
        return Curve(np.zeros(0, np.int64), empty, empty, empty, empty)
    ts = np.unique(np.concatenate([series.ts_ns for series in prices]))
    growth = np.zeros(len(ts))
    for series in prices:
        places = np.searchsorted(series.ts_ns, ts, "right") - 1
        started = places >= 0
        growth += np.where(started, series.close[np.maximum(places, 0)] / series.open[0], 1.0)
    nav = capital * growth / len(prices)
    peaks = np.maximum.accumulate(np.maximum(nav, capital))
    ones = np.ones(len(ts))
    return Curve(ts_ns=ts, nav=nav, drawdown=nav / peaks - 1.0, gross=ones, net=ones)
