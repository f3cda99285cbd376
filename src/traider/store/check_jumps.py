"""Checks of moves: bad prints, extreme moves, and prices that change their unit.

A jump is measured against the usual size of moves around it, 1.4826 times the median of absolute
log returns over some 700 rows, which a crash hardly moves. What jumps is a bad print only when the
market did not follow: prices are continuous, so a bar that opens where the print never happened
gives it away. A jump that holds is an extreme move and no error; so is a high or low far from its
bar, which crashes leave behind as well, until it is too far for any market. A high or low far
beyond the ranges of both neighbors on ordinary volume is suspect before that: where a market truly
went so far, others traded there too.
"""

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from traider.store.findings import Finding, Severity
from traider.store.kinds import PRICES, BoolArray, FloatArray, IntArray
from traider.store.subjects import Subject, largest_first, neighbor

BLOCK_ROWS: Final = 240
NORMAL_OF_MEDIAN: Final = 1.4826
JUMP_SCALES_MIN: Final = 20.0
JUMP_MIN: Final = 0.02
"""A jump is at least so many usual moves, and at least 2 %."""
RETURN_SHARE_MAX: Final = 0.3
"""A print is bad when the next price keeps less than this share of its jump."""
WICK_MIN: Final = 0.25
WICK_BAD_MIN: Final = math.log(5.0)
"""How far, in logarithm, a high or low reaches beyond the bodies of its bar and both neighbors: the
deepest wicks of 2020-03-13 and 2021-05-19 reach 0.85, fat fingers to 0.01 reach 5 and more."""
LONE_MIN: Final = math.log(1.25)
LONE_VOLUME_MAX: Final = 1.5
"""A lone high or low reaches beyond the ranges of both neighbors by a quarter, on at most so many
times the usual volume: real bars of 2018-2025 that reached as far had 1.9 times and more."""
SCALE_MIN: Final = math.log(9.5)
"""A jump by a factor of ten or more that holds is another unit of price, not a market."""


def usual_move(prices: FloatArray) -> FloatArray:
    """Return the usual absolute log return around each row: robust, and never 0 by rest alone."""
    moves = np.abs(np.diff(np.log(prices), prepend=np.log(prices[:1])))
    moved = moves[moves > 0.0]
    least = 0.5 * float(np.median(moved)) if len(moved) else 1.0
    scale: FloatArray = NORMAL_OF_MEDIAN * np.maximum(median_around(moves), least)
    return scale


