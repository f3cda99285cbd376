"""The ensemble: alphas' scores, weighed by confidence, become a direction with hysteresis.

combined = sum(weight * confidence * score) / sum(weight) over the alphas switched on, times the
confidence of each filter. A direction is taken at ``enter`` and kept until the combined score falls
below ``exit``; the distance between the two keeps noise around one threshold from trading. After a
direction was left, none is taken during the cool-down; after the exits of a plan ended a position
inside its direction, rebalancing waits for as long.
"""

import math

from numba import float64, int64, types, void

from traider.kernel.calling import call_alpha
from traider.kernel.compiled import compiled
from traider.kernel.numba_types import ADDRESSES, DECIDER, MARKET_TYPE, STRATEGY_TYPE
from traider.kernel.records import Alphas, Decider, Record


@compiled(void(DECIDER, ADDRESSES, int64), inline=True)
def score_alphas(decider: Decider, alphas: Alphas, k: int) -> None:
    """Call every alpha on instrument ``k``; one that misbehaves is switched off.

    An alpha whose inputs are not all warm scores 0 with confidence 0 and is not called. A score
    outside [-1, 1], a confidence outside [0, 1], or a value that is not a number switches the
    alpha off for the rest of the run and is noted in the account.
    """
    scores = decider.scores[k]
    row = decider.values[k]
    for j in range(len(decider.alphas)):
        alpha = decider.alphas[j]
        scores[2 * j] = 0.0
        scores[2 * j + 1] = 0.0
        if alpha["enabled"] == 0:
            continue
        warm = True
        start = alpha["input_start"]
        count = alpha["input_count"]
        for i in range(count):
            x = row[decider.alpha_inputs[start + i]]
            decider.scratch[i] = x
            if math.isnan(x):
                warm = False
        if not warm:
            continue
        first = alpha["param_start"]
        inputs = decider.scratch[:count]
        params = decider.params[first : first + alpha["param_count"]]
        score, confidence = call_alpha(alphas, j, inputs, params)
        if not (-1.0 <= score <= 1.0 and 0.0 <= confidence <= 1.0):
            alpha["enabled"] = 0
            decider.account[0]["alpha_fault"] = j + 1
            decider.account[0]["last_fault_ns"] = decider.account[0]["now_ns"]
            continue
        scores[2 * j] = score
        scores[2 * j + 1] = confidence
        if alpha["filters"] == 0:
            decider.account[0]["confidence_sum"] += confidence
            decider.account[0]["confidence_count"] += 1


@compiled(types.boolean(STRATEGY_TYPE, MARKET_TYPE, int64))
def is_cooling(strategy: Record, market: Record, now_ns: int) -> bool:
    """Return whether the last exit is less than the cool-down ago."""
    since = now_ns - market["exited_ns"]
    return bool(market["exited_ns"] > 0 and since < strategy["cooldown_ns"])


@compiled(void(DECIDER, int64), inline=True)
def combine(decider: Decider, k: int) -> None:
    """Turn the scores of instrument ``k`` into its combined score and direction."""
    total = 0.0
    weights = 0.0
    passed = 1.0
    for j in range(len(decider.alphas)):
        alpha = decider.alphas[j]
        if alpha["filters"] != 0:
            # A filter that is switched off or not warm lets nothing through: never a guess.
            passed *= decider.scores[k, 2 * j + 1]
        elif alpha["enabled"] != 0:
            weights += alpha["weight"]
            total += alpha["weight"] * decider.scores[k, 2 * j] * decider.scores[k, 2 * j + 1]
    combined = total / weights * passed if weights > 0.0 else 0.0
    decider.markets[k]["combined"] = combined
    _turn(decider, k, combined)


@compiled(void(DECIDER, int64, float64), inline=True)
def _turn(decider: Decider, k: int, combined: float) -> None:
    """Take, keep or leave a direction by the thresholds and the cool-down."""
    strategy = decider.strategy[0]
    market = decider.markets[k]
    past = market["direction"]
    direction = past
    if direction * combined < strategy["exit"]:
        direction = 0
    if combined >= strategy["enter"]:
        direction = 1
    elif combined <= -strategy["enter"]:
        direction = -1 if strategy["allow_short"] != 0 and market["can_short"] != 0 else 0
    if direction == past:
        return
    now = decider.account[0]["now_ns"]
    if past != 0:
        market["exited_ns"] = now
    if is_cooling(strategy, market, now):
        direction = 0
    if direction != 0:
        market["entered_ns"] = now
    market["direction"] = direction
