"""Prices of a run's instruments on an even grid of time, taken from its journal as it grows.

The price at a step is what the market stood at after all that was received by then: the middle of
the book where it stands open, else the last trade or bar. Once a step is over its price stays.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.domain.events import EventArray
from traider.domain.timeframes import SECOND_NS
from traider.portfolio.regimes import regime_of, volatility_at
from traider.runtime.event_stream import GriddedInstrument
from traider.runtime.parity.market_prices import MarketReading

FloatArray = npt.NDArray[np.float64]

SHORT_NS: Final = 6 * 3_600 * SECOND_NS
"""Runs up to so long have a grid of prices of a second, longer ones of a minute."""
_MINUTE_NS: Final = 60 * SECOND_NS
_MANY: Final = 2**62
_NAN: Final = float("nan")


def step_of(span_ns: int) -> int:
    """Return the step of the grid of a run that is so long."""
    return SECOND_NS if span_ns <= SHORT_NS else _MINUTE_NS


class PriceGrid:
    """Takes the events of a run in, in the order of its journal."""

    def __init__(self, instruments: Sequence[GriddedInstrument]) -> None:
        self._instruments = instruments
        self._reading = MarketReading(instruments)
        self._begin_ns = 0
        self._grids = {
            SECOND_NS: _Grid(SECOND_NS, SHORT_NS // SECOND_NS + 1),
            _MINUTE_NS: _Grid(_MINUTE_NS, _MANY),
        }
        self._regimes: dict[tuple[int, str, int], str] = {}
        self._volatilities: dict[tuple[int, str, int], float] = {}

    def take(self, events: EventArray) -> None:
        """Take the next events."""
        if not len(events):
            return
        times = events["ts_recv"]
        if not self._begin_ns:
            self._begin_ns = int(times[0])
            for grid in self._grids.values():
                grid.begin(self._begin_ns)
        end_ns = int(times[-1])
        begin = 0
        # What is received at the very instant of a step belongs to it: a step is over with what
        # comes after it.
        while (step_ns := self._next_ns) < end_ns:
            end = int(np.searchsorted(times, step_ns, side="right"))
            self._reading.take(events[begin:end])
            self._keep(step_ns)
            begin = max(begin, end)
        self._reading.take(events[begin:])

    def regime(self, instrument: str, opened_ns: int, step_ns: int) -> str:
        """Return the regime of a market when something was done there.

        Args:
            instrument: which market.
            opened_ns: when; not after the last event that was taken.
            step_ns: of the grid, as ``step_of`` gives it.
        """
        key = step_ns, instrument, opened_ns
        found = self._regimes.get(key)
        if found is None:
            # The last step that was over when it was opened.
            place = opened_ns // step_ns - (self._begin_ns // step_ns + 1)
            prices = self._prices(instrument, step_ns, place)
            found = regime_of(lambda at: self._volatility(prices, (step_ns, instrument, at)), place)
            if place < self._grids[step_ns].count:
                self._regimes[key] = found
        return found

    @property
    def _next_ns(self) -> int:
        return min(grid.next_ns for grid in self._grids.values() if not grid.is_over)

    def _keep(self, step_ns: int) -> None:
        """Keep every price as it is at a step."""
        prices = [self._price(number) for number in range(len(self._instruments))]
        for grid in self._grids.values():
            if grid.next_ns == step_ns and not grid.is_over:
                grid.rows.append(prices)

    def _price(self, number: int) -> float:
        price = self._reading.price(number)
        return _NAN if price is None else float(price)

    def _prices(self, instrument: str, step_ns: int, place: int) -> FloatArray:
        """Return the prices of an instrument up to a place; the last may be that of now."""
        names = [each.name for each in self._instruments]
        number, grid = names.index(instrument), self._grids[step_ns]
        prices = grid.column(number)
        if place >= grid.count:
            prices = np.append(prices, self._price(number))
        return prices

    def _volatility(self, prices: FloatArray, key: tuple[int, str, int]) -> float:
        step_ns, _, at = key
        known = self._volatilities.get(key)
        if known is None:
            known = volatility_at(prices, at)
            if at < self._grids[step_ns].count:
                self._volatilities[key] = known
        return known


class _Grid:
    """Prices of one step: a row a step, a price an instrument."""

    def __init__(self, step_ns: int, most: int) -> None:
        self.step_ns = step_ns
        self.rows: list[list[float]] = []
        self._most = most
        self._first_ns = 0
        self._columns: dict[int, tuple[int, FloatArray]] = {}

    @property
    def is_over(self) -> bool:
        """Whether it goes no further: the run is too long for it."""
        return len(self.rows) >= self._most

    def begin(self, begin_ns: int) -> None:
        self._first_ns = (begin_ns // self.step_ns + 1) * self.step_ns

    @property
    def count(self) -> int:
        return len(self.rows)

    @property
    def next_ns(self) -> int:
        return self._first_ns + self.count * self.step_ns

    def column(self, number: int) -> FloatArray:
        known, prices = self._columns.get(number, (0, np.zeros(0)))
        if known < self.count:
            prices = np.append(prices, [row[number] for row in self.rows[known:]])
            self._columns[number] = self.count, prices
        return prices
