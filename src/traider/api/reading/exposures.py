"""What is held, how prices move together, and the circuit breakers, in the gate's view."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from traider.api.following.followed import known
from traider.api.reading.limits import GateTaken, worst_values
from traider.api.shapes.risk import BreakerRow, Correlation, ExposureRow
from traider.api.shapes.standing import AsOf
from traider.domain.timeframes import DAY_NS
from traider.kernel.breaker_records import Action, Breaker
from traider.kernel.codes import Limit
from traider.kernel.records import Record
from traider.runtime.breaker_specs import action_name, breaker_name, breaker_words
from traider.runtime.risk_watch import held_values

_NS_PER_S: Final = 1_000_000_000
_YEAR_NS: Final = 365 * DAY_NS


def money(value: float) -> str:
    """Return money of a float of the kernel as text, to its 1e-8."""
    return f"{value:.8f}"


def exposure_rows(taken: GateTaken) -> list[ExposureRow]:
    """Return what is held of each instrument."""
    gate = taken.gate
    values, worst = held_values(gate), worst_values(gate)
    equity, cap = float(gate.account[0]["equity"]), float(gate.limits[Limit.MAX_EXPOSURE])
    return [
        _exposure(name, float(values[place]), float(worst[place]), equity, cap)
        for place, name in enumerate(taken.names)
    ]


def group_rows(taken: GateTaken) -> list[ExposureRow]:
    """Return what is held of each group of instruments that move together."""
    gate = taken.gate
    groups, values, worst = gate.markets["group"], held_values(gate), worst_values(gate)
    equity, cap = float(gate.account[0]["equity"]), float(gate.limits[Limit.MAX_GROUP_EXPOSURE])
    found = []
    for group in np.unique(groups[groups != 0]).tolist():
        chosen = groups == group
        names = [name for name, isin in zip(taken.names, chosen.tolist(), strict=True) if isin]
        value, most = float(values[chosen].sum()), float(worst[chosen].sum())
        found.append(_exposure(", ".join(names), value, most, equity, cap))
    return found


def part_of_equity(value: float, equity: float) -> float | None:
    """Return a part of equity; None where equity is not above 0."""
    return value / equity if equity > 0.0 else None


def _exposure(name: str, value: float, worst: float, equity: float, cap: float) -> ExposureRow:
    return ExposureRow(
        name=name,
        value=money(value),
        exposure=part_of_equity(value, equity),
        worst=part_of_equity(worst, equity),
        limit=cap or None,
    )


def correlation(taken: GateTaken, as_of: AsOf) -> Correlation:
    """Return how prices move together: the gate's own, shrunk covariance."""
    gate, risk = taken.gate, taken.gate.risk[0]
    deviations = np.sqrt(np.maximum(np.diag(gate.shrunk), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        matrix = gate.shrunk / np.outer(deviations, deviations)
    a_year = math.sqrt(_YEAR_NS / int(risk["interval_ns"]))
    return Correlation(
        instruments=list(taken.names),
        matrix=[[known(value) for value in row] for row in np.clip(matrix, -1.0, 1.0).tolist()],
        volatilities=[known(value * a_year) if value else None for value in deviations.tolist()],
        samples=gate.markets["samples"].tolist(),
        samples_min=int(risk["samples_min"]),
        interval_s=int(risk["interval_ns"]) / _NS_PER_S,
        threshold=float(risk["correlation"]),
        as_of=as_of,
    )


def breaker_rows(taken: GateTaken, rearm_by: Sequence[str]) -> list[BreakerRow]:
    """Return every circuit breaker that is configured."""
    return [
        _breaker(taken, switch, rearm_by)
        for switch in taken.gate.breakers.switches
        if switch["action"] != int(Action.OFF)
    ]


def _breaker(taken: GateTaken, switch: Record, rearm_by: Sequence[str]) -> BreakerRow:
    breaker, is_open = Breaker(int(switch["breaker"])), bool(switch["is_open"])
    number, bound = float(switch["number"]), float(switch["bound"])
    words, cooldown_ns = breaker_words(breaker, number, bound), int(switch["cooldown_ns"])
    left_ns = int(switch["last_ns"]) + cooldown_ns - taken.now_ns
    return BreakerRow(
        name=breaker_name(breaker),
        instrument=taken.names[switch["instrument"]] if switch["instrument"] >= 0 else "",
        state="open" if is_open else "closed",
        action=action_name(int(switch["action"])),
        bound=bound,
        number=number if is_open or number else None,
        words=words if is_open else words.rpartition(", ")[2],
        since_ns=int(switch["since_ns"]) if is_open else None,
        cooldown_s=cooldown_ns / _NS_PER_S,
        left_s=max(left_ns, 0) / _NS_PER_S if is_open and cooldown_ns else None,
        closes_by="itself" if cooldown_ns else "a person",
        may_close=list(rearm_by),
    )
