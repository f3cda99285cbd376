"""Which circuit breakers a scenario trips, with the number that each would measure.

Judged is what a scenario says something of: losses and falls, jumps and spreads, silence and slow
orders. Streaks, confidence, refused orders and differing books depend on what is traded meanwhile.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from traider.kernel.breaker_records import Action, Breaker, BreakerSpec
from traider.risk.stress import CALM, Shock
from traider.risk.stress_aftermath import Aftermath
from traider.risk.stress_limits import StressLimits

_NS_PER_S: Final = 1_000_000_000
_DAY_S: Final = 86_400
_FALLS: Final = (Breaker.DRAWDOWN_REDUCE, Breaker.DRAWDOWN_CLOSE, Breaker.DRAWDOWN_HALT)


@dataclass(frozen=True, slots=True)
class TrippedBreaker:
    """One breaker that opens."""

    breaker: Breaker
    action: Action
    number: float
    bound: float
    instrument: str = ""
    """Whose opening it stops; empty for all of them."""


def tripped_breakers(
    after: Aftermath, limits: StressLimits, specs: Iterable[BreakerSpec]
) -> tuple[TrippedBreaker, ...]:
    """Return the breakers of ``specs`` that open; ``limits`` tell how the account stood before."""
    return tuple(
        TrippedBreaker(spec.breaker, Action(spec.action), number, spec.bound, instrument)
        for spec in specs
        for number, instrument in _numbers(after, limits, spec)
        if _is_beyond(spec, number)
    )


def _is_beyond(spec: BreakerSpec, number: float) -> bool:
    if spec.breaker in (Breaker.DAILY_LOSS, *_FALLS):
        return number >= spec.bound
    return number > spec.bound


def _numbers(
    after: Aftermath, limits: StressLimits, spec: BreakerSpec
) -> Iterator[tuple[float, str]]:
    """Yield what a breaker would measure, of the account or of each instrument."""
    scenario = after.loss.scenario
    match spec.breaker:
        case Breaker.DAILY_LOSS:
            yield float(limits.lost_today + after.fall), ""
        case Breaker.DRAWDOWN_REDUCE | Breaker.DRAWDOWN_CLOSE | Breaker.DRAWDOWN_HALT:
            yield float(1 - (1 - limits.drawdown_now) * (1 - after.fall)), ""
        case Breaker.LATENCY if after.book.positions:
            yield float(scenario.latency_s), ""
        case Breaker.STALE_FEED if scenario.blind_s > spec.window_ns / _NS_PER_S:
            yield _silent_share(after), ""
        case Breaker.OUTAGE if _silent_share(after) == 1.0:
            yield float(scenario.blind_s), ""
        case Breaker.PRICE_JUMP | Breaker.PRICE_SIGMA | Breaker.SPREAD:
            yield from _of_instruments(after, spec)
        case _:
            return


def _of_instruments(after: Aftermath, spec: BreakerSpec) -> Iterator[tuple[float, str]]:
    window_s = spec.window_ns / _NS_PER_S
    half = float(after.book.costs.half_spread)
    for position, deviation in zip(after.book.positions, after.deviations.tolist(), strict=True):
        shock = after.loss.scenario.shocks.get(position.instrument, CALM)
        if spec.breaker is Breaker.SPREAD:
            yield 2 * half * float(shock.spread_times), position.instrument
            continue
        jump = _jump(after, shock, window_s)
        usual = 1.0
        if spec.breaker is Breaker.PRICE_SIGMA:
            usual = deviation * (window_s / _DAY_S) ** 0.5
        if usual > 0.0:
            yield jump / usual, position.instrument


def _jump(after: Aftermath, shock: Shock, window_s: float) -> float:
    """Return the largest move within a window; one slower than it is no jump."""
    if shock.fastest is not None:
        return float(abs(shock.fastest))
    return float(abs(shock.move)) if after.loss.scenario.moves_within_s <= window_s else 0.0


def _silent_share(after: Aftermath) -> float:
    """Return the part of the instruments that cannot be traded: those halted, or all."""
    scenario, positions = after.loss.scenario, after.book.positions
    if not positions or not scenario.blind_s or scenario.latency_s:
        return 0.0
    halted = [each for each in positions if not _shock(after, each.instrument).can_close]
    return len(halted) / len(positions) if halted else 1.0


def _shock(after: Aftermath, instrument: str) -> Shock:
    return after.loss.scenario.shocks.get(instrument, CALM)
