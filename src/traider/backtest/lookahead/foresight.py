"""Does a score know returns that came after it? A file cannot be computed again, so it is tested.

An honest score is a function of the past, and the next returns can hardly be predicted from the
past; a score with the future in it can be told by how well it agrees with them. The test:

1. Take the **news** in the score: the residual of a linear regression on what was known before:
   returns and absolute returns of the last bars and over longer spans, and the score before. Also
   the **level**: the same without the score before. What a score repeats of the past cannot count
   against it, and what a leak adds to an honest score stands out.
2. Correlate it with the return, and with the absolute return, of each of the next bars, and with
   those of the time until the next score, where scores are rarer than bars. Both sides are clipped
   at four standard deviations, so that one crash decides nothing.
3. The null distribution comes from permutations that keep every series' own dependence: all
   rotations of one against the other but those near zero. Their spread scales the correlation to
   a normal deviate.
4. Flagged is a correlation that is significant after Bonferroni's correction for every lag, kind
   and series tested, and larger than an honest model's can be: 0.15 for returns (a yearly Sharpe
   ratio above 14 before costs on hourly bars), 0.4 for bars under a minute, where order flow does
   predict; 0.4 for absolute returns, since volatility can be predicted.

What it cannot see: a future that is used weakly, one farther away than the lags tested, and a
transformation of honest scores that needs the future only for its scale (a z-score over the whole
sample). A batch feature, which can be computed again, has no such gaps.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from traider.backtest.lookahead.jumps import (
    JUMP_LAGS,
    JUMP_RETURN_MAX,
    SHORT_JUMP_RETURN_MAX,
    jump_agreement,
)
from traider.domain.timeframes import SECOND_NS
from traider.features.batch import BarHistory, Floats, Times

Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

LAGS: Final = 100
RECENT: Final = 10
SPANS: Final = (20, 50, 100)
CLIP: Final = 4.0
SIGNIFICANCE: Final = 0.001
RETURN_MAX: Final = 0.15
SHORT_RETURN_MAX: Final = 0.4
MOVE_MAX: Final = 0.4
SCORES_MIN: Final = 200
"""With fewer scores no agreement could be significant."""
_MINUTE_NS: Final = 60 * SECOND_NS
_RARE: Final = 1.5
"""Scores are rarer than bars when they are this many bars apart."""
RETURN: Final = "return"
MOVE: Final = "move"
_WORDS: Final = {RETURN: "the return of", MOVE: "the size of the move of"}
_NEWS_MIN: Final = 0.01
"""Smaller news, as a share of the score's usual change, are rounding: the past says it all."""


@dataclass(frozen=True)
class Agreement:
    """The strongest agreement of a score with the future.

    ``lag`` counts steps after the score, from 1; ``target`` says what it agrees with; ``p_value``
    is corrected for all comparisons of the series.
    """

    target: str
    lag: int
    correlation: float
    p_value: float
    most: float
    scores: int

    @property
    def is_leak(self) -> bool:
        """Whether no honest score agrees so well."""
        return abs(self.correlation) >= self.most and self.p_value < SIGNIFICANCE


@dataclass(frozen=True)
class _Steps:
    """A clock of returns beside the scores.

    ``first`` is for each score the place of the first return that begins after it, ``before`` its
    row of past returns (NaN where there are none), ``lags`` how many returns ahead are tested.
    """

    per: str
    returns: Floats
    first: Numbers
    before: Floats
    lags: int


def strongest_agreement(
    ts_ns: Times, values: Floats, bars: BarHistory, series_tested: int = 1
) -> Agreement | None:
    """Return the agreement that says most against the scores; None where nothing can be tested.

    Args:
        ts_ns: when each score was known, rising.
        values: the scores; NaN is passed over.
        bars: of the instrument they are about.
        series_tested: how many series are tested in all, for the correction.
    """
    known = np.isfinite(values)
    ts_ns, values = ts_ns[known], values[known]
    if len(values) < SCORES_MIN or np.ptp(values) == 0.0:
        return None
    short = bars.length_ns < _MINUTE_NS
    limits = {RETURN: SHORT_RETURN_MAX if short else RETURN_MAX, MOVE: MOVE_MAX}
    found = [
        agreement
        for steps in _clocks(ts_ns, bars)
        for agreement in _agreements(values, steps, limits, series_tested)
    ]
    # The one farthest above its limit, significant ones first.
    return max(
        found,
        key=lambda one: (one.p_value < SIGNIFICANCE, abs(one.correlation) / one.most),
        default=None,
    )


def agreement_of_jumps(
    ts_ns: Times, values: Floats, bars: BarHistory, series_tested: int = 1
) -> Agreement | None:
    """Return what the jumps of scores know of the next bars; None where they jump too seldom.

    Arguments are those of ``strongest_agreement``, which seldom sees what few scores know.
    """
    known = np.isfinite(values)
    ts_ns, values = ts_ns[known], values[known]
    if len(values) < SCORES_MIN or np.ptp(values) == 0.0:
        return None
    steps = next(_clocks(ts_ns, bars))
    usable: Mask = np.asarray(np.isfinite(steps.before).all(axis=1))
    if usable.sum() < SCORES_MIN:
        return None
    changes = [np.append(0.0, np.diff(values))[usable], *_news(values, steps.before, usable)]
    best = jump_agreement(changes, steps.returns, steps.first[usable])
    if best is None:
        return None
    lag, correlation, deviate, jumps = best
    comparisons = len(changes) * JUMP_LAGS * series_tested
    return Agreement(
        target=f"{_WORDS[RETURN]} bar {lag} after it where it jumps",
        lag=lag,
        correlation=correlation,
        p_value=min(math.erfc(abs(deviate) / math.sqrt(2.0)) * comparisons, 1.0),
        most=SHORT_JUMP_RETURN_MAX if bars.length_ns < _MINUTE_NS else JUMP_RETURN_MAX,
        scores=jumps,
    )