def median_around(values: FloatArray) -> FloatArray:
    """Return the median of the block each row lies in and of the blocks beside it."""
    blocks = -(-len(values) // BLOCK_ROWS)
    padded = np.full((blocks + 2) * BLOCK_ROWS, np.nan)
    padded[BLOCK_ROWS : BLOCK_ROWS + len(values)] = values
    rows = padded.reshape(-1, BLOCK_ROWS)
    around = np.concatenate([rows[:-2], rows[1:-1], rows[2:]], axis=1)
    local: FloatArray = np.repeat(np.nanmedian(around, axis=1), BLOCK_ROWS)
    return local[: len(values)]


def check_jumps(subject: Subject) -> Iterator[Finding]:
    """Yield what is found in the moves of bars or trades."""
    if len(subject.ts_ns) < 3:
        return
    is_bars = subject.content.is_bars
    prices = subject.values["close" if is_bars else "price"]
    opens = subject.values["open"] if is_bars else prices
    jumps = np.diff(np.log(prices), prepend=np.log(prices[0]))
    limit = np.maximum(JUMP_SCALES_MIN * usual_move(prices), JUMP_MIN)
    # What is left of the jump at the next price; the last row has none and cannot be judged.
    kept = np.full(len(jumps), np.inf)
    kept[1:-1] = np.log(opens[2:] / prices[:-2])
    far = np.abs(jumps) > limit
    bad = far & _reverts(jumps, kept)
    # The way back from a bad print is a jump too, and says nothing new.
    far[1:] &= ~bad[:-1]
    if is_bars:
        openings = np.log(opens / neighbor(prices, 1))
        openings[0] = 0.0
        openings = np.where((np.abs(openings) > limit) & _reverts(openings, jumps), openings, 0.0)
        wicks = _wicks(subject)
        bad |= (np.abs(wicks) > np.maximum(limit, WICK_BAD_MIN)) | (openings != 0.0)
        bad |= _lone(subject) > np.maximum(limit, LONE_MIN)
        far |= np.abs(wicks) > np.maximum(limit, WICK_MIN)
        for others in (openings, wicks):
            jumps = np.where(np.abs(others) > np.abs(jumps), others, jumps)
    rescaled = far & ~bad & (np.abs(jumps) >= SCALE_MIN)
    yield from _other_units(subject, np.flatnonzero(rescaled), jumps)
    yield from _bad_prints(subject, np.flatnonzero(bad), jumps)
    yield from _extreme_moves(subject, np.flatnonzero(far & ~bad & ~rescaled), jumps)


def _reverts(jumps: FloatArray, kept: FloatArray) -> BoolArray:
    """Return the jumps of which almost nothing is left at the next price."""
    gone: BoolArray = np.abs(kept) < RETURN_SHARE_MAX * np.abs(jumps)
    return gone


def _wicks(subject: Subject) -> FloatArray:
    """Return how far, in logarithm, a high (+) or a low (-) reaches beyond the bodies around it."""
    opened, high, low, close = (subject.values[name] for name in PRICES)
    top, bottom = np.maximum(opened, close), np.minimum(opened, close)
    highest, lowest = top.copy(), bottom.copy()
    for shift in (1, -1):
        highest = np.maximum(highest, neighbor(top, shift))
        lowest = np.minimum(lowest, neighbor(bottom, shift))
    up = np.maximum(np.log(high / highest), 0.0)
    down = np.maximum(np.log(lowest / low), 0.0)
    return np.where(up >= down, up, -down)


def _lone(subject: Subject) -> FloatArray:
    """Return how far, in logarithm, a high or low lies beyond its body and both neighbors' ranges.

    0 where more than the usual volume was traded, or the volume is unknown.
    """
    if "volume" not in subject.values:
        return np.zeros(len(subject.ts_ns))
    opened, high, low, close = (subject.values[name] for name in PRICES)
    highest, lowest = np.maximum(opened, close), np.minimum(opened, close)
    for shift in (1, -1):
        highest = np.maximum(highest, neighbor(high, shift))
        lowest = np.minimum(lowest, neighbor(low, shift))
    reach = np.maximum(np.log(high / highest), np.log(lowest / low))
    volume = subject.values["volume"]
    ordinary = volume <= LONE_VOLUME_MAX * median_around(volume)
    return np.where(ordinary, np.maximum(reach, 0.0), 0.0)


def _other_units(subject: Subject, rows: IntArray, jumps: FloatArray) -> Iterator[Finding]:
    if len(rows):
        factor = float(np.exp(np.abs(jumps[rows[0]])))
        yield subject.finding(
            "unit-mistakes",
            Severity.WARNING,
            rows,
            f"prices change by a factor of {factor:.3g} and stay there: another unit of price, or "
            "another instrument",
            factor=factor,
        )


def _bad_prints(subject: Subject, bad: IntArray, jumps: FloatArray) -> Iterator[Finding]:
    if len(bad):
        order = largest_first(bad, np.abs(jumps[bad]))
        largest = float(np.expm1(jumps[order[0]]))
        yield subject.finding(
            "outliers",
            Severity.WARNING,
            order,
            f"prices up to {largest:+.1%} off their neighbors, where the market did not follow: "
            "bad prints, or trades that nobody could repeat",
            largest=largest,
        )


def _extreme_moves(subject: Subject, moved: IntArray, jumps: FloatArray) -> Iterator[Finding]:
    if len(moved):
        order = largest_first(moved, np.abs(jumps[moved]))
        largest = float(np.expm1(jumps[order[0]]))
        yield subject.finding(
            "extreme-moves",
            Severity.NOTE,
            order,
            f"moves up to {largest:+.1%}, {JUMP_SCALES_MIN:g} times the usual and more, where the "
            "market followed or much was traded: a crash, a rally or a deep wick",
            largest=largest,
        )
