"""What the data says of a book's instruments: volatilities, betas, worst periods, paths.

The market's reference is bitcoin, the series of it that is the longest. Where an instrument has no
prices of its own it moves by its beta times the reference, and by a beta of one where even that
cannot be measured; every such case is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.risk.crash_windows import DAY_HOURS, HOUR_NS
from traider.risk.stress import StressBook
from traider.risk.stress_scenarios import (
    InstrumentFacts,
    StressFacts,
    WorstPeriod,
    fraction,
    worst_period,
)
from traider.runtime.price_panel import BarSource
from traider.runtime.stress.price_series import PriceSeries, load_series
from traider.venues.rfc3339 import format_ns

FloatArray = npt.NDArray[np.float64]
TimeArray = npt.NDArray[np.int64]

RETURNS_MIN: Final = 720
"""Fewer shared hours, a month's, tell no beta and no deviation."""
_DOLLARS: Final = ("USDT", "USD", "USDC")
ASSUMED: Final = InstrumentFacts(0.04, Decimal(1), (Decimal("-0.40"), Decimal("0.25")))
"""Where there is no data: near bitcoin's own of 2018 to 2025."""
_ASSUMED_HOUR: Final = Decimal("0.15")
_ASSUMED_DAY: Final = Decimal("0.40")


@dataclass(frozen=True)
class BookHistory:
    """The past of a book's instruments, on the hours of the reference."""

    reference: PriceSeries
    own: tuple[PriceSeries | None, ...]
    """By position; None where the data has none."""
    betas: tuple[float, ...]

    def ratios(self, instants_ns: TimeArray) -> tuple[FloatArray, tuple[bool, ...]]:
        """Return prices by instant and position as multiples of the first instant's.

        And which positions have prices of their own throughout; the others follow the reference.
        """
        market = _filled(self.reference.at(instants_ns))
        market = market / market[0]
        columns, own = [], []
        for series, beta in zip(self.own, self.betas, strict=True):
            prices = None if series is None else series.at(instants_ns)
            has = prices is not None and bool(np.isfinite(prices[[0, -1]]).all())
            own.append(has)
            if has and prices is not None:
                columns.append(_filled(prices) / prices[0])
            else:
                columns.append(np.maximum(1.0 + beta * (market - 1.0), 0.01))
        return np.column_stack(columns), tuple(own)


def find_reference(sources: Sequence[BarSource]) -> PriceSeries | None:
    """Return the longest series of bitcoin in dollars, or of anything where there is none."""
    names = sorted({source.instrument for source in sources if HOUR_NS % source.length_ns == 0})
    coins = [name for name in names if _pair(name)[0] == "BTC" and _pair(name)[1] in _DOLLARS]
    best: PriceSeries | None = None
    for name in coins or names:
        series = load_series(name, sources)
        if series is not None and (best is None or _hours(series) > _hours(best)):
            best = series
    return best


def read_history(
    names: Sequence[str | None], sources: Sequence[BarSource], reference: PriceSeries
) -> BookHistory:
    """Return the past of instruments of the data; None is one that it does not have."""
    own = tuple(
        reference if name == reference.instrument else load_series(name, sources) if name else None
        for name in names
    )
    betas = tuple(1.0 if series is None else _beta(series, reference) for series in own)
    return BookHistory(reference, own, betas)


def facts_of(book: StressBook, history: BookHistory) -> StressFacts:
    """Return what the past says of each position, and the worst periods of the whole book."""
    facts = {}
    for position, series, beta in zip(book.positions, history.own, history.betas, strict=True):
        source = history.reference if series is None or _hours(series) < RETURNS_MIN else series
        days = _day_returns(source)
        facts[position.instrument] = InstrumentFacts(
            deviation=float(_midnight_returns(source).std()),
            beta=fraction(beta),
            worst_day=(fraction(float(days.min())), fraction(float(days.max()))),
        )
    return StressFacts(
        facts,
        _correlations(history),
        _worst(book, history, 1),
        _worst(book, history, DAY_HOURS),
    )


def assumed_facts(book: StressBook) -> StressFacts:
    """Return what is taken where no data is named."""
    count = len(book.positions)
    names = [position.instrument for position in book.positions]
    return StressFacts(
        dict.fromkeys(names, ASSUMED),
        np.ones((count, count)),
        _assumed_worst(book, 1),
        _assumed_worst(book, DAY_HOURS),
    )


