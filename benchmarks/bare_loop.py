"""The baseline: what a hand-written loop costs that does nothing but the strategy.

One pass over float arrays: SMA 5/20 by running sums, Wilder's RSI 14, a fixed size bought or sold
at the next open with a fee. No events, no gate, no orders, no exact money, one instrument: the
limit of what a bar can cost, not a product.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

FloatArray = npt.NDArray[np.float64]


@njit(cache=True)
def bare_loop(opens: FloatArray, closes: FloatArray, fee: float) -> tuple[float, int]:
    """Return final equity and the number of filled entries, from 100,000 with 0.01 units each."""
    cash, held, wanted, entries = 100_000.0, 0.0, 0.0, 0
    fast = slow = gain = loss = 0.0
    for i in range(len(closes)):
        if wanted != held:
            cash -= (wanted - held) * opens[i] + abs(wanted - held) * opens[i] * fee
            held = wanted
            entries += int(held > 0.0)
        fast += closes[i] - (closes[i - 5] if i >= 5 else 0.0)
        slow += closes[i] - (closes[i - 20] if i >= 20 else 0.0)
        change = closes[i] - closes[i - 1] if i else 0.0
        if i <= 14:
            gain += max(change, 0.0) / 14.0
            loss += max(-change, 0.0) / 14.0
        else:
            gain = (gain * 13.0 + max(change, 0.0)) / 14.0
            loss = (loss * 13.0 + max(-change, 0.0)) / 14.0
        if i < 20 or gain + loss == 0.0:
            continue
        strength = 100.0 * gain / (gain + loss)
        if held == 0.0 and fast / 5.0 > slow / 20.0 and strength < 70.0:
            wanted = 0.01
        elif held > 0.0 and fast / 5.0 < slow / 20.0:
            wanted = 0.0
    return cash + held * closes[-1], entries
