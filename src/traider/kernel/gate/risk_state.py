"""What the gate measures of risk: how marks move together, and what past days brought.

At the first timer of each interval the mark of every instrument with news is sampled:

    x = log(mark / mark sampled before) / sqrt(intervals between the two)
    S <- lambda * S + (1 - lambda) * x x'

``S`` is an exponentially weighted covariance of returns over one interval, with no drift. Where an
instrument has no news its own variance stays as it is, and so does what it shares with others that
have none: silence is no calm. ``S`` stays positive semi-definite by that, since a part of such a
matrix is one. Divided by what the weights add up to, it is an average from the first sample on.

``shrunk`` is that average drawn towards correlations that are all the same, their mean (Ledoit and
Wolf, "Honey, I Shrunk the Sample Covariance Matrix", 2004): a correlation r becomes
(1 - d) * r + d * mean, variances stay.
"""

import math

from numba import float64, int64, void

from traider.kernel.compiled import compiled
from traider.kernel.numba_types import GATE
from traider.kernel.records import Gate

DAYS_MIN = 10
"""Days whose profit and loss must be known before their standard deviation limits a loss."""


@compiled(void(GATE, int64))
def sample_returns(gate: Gate, now_ns: int) -> None:
    """Sample the marks at the first timer of an interval; at later ones do nothing."""
    risk = gate.risk[0]
    at = now_ns // risk["interval_ns"]
    if at <= risk["sampled_at"]:
        return
    risk["sampled_at"] = at
    returns, is_news = gate.scratch[0], gate.scratch[1]
    for k in range(len(gate.markets)):
        found = _next_return(gate, k, at)
        is_news[k] = 0.0 if math.isnan(found) else 1.0
        returns[k] = 0.0 if math.isnan(found) else found
    _average(gate)
    _shrink(gate)
    for k in range(len(gate.markets)):
        gate.scratch[0, k] = 0.0
        gate.scratch[1, k] = 0.0


@compiled(float64(GATE, int64, int64))
def _next_return(gate: Gate, k: int, at: int) -> float:
    """Sample one mark and return what it moved since the last; NaN without news or a mark before.

    Over several intervals it is brought to one.
    """
    market = gate.markets[k]
    if market["mark_ticks"] <= 0 or market["mark_ts"] <= market["sampled_ts"]:
        return math.nan
    before, intervals = market["sampled_ticks"], at - market["sampled_at"]
    market["sampled_ticks"] = market["mark_ticks"]
    market["sampled_ts"] = market["mark_ts"]
    market["sampled_at"] = at
    if before == 0:
        return math.nan
    return math.log(float(market["mark_ticks"]) / float(before)) / math.sqrt(float(intervals))


@compiled(void(GATE))
def _average(gate: Gate) -> None:
    """Take the returns in the scratch into the moving average."""
    returns, is_news = gate.scratch[0], gate.scratch[1]
    decay = gate.risk[0]["decay"]
    for i in range(len(gate.markets)):
        if is_news[i] != 0.0:
            market = gate.markets[i]
            market["samples"] += 1
            market["weight"] = decay * market["weight"] + (1.0 - decay)
        for j in range(i + 1):
            if is_news[i] + is_news[j] != 0.0:
                mean = decay * gate.covariance[i, j] + (1.0 - decay) * (returns[i] * returns[j])
                gate.covariance[i, j] = mean
                gate.covariance[j, i] = mean


@compiled(void(GATE))
def _shrink(gate: Gate) -> None:
    """Write ``shrunk`` anew from the moving average."""
    raw, full = gate.scratch[0], gate.scratch[1]
    count = len(gate.markets)
    for i in range(count):
        market = gate.markets[i]
        raw[i] = math.sqrt(gate.covariance[i, i])
        full[i] = raw[i] / math.sqrt(market["weight"]) if market["samples"] > 0 else 0.0
    mean = _mean_correlation(gate)
    shrinkage = gate.risk[0]["shrinkage"]
    for i in range(count):
        gate.shrunk[i, i] = full[i] * full[i]
        for j in range(i):
            together = 0.0
            if raw[i] > 0.0 and raw[j] > 0.0:
                own = gate.covariance[i, j] / (raw[i] * raw[j])
                together = ((1.0 - shrinkage) * own + shrinkage * mean) * (full[i] * full[j])
            gate.shrunk[i, j] = together
            gate.shrunk[j, i] = together


@compiled(float64(GATE))
def _mean_correlation(gate: Gate) -> float:
    """Return the mean correlation of all pairs that have enough samples, 0 without one."""
    raw = gate.scratch[0]
    enough = gate.risk[0]["samples_min"]
    total = 0.0
    pairs = 0
    for i in range(len(gate.markets)):
        if gate.markets[i]["samples"] < enough or raw[i] <= 0.0:
            continue
        for j in range(i):
            if gate.markets[j]["samples"] >= enough and raw[j] > 0.0:
                total += gate.covariance[i, j] / (raw[i] * raw[j])
                pairs += 1
    return total / pairs if pairs > 0 else 0.0


@compiled(void(GATE, float64))
def close_day(gate: Gate, equity: float) -> None:
    """Keep what the day that ends at ``equity`` brought.

    Days before the first that brought anything tell nothing of the trading to come.
    """
    risk = gate.risk[0]
    brought = equity - gate.account[0]["day_start_equity"]
    if brought == 0.0 and risk["days"] == 0:
        return
    gate.daily[risk["days"] % len(gate.daily)] = brought
    risk["days"] += 1


@compiled(float64(GATE))
def daily_deviation(gate: Gate) -> float:
    """Return the standard deviation of the days' profit and loss; 0 while too few are known."""
    count = min(gate.risk[0]["days"], len(gate.daily))
    if count < DAYS_MIN:
        return 0.0
    total = 0.0
    for place in range(count):
        total += gate.daily[place]
    mean = total / count
    squares = 0.0
    for place in range(count):
        squares += (gate.daily[place] - mean) * (gate.daily[place] - mean)
    return math.sqrt(squares / (count - 1))