def _clocks(ts_ns: Times, bars: BarHistory) -> Iterator[_Steps]:
    """Yield the steps in bars and, where scores are rarer, in times between scores."""
    first = np.searchsorted(bars.ts_ns, ts_ns)
    last = np.searchsorted(bars.closed_ns, ts_ns, "right") - 1
    past = _history(np.diff(np.log(bars.close), prepend=np.log(bars.open[:1])))
    yield _Steps(
        per="bar",
        returns=np.log(bars.close / bars.open),
        first=first,
        before=np.where((last >= 0)[:, None], past[np.maximum(last, 0)], np.nan),
        lags=min(LAGS, max(len(bars) // 10, 1)),
    )
    if np.median(np.diff(ts_ns)) > _RARE * bars.length_ns:
        # From the first price after a score to the first price after the next.
        price = np.log(bars.open[np.minimum(first, len(bars) - 1)])
        ahead = np.diff(price)
        number = np.arange(len(ts_ns))
        yield _Steps(
            per="score",
            returns=ahead,
            first=number,
            before=_history(np.concatenate([[0.0], ahead])),
            lags=1,
        )


def _history(returns: Floats) -> Floats:
    """Return for each row the returns up to it: each of the last ones, and sums over longer spans.

    Absolute returns follow the signed ones.
    """
    columns: list[Floats] = []
    for series in (np.nan_to_num(returns), np.abs(np.nan_to_num(returns))):
        total = np.concatenate([[0.0], np.cumsum(series)])
        columns += [
            np.concatenate([np.zeros(back), series[: len(series) - back]]) for back in range(RECENT)
        ]
        rows = np.arange(1, len(total))
        columns += [total[rows] - total[np.maximum(rows - span, 0)] for span in SPANS]
    return np.column_stack(columns)


def _agreements(
    values: Floats, steps: _Steps, limits: Mapping[str, float], series_tested: int
) -> Iterator[Agreement]:
    """Yield the strongest agreement with returns and with moves."""
    usable = np.isfinite(steps.before).all(axis=1) & (steps.first < len(steps.returns))
    if usable.sum() < SCORES_MIN:
        return
    news = _news(values, steps.before, usable)
    comparisons = len(limits) * len(news) * steps.lags * series_tested
    for target in limits if news else ():
        lag, correlation, deviate = _strongest(news, steps, steps.first[usable], target)
        yield Agreement(
            target=f"{_WORDS[target]} {steps.per} {lag} after it",
            lag=lag,
            correlation=correlation,
            p_value=min(math.erfc(deviate / math.sqrt(2.0)) * comparisons, 1.0),
            most=limits[target],
            scores=int(usable.sum()),
        )


def _news(values: Floats, before: Floats, usable: Mask) -> list[Floats]:
    """Return what neither the past nor the score before says of the scores, and what the past."""
    past, chosen = before[usable], values[usable]
    previous = np.append(values[:1], values[:-1])[usable]
    return [
        left
        for controls in (np.column_stack([past, previous]), past)
        if (left := _residual(chosen, controls)) is not None
    ]


def _strongest(
    news: Sequence[Floats], steps: _Steps, first: Numbers, target: str
) -> tuple[int, float, float]:
    """Return lag, correlation and normal deviate of the strongest agreement.

    All lags and all rotations at once: news are put where their first return stands, and the
    cross-correlation of the two series is a product of their Fourier transforms. Past the end a
    return is the mean, which agrees with nothing.
    """
    series = _standard(np.abs(steps.returns) if target == MOVE else steps.returns)
    size = len(series) + steps.lags
    waves = np.fft.rfft(series, size)
    near = min(max(steps.lags, RECENT), size // 8)
    best = (1, 0.0, 0.0)
    for left in news:
        placed = np.zeros(size)
        np.add.at(placed, first, left)
        rotations = np.fft.irfft(np.conj(np.fft.rfft(placed)) * waves, size) / len(left)
        spread = max(float(rotations[near : size - near].std()), 1.0 / len(left))
        lag = int(np.argmax(np.abs(rotations[: steps.lags])))
        correlation = float(rotations[lag])
        if abs(correlation) > abs(best[1]):
            best = lag + 1, correlation, abs(correlation) / spread
    return best


def _residual(values: Floats, controls: Floats) -> Floats | None:
    """Return what the controls leave of the values, standardized; None where that is rounding."""
    centered = controls - controls.mean(axis=0)
    spread = centered.std(axis=0)
    centered /= np.where(spread > 0.0, spread, 1.0)
    wanted = values - values.mean()
    solved, *_ = np.linalg.lstsq(centered.T @ centered, centered.T @ wanted, rcond=None)
    left = _clipped(wanted - centered @ solved)
    usual = min(values.std(), np.diff(values).std())
    return _standard(left) if left.std() > _NEWS_MIN * usual else None


def _clipped(series: Floats) -> Floats:
    """Return the series around zero, clipped at ``CLIP`` standard deviations."""
    centered = series - series.mean()
    clipped = np.clip(centered, -CLIP * centered.std(), CLIP * centered.std())
    return np.asarray(clipped - clipped.mean())


def _standard(series: Floats) -> Floats:
    """Return the series clipped, centered and scaled to one."""
    clipped = _clipped(series)
    spread = clipped.std()
    return np.asarray(clipped / spread if spread > 0.0 else clipped)
