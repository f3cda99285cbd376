"""What would have to change for the strategy to trade: thresholds, and what each alpha alone needs.

The ensemble's score is sum(weight * confidence * score) / sum(weight) over the alphas that vote,
times the confidence of each filter (``kernel.decider.ensemble``). Here it is solved for one alpha.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from traider.api.following import AlphaScore
from traider.api.following.followed import known
from traider.api.shapes.signals import AlphaNeed, Change

Action = Literal["open long", "open short", "close"]

_SHOWN: Final = 2


@dataclass(frozen=True)
class Ensemble:
    """The parts of a score."""

    votes: float
    """Sum of weight * confidence * score."""
    weights: float
    passed: float
    """Product of the filters' confidences."""

    @classmethod
    def of(cls, scores: Sequence[AlphaScore]) -> "Ensemble":
        """Return the parts that alphas make together."""
        votes = weights = 0.0
        passed = 1.0
        for each in scores:
            if each.is_filter:
                passed *= each.confidence or 0.0
            elif each.is_on:
                weights += each.weight
                votes += _vote(each)
        return cls(votes, weights, passed)

    def contribution(self, alpha: AlphaScore) -> float | None:
        """Return the part of the score that an alpha brings; None of a filter."""
        if alpha.is_filter:
            return None
        if not alpha.is_on or self.weights <= 0.0:
            return 0.0
        return _vote(alpha) / self.weights * self.passed


@dataclass(frozen=True)
class Rules:
    """The thresholds, and whether shorts are opened."""

    enter: float
    exit: float
    allows_short: bool


def changes_of(
    scores: Sequence[AlphaScore], score: float | None, direction: int, rules: Rules
) -> list[Change]:
    """Return what could come next in a direction, the nearest first."""
    wanted: list[tuple[Action, float]]
    if direction > 0:
        wanted = [("close", rules.exit)]
    elif direction < 0:
        wanted = [("close", -rules.exit)]
    else:
        wanted = [("open long", rules.enter)]
        wanted += [("open short", -rules.enter)] if rules.allows_short else []
    ensemble = Ensemble.of(scores)
    found = [_change(action, at, score, scores, ensemble) for action, at in wanted]
    return sorted(found, key=lambda change: abs(change.distance or 0.0))


def _change(
    action: Action,
    threshold: float,
    score: float | None,
    scores: Sequence[AlphaScore],
    ensemble: Ensemble,
) -> Change:
    needs = [_need(each, threshold, ensemble) for each in scores if each.is_on or each.is_filter]
    distance = None if score is None else threshold - score
    return Change(
        action=action,
        threshold=threshold,
        distance=distance,
        alphas=needs,
        words=_words(action, threshold, score, needs),
    )


def _need(alpha: AlphaScore, threshold: float, ensemble: Ensemble) -> AlphaNeed:
    """Return what one alpha would have to say for the score to be at a threshold."""
    if alpha.is_filter:
        now, low = alpha.confidence, 0.0
        passed = _without(ensemble.passed, alpha.confidence)
        factor = ensemble.votes * passed / ensemble.weights if ensemble.weights > 0.0 else 0.0
        needed = known(threshold / factor) if factor else None
    else:
        now, low = alpha.score, -1.0
        lever = alpha.weight * (alpha.confidence or 0.0)
        is_possible = lever > 0.0 and ensemble.passed > 0.0
        total = threshold * ensemble.weights / ensemble.passed if is_possible else 0.0
        others = ensemble.votes - _vote(alpha)
        needed = known((total - others) / lever) if is_possible else None
    is_enough = needed is not None and low <= needed <= 1.0
    return AlphaNeed(alpha=alpha.alpha, now=now, needed=needed, is_enough=is_enough)


def _without(passed: float, confidence: float | None) -> float:
    """Return what the other filters let pass; 0 where this one lets nothing, and hides them."""
    return passed / confidence if confidence else 0.0


def _vote(alpha: AlphaScore) -> float:
    return alpha.weight * (alpha.confidence or 0.0) * (alpha.score or 0.0)


def _words(
    action: Action, threshold: float, score: float | None, needs: Sequence[AlphaNeed]
) -> str:
    if score is None:
        return f"there is no score yet; {_phrase(action)} at {threshold:+.2f}"
    distance = threshold - score
    way = "rise" if distance > 0 else "fall"
    text = f"the score {score:+.2f} has to {way} by {abs(distance):.2f} to {threshold:+.2f} to "
    text += _phrase(action)
    able = [each for each in needs if each.is_enough and each.needed is not None]
    if able:
        said = [
            f"{each.alpha} alone at {each.needed:+.2f} (now {each.now or 0.0:+.2f})"
            for each in able[:_SHOWN]
        ]
        return f"{text}: {' or '.join(said)} would do it"
    return f"{text}: no alpha alone can do it" if needs else text


def _phrase(action: Action) -> str:
    return {"open long": "buy", "open short": "sell short", "close": "close the position"}[action]
