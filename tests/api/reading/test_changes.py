"""What one alpha alone would have to say, put in its place, brings the score to the threshold.

Law: with the needed value in the place of an alpha's, the ensemble's own formula gives the
threshold.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traider.api.following import AlphaScore
from traider.api.reading.changes import Ensemble, Rules, changes_of

RULES = Rules(enter=0.3, exit=0.1, allows_short=True)
shares = st.floats(0.0, 1.0)
SCORES = st.lists(
    st.builds(
        AlphaScore,
        alpha=st.just(""),
        score=st.floats(-1.0, 1.0),
        confidence=shares,
        weight=st.floats(0.1, 10.0),
        is_filter=st.booleans(),
        is_on=st.booleans(),
    ),
    min_size=1,
    max_size=5,
).map(lambda rows: [replace(row, alpha=f"alpha-{place}") for place, row in enumerate(rows)])


def score_of(scores: list[AlphaScore]) -> float:
    parts = Ensemble.of(scores)
    return parts.votes / parts.weights * parts.passed if parts.weights else 0.0


@given(SCORES, st.sampled_from([-1, 0, 1]))
def test_what_is_needed_is_enough(scores: list[AlphaScore], direction: int) -> None:
    score = score_of(scores)
    for change in changes_of(scores, score, direction, RULES):
        assert change.distance == pytest.approx(change.threshold - score)
        for need in change.alphas:
            if need.needed is None or not need.is_enough:
                continue
            place = next(at for at, each in enumerate(scores) if each.alpha == need.alpha)
            changed = [*scores]
            if scores[place].is_filter:
                changed[place] = replace(changed[place], confidence=need.needed)
            else:
                changed[place] = replace(changed[place], score=need.needed)
            assert score_of(changed) == pytest.approx(change.threshold, abs=1e-6)


@given(SCORES)
def test_contributions_add_up_to_the_score(scores: list[AlphaScore]) -> None:
    parts = Ensemble.of(scores)
    found = [parts.contribution(each) for each in scores]
    assert sum(part for part in found if part is not None) == pytest.approx(score_of(scores))
    assert [part is None for part in found] == [each.is_filter for each in scores]


def alpha(name: str, score: float, confidence: float = 1.0, weight: float = 1.0) -> AlphaScore:
    return AlphaScore(name, score, confidence, weight, is_filter=False, is_on=True)


def test_words_say_it_for_people() -> None:
    scores = [alpha("momentum", 0.1), alpha("flow", 0.1, confidence=0.0)]
    up, down = changes_of(scores, 0.05, 0, RULES)
    assert (up.action, down.action) == ("open long", "open short")
    assert up.words == (
        "the score +0.05 has to rise by 0.25 to +0.30 to buy: momentum alone at +0.60 (now +0.10) "
        "would do it"
    )
    assert [need.needed for need in up.alphas] == [pytest.approx(0.6), None]
    (leaving,) = changes_of(scores, 0.5, 1, RULES)
    assert (leaving.action, leaving.threshold) == ("close", 0.1)
    (covering,) = changes_of([alpha("momentum", -1.0, confidence=0.01)], -0.5, -1, RULES)
    assert covering.words == (
        "the score -0.50 has to rise by 0.40 to -0.10 to close the position: "
        "no alpha alone can do it"
    )
    assert "no score yet" in changes_of([], None, 0, RULES)[0].words
