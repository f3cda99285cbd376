"""Candles with indicators, of a run that is followed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from traider.api.following import FollowedRun
from traider.api.following.bar_series import Bar
from traider.api.reading.indicators import Indicator, lines_of
from traider.api.reading.looking import number_of
from traider.api.shapes.market import Bars, BarShape, IndicatorShape
from traider.api.shapes.standing import AsOf
from traider.domain.timeframes import timeframe_ns

WARM_BARS: Final = 500
"""Bars before those shown that indicators are warmed with, where there are so many."""
_FAR_NS: Final = 2**62
_NEAR: Final = 2


@dataclass(frozen=True)
class BarsAsked:
    """Which bars are wanted."""

    instrument: str
    frame: str
    from_ns: int | None
    to_ns: int | None
    limit: int
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class FoundBars:
    """Bars of an instrument: those asked for, and some before them."""

    instrument: str
    grid: tuple[Decimal, Decimal]
    bars: tuple[tuple[int, Bar], ...]
    warm: int
    """How many of them come before those asked for."""
    has_more: bool
    now_ns: int


def find_bars(run: FollowedRun, asked: BarsAsked) -> FoundBars:
    """Return the bars that are asked for.

    Raises:
        NotFoundError: the run has no such instrument.
    """
    number = number_of(run, asked.instrument)
    listed = run.instruments[number]
    begin_ns, end_ns = asked.from_ns or 0, asked.to_ns or _FAR_NS
    known = _newest(run, number, asked, end_ns)
    within = sum(open_ns >= begin_ns for open_ns, _ in known)
    shown = min(within, asked.limit)
    warm = min(len(known) - shown, WARM_BARS if asked.indicators else 0)
    return FoundBars(
        instrument=listed.name,
        grid=(listed.tick_size, listed.lot_size),
        bars=tuple(known[len(known) - shown - warm :]),
        warm=warm,
        has_more=within > shown,
        now_ns=run.now_ns,
    )


def _newest(run: FollowedRun, number: int, asked: BarsAsked, end_ns: int) -> list[tuple[int, Bar]]:
    """Return bars before an instant: all, or of the newest more than are wanted."""
    bars, frame_ns = run.tapes[number].bars, timeframe_ns(asked.frame)
    wanted = asked.limit + WARM_BARS + 1
    # Most slots have a bar, so that a look at some more than are wanted is mostly enough.
    near_ns = min(end_ns, run.now_ns) - _NEAR * wanted * frame_ns
    found = bars.of(frame_ns, max(near_ns, 0), end_ns)
    return found if len(found) >= wanted or near_ns <= 0 else bars.of(frame_ns, 0, end_ns)


def bars_shape(asked: BarsAsked, found: FoundBars, as_of: AsOf) -> Bars:
    """Return bars with their indicators.

    Raises:
        NotUnderstoodError: an indicator cannot be made of such bars.
    """
    frame_ns = timeframe_ns(asked.frame)
    lines = lines_of(asked.indicators, found.bars, asked.frame, found.grid)
    return Bars(
        instrument=found.instrument,
        frame=asked.frame,
        frame_ns=frame_ns,
        bars=[_bar(found, open_ns, bar, frame_ns) for open_ns, bar in found.bars[found.warm :]],
        has_more=found.has_more,
        indicators=[
            IndicatorShape(
                name=line.indicator.name,
                expression=str(line.indicator.expression),
                unit=line.unit,
                values=list(line.values[found.warm :]),
            )
            for line in lines
        ],
        as_of=as_of,
    )


def _bar(found: FoundBars, open_ns: int, bar: Bar, frame_ns: int) -> BarShape:
    tick, lot = found.grid
    return BarShape(
        open_ns=open_ns,
        open=f"{bar.open * tick:f}",
        high=f"{bar.high * tick:f}",
        low=f"{bar.low * tick:f}",
        close=f"{bar.close * tick:f}",
        volume=f"{bar.volume * lot:f}",
        bought=f"{bar.bought * lot:f}" if bar.trades else None,
        trades=bar.trades or None,
        is_open=open_ns + frame_ns > found.now_ns,
    )
