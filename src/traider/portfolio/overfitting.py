"""Probability of back-test overfitting by combinatorially symmetric cross-validation (CSCV).

Source: Bailey, Borwein, López de Prado and Zhu, "The Probability of Backtest Overfitting", 2015
(Journal of Computational Finance 20(4), 2017). The history is cut into S blocks; each way of
choosing half of them is an in-sample half, the rest is out of sample. The strategy that is best in
sample is ranked out of sample: overfitting is the share of splits in which it comes out in the
lower half.
"""

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from traider.domain.errors import UsageError

FloatArray = npt.NDArray[np.float64]

BLOCKS_MAX = 16
"""The paper's choice: 12,870 splits."""

BLOCK_PERIODS_MIN = 4
"""Fewest periods of a block for which a Sharpe ratio of some blocks says anything."""

_CELLS_AT_ONCE = 65_536  # splits times strategies: arrays that stay in the processor's cache
_NOISE = 1e-12


@dataclass(frozen=True)
class Overfitting:
    """What CSCV found; one entry a split in each array.

    ``logits`` are ln(w / (1 - w)), w the relative rank out of sample of the in-sample best, so
    above 0 where it stayed in the upper half. The two Sharpe arrays are of one period.
    """

    blocks: int
    logits: FloatArray
    sharpe_in: FloatArray
    sharpe_out: FloatArray

    @property
    def probability(self) -> float:
        """Share of splits whose in-sample best is at the median or below it out of sample."""
        return float(np.mean(self.logits <= 0.0))

    @property
    def probability_of_loss(self) -> float:
        """Share of splits whose in-sample best loses out of sample."""
        return float(np.mean(self.sharpe_out < 0.0))


def block_count(periods: int) -> int:
    """Return the blocks that ``periods`` can be cut into: even, at most 16; 0 when too few."""
    blocks = min(periods // BLOCK_PERIODS_MIN, BLOCKS_MAX) // 2 * 2
    return blocks if blocks >= 4 else 0


def backtest_overfitting(returns: FloatArray, blocks: int) -> Overfitting:
    """Split ``returns`` (periods, strategies) in every symmetric way and rank the best of each.

    The strategies are compared by their Sharpe ratio; one that does not move in a half has the
    ratio 0 there. Equal strategies share a rank. Blocks are of equal length, so up to
    ``blocks`` - 1 of the oldest periods are left out.

    Raises:
        UsageError: fewer than two strategies, an odd number of blocks, or blocks of one period.
    """
    values = np.asarray(returns, dtype=np.float64)
    periods, count = values.shape
    length = periods // blocks if blocks > 0 else 0
    if count < 2 or blocks < 2 or blocks % 2 or length < 2:
        raise UsageError(
            f"{count} strategies over {periods} periods in {blocks} blocks cannot be compared",
            fix="give two strategies and an even number of blocks of two periods or more",
        )
    kept = values[periods - blocks * length :].reshape(blocks, length, count)
    sums, squares = kept.sum(axis=1), (kept**2).sum(axis=1)
    days = blocks // 2 * length
    halves = _halves(blocks)
    found = np.empty((3, len(halves)))
    # In the order of combinations the other half of a split is its mirror from the end.
    mirrored = found[:, ::-1]
    step = max(_CELLS_AT_ONCE // count, 1)
    for start in range(0, len(halves) // 2, step):
        part = slice(start, min(start + step, len(halves) // 2))
        one, other = halves[part], 1.0 - halves[part]
        ratios = _sharpe(_added(one, sums), _added(one, squares), days)
        others = _sharpe(_added(other, sums), _added(other, squares), days)
        found[:, part] = _rank(ratios, others)
        mirrored[:, part] = _rank(others, ratios)
    return Overfitting(blocks, *found)


def _halves(blocks: int) -> FloatArray:
    """Return every choice of half of the blocks, a row of ones and zeros each."""
    chosen = np.array(list(combinations(range(blocks), blocks // 2)))
    masks = np.zeros((len(chosen), blocks))
    masks[np.arange(len(chosen))[:, None], chosen] = 1.0
    return masks


def _added(masks: FloatArray, blocks: FloatArray) -> FloatArray:
    """Return the sum of the blocks that each mask chooses.

    A product of matrices, but not by the linear algebra library: its threads would wait for those
    of a sweep, and its sums differ from processor to processor.
    """
    found: FloatArray = np.einsum("ij,jk->ik", masks, blocks)
    return found


def _rank(inside: FloatArray, outside: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return logit, in-sample and out-of-sample Sharpe ratio of the best of each split."""
    splits = np.arange(len(inside))
    best = inside.argmax(axis=1)
    mine = outside[splits, best]
    below = (outside < mine[:, None]).sum(axis=1)
    equal = (outside == mine[:, None]).sum(axis=1)
    rank = below + (equal + 1) / 2.0
    share = rank / (outside.shape[1] + 1)
    return np.log(share / (1.0 - share)), inside[splits, best], mine


def _sharpe(sums: FloatArray, squares: FloatArray, periods: int) -> FloatArray:
    """Return mean / deviation (n - 1); 0 where nothing moves and nothing is earned."""
    means = sums / periods
    variances = (squares - means * sums) / (periods - 1)
    # Equal returns leave rounding behind where the variance should be 0.
    still = variances <= _NOISE * squares / periods
    ratios = means / np.sqrt(np.where(still, 1.0, variances))
    certain = np.where(means == 0.0, 0.0, np.copysign(math.inf, means))
    return np.where(still, certain, ratios)
