"""What the strategy thinks of each instrument, now and over time, of a run that is followed."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from traider.api.following import AlphaScore, FollowedRun
from traider.api.following.followed import known
from traider.api.following.kept_scores import ScoreSample
from traider.api.reading.changes import Ensemble, Rules, changes_of
from traider.api.reading.markets import health_word
from traider.api.shapes.signals import (
    AlphaCell,
    AlphaSeries,
    Change,
    Direction,
    SignalHistory,
    SignalRow,
    Thresholds,
)
from traider.domain.market_health import MarketHealth
from traider.kernel.breaker_records import Action
from traider.kernel.records import Record
from traider.runtime.control.conversion import alpha_names

_NS_PER_S: Final = 1_000_000_000


def thresholds(run: FollowedRun) -> Thresholds:
    """Return the thresholds in force.

    Raises:
        UsageError: the strategy is not known.
    """
    strategy = run.kernel.machine.decider.strategy[0]
    return Thresholds(
        enter=float(strategy["enter"]),
        exit=float(strategy["exit"]),
        dead_band=float(strategy["dead_band"]),
        allows_short=bool(strategy["allow_short"]),
        cooldown_s=int(strategy["cooldown_ns"]) / _NS_PER_S,
        decision_s=int(strategy["decision_ns"]) / _NS_PER_S,
    )


def names_of(run: FollowedRun) -> list[str]:
    """Return the names of the alphas.

    Raises:
        UsageError: the strategy is not known.
    """
    return [*alpha_names([alpha.name for alpha in run.kernel.spec.alphas])]


def signal_row(run: FollowedRun, number: int) -> SignalRow:
    """Return what the strategy thinks of an instrument.

    Raises:
        UsageError: the strategy is not known.
    """
    decision, market = run.decision(number), run.kernel.machine.decider.markets[number]
    limits = thresholds(run)
    rules = Rules(limits.enter, limits.exit, limits.allows_short and bool(market["can_short"]))
    changes = changes_of(decision.scores, decision.combined, decision.direction, rules)
    blocks, held = _blocks(run, number), _held(run, market)
    decided_ns = decision.decided_ns
    return SignalRow(
        instrument=run.instruments[number].name,
        decided_ns=decided_ns,
        age_s=max(run.now_ns - decided_ns, 0) / _NS_PER_S if decided_ns else None,
        score=decision.combined,
        direction=direction_word(decision.direction),
        wanted_exposure=decision.exposure,
        held_exposure=held,
        alphas=_cells(decision.scores),
        changes=changes,
        blocks=blocks,
        words=_words(direction_word(decision.direction), changes, blocks),
    )


def direction_word(direction: int) -> Direction:
    """Return a direction in words."""
    if direction == 0:
        return "flat"
    return "long" if direction > 0 else "short"


def history(run: FollowedRun, number: int, span: tuple[int, int], points: int) -> SignalHistory:
    """Return the scores of an instrument over a span of time, thinned to at most ``points``.

    Raises:
        UsageError: the strategy is not known.
    """
    begin_ns, end_ns = span
    within = [each for each in run.kernel.samples[number] if begin_ns <= each.at_ns < end_ns]
    kept = thinned(within, points)
    return SignalHistory(
        instrument=run.instruments[number].name,
        instants=[each.at_ns for each in kept],
        scores=[known(each.combined) for each in kept],
        exposures=[known(each.exposure) for each in kept],
        alphas=[
            AlphaSeries(
                alpha=name,
                scores=[known(each.scores[2 * place]) for each in kept],
                confidences=[known(each.scores[2 * place + 1]) for each in kept],
            )
            for place, name in enumerate(names_of(run))
        ],
        decisions=sum(not each.is_hole for each in within),
    )


def thinned(samples: Sequence[ScoreSample], points: int) -> list[ScoreSample]:
    """Return at most ``points`` samples, evenly chosen, the first and the last among them.

    Holes stay beside them: a line must not be drawn over one.
    """
    if len(samples) <= points:
        return list(samples)
    places = np.linspace(0, len(samples) - 1, max(points, 2)).round().astype(int)
    holes = [place for place, each in enumerate(samples) if each.is_hole]
    return [samples[place] for place in sorted({*places.tolist(), *holes})]


def _cells(scores: Sequence[AlphaScore]) -> list[AlphaCell]:
    ensemble = Ensemble.of(scores)
    return [
        AlphaCell(
            alpha=each.alpha,
            score=each.score,
            confidence=each.confidence,
            weight=each.weight,
            contribution=ensemble.contribution(each),
            is_filter=each.is_filter,
            is_on=each.is_on,
        )
        for each in scores
    ]


def _held(run: FollowedRun, market: Record) -> float | None:
    equity = float(run.kernel.machine.decider.account[0]["equity"])
    if equity <= 0.0:
        return None
    value = float(market["position_lots"] * market["mark_ticks"] * market["lot_value"])
    return value / equity


def _blocks(run: FollowedRun, number: int) -> list[str]:
    """Return what stands against opening a position, in words."""
    decider = run.kernel.machine.decider
    account, market = decider.account[0], decider.markets[number]
    strategy = decider.strategy[0]
    found = []
    if account["killed"]:
        found.append("the emergency stop is on")
    if account["paused"]:
        found.append("new positions are paused")
    if account["warming"]:
        found.append("no decisions are made: history is taken in, or the session ended")
    if account["halted"] or market["tripped"] >= int(Action.CLOSE_ONLY):
        found.append("a circuit breaker is open")
    health = MarketHealth(int(market["health"]))
    if market["unhealthy"] and health is MarketHealth.HEALTHY:
        health = MarketHealth.GAP
    if health is not MarketHealth.HEALTHY:
        found.append(f"its data are not healthy: {health_word(health)}")
    left_ns = int(market["exited_ns"]) + int(strategy["cooldown_ns"]) - run.now_ns
    if market["exited_ns"] and not market["direction"] and left_ns > 0:
        found.append(f"a position was left: {left_ns / _NS_PER_S:.0f} s of cool-down remain")
    return found


def _words(direction: Direction, changes: Sequence[Change], blocks: Sequence[str]) -> str:
    text = f"{direction}: {changes[0].words}" if changes else str(direction)
    return f"{text}; and {', and '.join(blocks)}" if blocks else text
