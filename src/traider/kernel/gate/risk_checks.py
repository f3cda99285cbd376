"""Limits by how instruments move together: correlated exposure, value at risk, expected shortfall.

With ``w`` what is held of each instrument as a signed part of equity and ``S`` the shrunk
covariance of returns over one interval (``risk_state``):

    deviation = sqrt(w' S w * horizon / interval)
    VaR = z * deviation                          z: quantile of the normal at the confidence
    ES = pdf(z) / (1 - confidence) * deviation   mean of the losses beyond VaR

``w`` is the worst case: the order and those open on its side of its instrument are taken as filled,
and the open orders of each other instrument, one after another, on the side that adds more.
Correlated exposure is counted as that of a group is, of all instruments whose correlation with the
order's has at least a size; those that move against it count with the other sign.
"""

import math

from numba import float64, int64

from traider.kernel.codes import Limit, Verdict
from traider.kernel.compiled import compiled
from traider.kernel.gate.exposure import ANSWER, Answer
from traider.kernel.gate.view import is_in_use, view_equity
from traider.kernel.numba_types import EVENT_TYPE, GATE
from traider.kernel.records import Gate, Record

_MAX_CORRELATED_EXPOSURE = int(Limit.MAX_CORRELATED_EXPOSURE)
_MAX_VAR = int(Limit.MAX_VAR)
_MAX_ES = int(Limit.MAX_ES)
_APPROVED = int(Verdict.APPROVED)
_NO_COVARIANCE = int(Verdict.NO_COVARIANCE)
_CORRELATED_EXPOSURE = int(Verdict.CORRELATED_EXPOSURE)
_VAR = int(Verdict.VAR)
_ES = int(Verdict.ES)


@compiled(ANSWER(GATE, EVENT_TYPE, float64))
def check_risk(gate: Gate, order: Record, lots: float) -> Answer:
    """Compare what might be held with its caps on correlated exposure, VaR and ES.

    Nothing is opened on returns too few to tell: of the order's instrument, and of each that is
    held or has open orders. The scratch is zero again afterwards.
    """
    most_correlated = gate.limits[_MAX_CORRELATED_EXPOSURE]
    most_var, most_es = gate.limits[_MAX_VAR], gate.limits[_MAX_ES]
    if most_correlated <= 0.0 and most_var <= 0.0 and most_es <= 0.0:
        return _APPROVED, 0.0, 0.0
    risk = gate.risk[0]
    samples = _fewest_samples(gate, order["instrument"])
    if samples < risk["samples_min"]:
        return _NO_COVARIANCE, float(samples), float(risk["samples_min"])
    equity = view_equity(gate)
    if most_correlated > 0.0:
        exposure = _correlated_value(gate, order, lots) / equity
        if exposure > most_correlated:
            return _CORRELATED_EXPOSURE, exposure, most_correlated
    if most_var <= 0.0 and most_es <= 0.0:
        return _APPROVED, 0.0, 0.0
    return _check_loss(gate, _worst_deviation(gate, order, lots) / equity)


@compiled(ANSWER(GATE, float64))
def _check_loss(gate: Gate, deviation: float) -> Answer:
    """Compare VaR and ES with their caps; ``deviation`` is of one interval, a part of equity."""
    risk = gate.risk[0]
    most_var, most_es = gate.limits[_MAX_VAR], gate.limits[_MAX_ES]
    value_at_risk = risk["var_factor"] * deviation
    if most_var > 0.0 and value_at_risk > most_var:
        return _VAR, value_at_risk, most_var
    shortfall = risk["es_factor"] * deviation
    if most_es > 0.0 and shortfall > most_es:
        return _ES, shortfall, most_es
    return _APPROVED, 0.0, 0.0


@compiled(int64(GATE, int64))
def _fewest_samples(gate: Gate, instrument: int) -> int:
    """Return the fewest returns that any instrument of the worst case has."""
    fewest = gate.markets[instrument]["samples"]
    for k in range(len(gate.markets)):
        if is_in_use(gate, k):
            fewest = min(fewest, gate.markets[k]["samples"])
    return int(fewest)


@compiled(float64(GATE, EVENT_TYPE, float64))
def _correlated_value(gate: Gate, order: Record, lots: float) -> float:
    """Return what would be held, in the order's direction, of all that moves with it."""
    own = int(order["instrument"])
    chosen = gate.markets[own]
    total = lots * chosen["mark_ticks"] * chosen["lot_value"]
    threshold = gate.risk[0]["correlation"]
    for k in range(len(gate.markets)):
        together = gate.shrunk[own, k]
        least = threshold * threshold * gate.shrunk[own, own] * gate.shrunk[k, k]
        is_one_bet = least > 0.0 and together * together >= least
        if k != own and not is_one_bet:
            continue
        market = gate.markets[k]
        side = order["side"] if k == own or together > 0.0 else -order["side"]
        open_lots = market["open_buy_lots"] if side > 0 else market["open_sell_lots"]
        lots_this_way = side * market["position_lots"] + open_lots
        total += max(float(lots_this_way) * market["mark_ticks"] * market["lot_value"], 0.0)
    return float(total)


@compiled(float64(GATE, EVENT_TYPE, float64))
def _worst_deviation(gate: Gate, order: Record, lots: float) -> float:
    """Return the standard deviation, over one interval, of what might be held, in currency."""
    own = int(order["instrument"])
    side = order["side"]
    held, slopes = gate.scratch[0], gate.scratch[1]
    for k in range(len(gate.markets)):
        market = gate.markets[k]
        after = float(market["position_lots"])
        if k == own:
            open_lots = market["open_buy_lots"] if side > 0 else market["open_sell_lots"]
            after += side * (lots + open_lots)
        held[k] = after * market["mark_ticks"] * market["lot_value"]
        if held[k] != 0.0:
            for m in range(len(gate.markets)):
                slopes[m] += gate.shrunk[k, m] * held[k]
    for k in range(len(gate.markets)):
        if k == own:
            continue
        added = _worse_fill(gate, k, slopes[k])
        if added != 0.0:
            held[k] += added
            for m in range(len(gate.markets)):
                slopes[m] += gate.shrunk[k, m] * added
    variance = 0.0
    for k in range(len(gate.markets)):
        variance += held[k] * slopes[k]
        held[k] = 0.0
        slopes[k] = 0.0
    return math.sqrt(max(variance, 0.0))


@compiled(float64(GATE, int64, float64))
def _worse_fill(gate: Gate, k: int, slope: float) -> float:
    """Return the value that the open orders of an instrument add where that adds most variance.

    A value ``v`` more adds ``2 * slope * v + own variance * v * v``; none is added that takes away.
    """
    market = gate.markets[k]
    price = market["mark_ticks"] * market["lot_value"]
    bought = market["open_buy_lots"] * price
    sold = -(market["open_sell_lots"] * price)
    variance = gate.shrunk[k, k]
    by_buying = bought * (2.0 * slope + variance * bought)
    by_selling = sold * (2.0 * slope + variance * sold)
    if max(by_buying, by_selling) <= 0.0:
        return 0.0
    return float(bought if by_buying >= by_selling else sold)
