"""Do the bars of two instruments tell the same time? One stamped late fills at prices already seen.

Coins move together within a bar and hardly at all across bars. Where one instrument's returns agree
with another's of the bar before, and less with those of the same bar, one of the two is stamped
wrong: mostly at the close where the run reads the opening. A decision made on the early one then
fills the late one at prices of the past.
"""

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Final

import numpy as np

from traider.backtest.lookahead.leaks import Leak, LeakKind
from traider.features.batch import BarHistory, Floats

AGREEMENT_MIN: Final = 0.5
TIMES_SAME_BAR: Final = 3.0
BARS_MIN: Final = 200
_CLIP: Final = 4.0


def late_instruments(histories: Sequence[BarHistory]) -> Iterator[Leak]:
    """Yield a leak for each ordered pair in which the second follows the first by one bar."""
    for early, late in permutations(histories, 2):
        ts_ns, one, two = np.intersect1d(early.ts_ns, late.ts_ns, return_indices=True)
        if len(ts_ns) < BARS_MIN or early.length_ns != late.length_ns:
            continue
        ahead, behind = _moves(early)[one], _moves(late)[two]
        follows = np.diff(ts_ns) == early.length_ns
        same = _correlation(ahead, behind)
        across = _correlation(ahead[:-1][follows], behind[1:][follows])
        if across >= AGREEMENT_MIN and across > TIMES_SAME_BAR * abs(same):
            yield Leak(
                kind=LeakKind.DATA_STAMP,
                culprit=late.instrument,
                told=f"its bars tell what {early.instrument}'s told a bar earlier: correlation "
                f"{across:.2f} across a bar, {same:.2f} within one",
                fix="stamp the bars of both files at their opening; one of them is stamped at the "
                "close",
                instrument=late.instrument,
                ts_ns=int(ts_ns[0]) + late.length_ns,
                bar=int(two[0]),
                changed=int(follows.sum()),
                compared=len(ts_ns),
            )


def _moves(bars: BarHistory) -> Floats:
    moves = np.log(bars.close / bars.open)
    spread = _CLIP * moves.std()
    return np.clip(moves, -spread, spread)


def _correlation(one: Floats, two: Floats) -> float:
    if len(one) < BARS_MIN or one.std() == 0.0 or two.std() == 0.0:
        return 0.0
    return float(np.corrcoef(one, two)[0, 1])
