"""Checks of values: no volume, dead stretches, prices off the tick, rates in percent."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from traider.store.check_jumps import check_jumps
from traider.store.findings import Finding, Severity
from traider.store.kinds import PRICES, BoolArray, Content, FloatArray, IntArray
from traider.store.price_grid import finest_decimal, off_tick
from traider.store.subjects import Subject, largest_first, neighbor

FLAT_ROWS_MIN: Final = 30
PERCENT_RATE_MIN: Final = 0.003
"""Median funding rates are near 0.0001; one this large was written in percent."""


def check_prices(subject: Subject) -> Iterator[Finding]:
    """Yield what is found in the values of a series."""
    if not len(subject.ts_ns):
        return
    if subject.content is Content.FUNDING:
        yield from _rates_in_percent(subject)
        return
    yield from check_jumps(subject)
    if subject.content.is_bars:
        yield from _no_volume(subject)
        yield from _flat_runs(subject)
        yield from _repeated(subject)
    if subject.content is not Content.MARK_BARS:
        yield from _off_tick(subject)


def _no_volume(subject: Subject) -> Iterator[Finding]:
    if "volume" not in subject.values:
        return
    empty = np.flatnonzero(subject.values["volume"] == 0.0)
    if len(empty):
        yield subject.finding(
            "zero-volume",
            Severity.WARNING,
            empty,
            "bars without volume: nobody traded, or the venue was out and the bar was made up",
        )


def _flat_runs(subject: Subject) -> Iterator[Finding]:
    opened, high, low, close = (subject.values[name] for name in PRICES)
    still = (high == low) & (opened == close) & (close == neighbor(close, 1))
    starts, lengths = runs_of(still)
    long = lengths >= FLAT_ROWS_MIN
    if long.any():
        longest = int(lengths.max())
        yield subject.finding(
            "flat-runs",
            Severity.WARNING,
            largest_first(starts[long], lengths[long]),
            f"stretches of {FLAT_ROWS_MIN} and more bars at one price, the longest {longest}: a "
            "dead feed or a market nobody trades",
            longest=longest,
            rows=int(lengths[long].sum()),
        )


def _repeated(subject: Subject) -> Iterator[Finding]:
    """Find bars that are their predecessor again, range and volume included."""
    values = subject.values
    if "volume" not in values:
        return
    same = (values["volume"] > 0.0) & (values["high"] > values["low"])
    for name in (*PRICES, "volume"):
        same &= values[name] == neighbor(values[name], 1)
    same[:1] = False
    repeated = np.flatnonzero(same)
    if len(repeated):
        yield subject.finding(
            "repeated-bars",
            Severity.WARNING,
            repeated,
            "bars with the very prices and volume of the bar before: a feed that stood still",
        )


def runs_of(flags: BoolArray) -> tuple[IntArray, IntArray]:
    """Return where runs of true begin and how long they are."""
    edges = np.diff(np.concatenate([[0], flags.astype(np.int8), [0]]))
    starts = np.flatnonzero(edges == 1)
    return starts, np.flatnonzero(edges == -1) - starts


def _off_tick(subject: Subject) -> Iterator[Finding]:
    names = ("price",) if subject.content is Content.TRADES else PRICES
    columns = [subject.values[name] for name in names]
    decimals, stray = finest_decimal(np.concatenate(columns))
    tick = subject.tick_size
    if tick is None:
        if stray:
            odd = _on_no_decimal(columns, decimals)
            yield subject.finding(
                "off-tick",
                Severity.WARNING,
                odd,
                f"{stray} prices stand on no decimal grid: they were computed, not traded",
                prices=stray,
            )
        return
    odd = np.flatnonzero(np.logical_or.reduce([off_tick(column, tick) for column in columns]))
    if len(odd):
        yield subject.finding(
            "off-tick",
            Severity.WARNING,
            odd,
            f"prices off the tick of {tick:f} that the registry knows, up to {decimals} decimals: "
            "the venue changed it, or the prices were computed",
            tick_size=str(tick),
            decimals=decimals,
        )


def _on_no_decimal(columns: list[FloatArray], decimals: int) -> IntArray:
    scale = 10.0**decimals
    return np.flatnonzero(
        np.logical_or.reduce([np.rint(column * scale) / scale != column for column in columns])
    )


def _rates_in_percent(subject: Subject) -> Iterator[Finding]:
    rates = np.abs(subject.values["rate"])
    usual = float(np.median(rates))
    if usual >= PERCENT_RATE_MIN and len(rates) >= 10:
        yield subject.finding(
            "unit-mistakes",
            Severity.WARNING,
            np.array([int(rates.argmax())]),
            f"the median rate is {usual:g}: rates are fractions, and these look like percent",
            median=usual,
        )