def _assumed_worst(book: StressBook, hours: int) -> WorstPeriod:
    """Return what is taken for the worst hour, or day, where the data does not reach so far."""
    move, span = (_ASSUMED_HOUR, "an hour") if hours == 1 else (_ASSUMED_DAY, "a day")
    way = -1 if book.net >= 0 else 1
    names = [position.instrument for position in book.positions]
    return WorstPeriod(f"{move:.0%} in {span}, assumed", dict.fromkeys(names, way * move))


def _worst(book: StressBook, history: BookHistory, hours: int) -> WorstPeriod:
    """Return the span of so many hours that would have cost the book most, closing at its end."""
    starts = history.reference.hours.ends_ns
    ends = starts + hours * HOUR_NS
    # The span is measured where the reference has a price at both ends.
    market = history.reference.at(ends) / history.reference.at(starts) - 1.0
    kept = np.isfinite(market)
    if not kept.any():
        return _assumed_worst(book, hours)
    starts, ends, market = starts[kept], ends[kept], market[kept]
    columns = []
    for series, beta in zip(history.own, history.betas, strict=True):
        taken = np.maximum(beta * market, -0.99)
        if series is not None:
            own = series.at(ends) / series.at(starts) - 1.0
            taken = np.where(np.isfinite(own), own, taken)
        columns.append(taken)
    moves = np.column_stack(columns)
    exposures = np.array([float(position.value) for position in book.positions])
    place = worst_period(moves, exposures)
    return WorstPeriod(
        f"{format_ns(int(starts[place]))} to {format_ns(int(ends[place]))}",
        {
            position.instrument: fraction(move)
            for position, move in zip(book.positions, moves[place].tolist(), strict=True)
        },
    )


def _correlations(history: BookHistory) -> FloatArray:
    """Return correlations of days; pairs that share too few move as one."""
    sources = [history.reference if series is None else series for series in history.own]
    days = [_midnights(series) for series in sources]
    found = np.eye(len(sources))
    for row in range(len(sources)):
        for column in range(row):
            value = 1.0
            if sources[row] is not sources[column]:
                value = _correlation(days[row], days[column])
            found[row, column] = found[column, row] = value
    return found


def _correlation(one: tuple[TimeArray, FloatArray], other: tuple[TimeArray, FloatArray]) -> float:
    shared, mine, theirs = np.intersect1d(one[0], other[0], return_indices=True)
    if len(shared) * DAY_HOURS < RETURNS_MIN:
        return 1.0
    first, second = one[1][mine], other[1][theirs]
    if not (first.std() and second.std()):
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _beta(series: PriceSeries, reference: PriceSeries) -> float:
    """Return the beta of hours, 1 where too few are shared."""
    if series is reference:
        return 1.0
    ends = reference.hours.ends_ns
    before = ends - HOUR_NS
    market = reference.at(ends) / reference.at(before) - 1.0
    own = series.at(ends) / series.at(before) - 1.0
    known = np.isfinite(market) & np.isfinite(own)
    market, own = market[known], own[known]
    if len(market) < RETURNS_MIN or not market.std():
        return 1.0
    return float(np.cov(own, market)[0, 1] / market.var(ddof=1))


def _midnights(series: PriceSeries) -> tuple[TimeArray, FloatArray]:
    """Return the returns of whole days by the day's number."""
    step = DAY_HOURS * HOUR_NS
    days = np.arange(series.bars.ends_ns[0] // step + 1, series.bars.ends_ns[-1] // step + 1)
    prices = series.at(days * step)
    returns = prices[1:] / prices[:-1] - 1.0
    known = np.isfinite(returns)
    return days[1:][known], returns[known]


def _midnight_returns(series: PriceSeries) -> FloatArray:
    returns = _midnights(series)[1]
    return returns if len(returns) > 1 else np.array([ASSUMED.deviation, -ASSUMED.deviation])


def _day_returns(series: PriceSeries) -> FloatArray:
    """Return the returns of 24 hours, from every hour."""
    ends = series.hours.ends_ns
    returns = series.at(ends) / series.at(ends - DAY_HOURS * HOUR_NS) - 1.0
    known = returns[np.isfinite(returns)]
    return known if len(known) else np.array([float(move) for move in ASSUMED.worst_day])


def _filled(prices: FloatArray) -> FloatArray:
    """Return prices with the last known one in place of what is missing."""
    places = np.where(np.isfinite(prices), np.arange(len(prices)), 0)
    return np.asarray(prices[np.maximum.accumulate(places)], dtype=np.float64)


def _hours(series: PriceSeries) -> int:
    return len(series.hours.ends_ns)


def _pair(name: str) -> tuple[str, str]:
    base, _, rest = name.partition(":")[2].partition("-")
    return base, rest.partition("-")[0]
