"""Votes, weights, confidence, hysteresis, and alphas that misbehave."""

from dataclasses import replace

import pytest

from tests.kernel.decider.hostile_venue import SECOND, HostileVenue
from tests.kernel.decider.signals import (
    NEVER_WARM,
    deciding,
    doubtful,
    failing,
    says,
    scripted,
    undefined,
    unsure,
    voice,
)
from tests.kernel.scenario import HOUR, PERPETUAL, SPOT, START, bars, opening, play, record
from traider.domain.errors import StrategyError
from traider.domain.events import Kind
from traider.kernel.codes import Sizing
from traider.kernel.order_specification import PlanSpec
from traider.kernel.specification import KernelSpec

pytestmark = pytest.mark.interpreted


def directions(spec: KernelSpec, *scores: float) -> list[int]:
    """Return the sign of the position after each score, one bar later."""
    rows = [says(score) for score in scores]
    found = []
    for count in range(1, len(rows) + 1):
        journal = play(spec, bars(*rows[:count], says(scores[count - 1])), decides=True)
        held = journal.position()
        found.append((held > 0) - (held < 0))
    return found


def test_a_direction_is_taken_at_enter_and_kept_until_below_exit() -> None:
    spec = deciding(enter=0.3, exit=0.1)
    assert directions(spec, 0.299, 0.3, 0.2, 0.1, 0.099, 0.2) == [0, 1, 1, 1, 0, 0]
    assert directions(spec, -0.299, -0.3, -0.2, -0.1, -0.099) == [0, -1, -1, -1, 0]
    assert directions(spec, 0.5, -0.2, -0.5, 0.5) == [1, 0, -1, 1]


def test_shorts_need_leave_of_strategy_and_instrument() -> None:
    assert directions(deciding(allow_short=False), 0.5, -0.5) == [1, 0]
    assert directions(deciding(SPOT), 0.5, -0.5) == [1, 0]


def test_the_combined_score_weighs_by_weight_and_confidence() -> None:
    alphas = (voice(weight=3.0), voice(doubtful, weight=1.0, confidence=0.2))
    journal = play(deciding(alphas=alphas), bars(says(0.5), says(0.5)), decides=True)
    combined = (3.0 * 0.5 + 1.0 * 0.2 * 0.5) / 4.0
    assert journal.machine.decider.markets[0]["combined"] == combined
    assert journal.machine.decider.scores[0].tolist() == [0.5, 1.0, 0.5, 0.2]


def test_weights_and_thresholds_can_change_while_running() -> None:
    alphas = (voice(weight=1.0), voice(doubtful, weight=1.0, confidence=0.0))
    spec = deciding(alphas=alphas, enter=0.4, exit=0.1)
    feed = bars(says(0.5), says(0.5), says(0.5))
    assert play(spec, feed, decides=True).fills == []
    lower = record(Kind.THRESHOLDS_CHANGE, START + 2, w0=0, f1=0.2)
    assert len(play(spec, feed, lower, decides=True).fills) == 1
    lighter = record(Kind.WEIGHTS_CHANGE, START + 2, w0=1, f1=0.0)
    assert len(play(spec, feed, lighter, decides=True).fills) == 1
    for unknown in (-1, 2):
        change = record(Kind.WEIGHTS_CHANGE, START + 2, w0=unknown, f1=0.0)
        assert play(spec, feed, change, decides=True).fills == []
    plain = deciding(enter=0.3, exit=0.1)
    higher = record(Kind.THRESHOLDS_CHANGE, opening(1) + 2, w0=1, f1=0.25)
    feed = bars(says(0.5), says(0.2), says(0.2))
    assert len(play(plain, feed, decides=True).fills) == 1
    assert len(play(plain, feed, higher, decides=True).fills) == 2


def test_without_any_weight_nothing_is_wanted() -> None:
    spec = deciding(alphas=(voice(weight=0.0),))
    assert play(spec, bars(says(1.0), says(1.0)), decides=True).order_ids == []


@pytest.mark.parametrize("bad", [undefined, unsure])
def test_an_alpha_that_misbehaves_is_switched_off_and_noted(bad: object) -> None:
    spec = deciding(alphas=(voice(scripted), voice(bad)), enter=0.3)
    feed = bars(says(0.5), says(2.0), says(0.2), says(0.2), says(0.2))
    journal = play(spec, feed, decides=True)
    decider = journal.machine.decider
    # The scripted one answers 2.0 there, which is out of range too: the last one is noted.
    assert decider.alphas["enabled"].tolist() == [0, 0]
    assert decider.account[0]["alpha_fault"] == 2
    assert decider.account[0]["last_fault_ns"] == opening(2)
    assert journal.fills == [(1, 50, 100), (-1, 50, 100)]


def test_the_others_go_on_without_the_one_switched_off() -> None:
    spec = deciding(alphas=(voice(unsure), voice(scripted)), enter=0.3)
    rows = (says(0.9), (100, 1, 100, 100, 1_990), says(0.9))
    journal = play(spec, bars(*rows), decides=True)
    assert journal.machine.decider.alphas["enabled"].tolist() == [1, 1]
    odd = replace(spec, alphas=(replace(voice(unsure), inputs=(0,)), voice(scripted)))
    rising = (says(0.9, price=1_000), says(0.9, price=2_500), says(-0.9, price=2_500))
    journal = play(replace(odd, cash_units=10**14), bars(*rising, rising[-1]), decides=True)
    assert journal.machine.decider.alphas["enabled"].tolist() == [0, 1]
    assert journal.machine.decider.markets[0]["combined"] == pytest.approx(-0.9)
    assert journal.position() < 0


def test_an_alpha_whose_inputs_are_not_warm_is_not_asked() -> None:
    cold = replace(voice(failing), inputs=(NEVER_WARM,))
    journal = play(
        deciding(PERPETUAL, alphas=(cold, voice())), bars(says(0.9), says(0.9)), decides=True
    )
    assert journal.machine.decider.scores[0].tolist() == [0.0, 0.0, 0.9, 1.0]
    assert journal.machine.decider.alphas["enabled"].tolist() == [1, 1]


def test_an_alpha_that_raises_stops_the_run_with_one_line() -> None:
    spec = deciding(alphas=(voice(failing),), sizing=Sizing.FIXED)
    row = (100, 1, 100, 100, 2_001)
    with pytest.raises(
        StrategyError, match=r"failing.*an alpha raised ValueError: no opinion"
    ) as e:
        play(spec, bars(says(0.5), row), decides=True)
    assert "\n" not in e.value.line()


def test_a_filter_scales_what_the_others_say_and_has_no_vote() -> None:
    calm = replace(voice(doubtful), filters=True)
    spec = deciding(alphas=(voice(scripted), calm), enter=0.3, exit=0.1)
    journal = play(spec, bars(says(0.9), says(0.9)), decides=True)
    assert journal.machine.decider.markets[0]["combined"] == pytest.approx(0.45)
    assert len(journal.fills) == 1
    assert play(spec, bars(says(0.5), says(0.5)), decides=True).fills == []


def test_a_filter_that_is_not_warm_lets_nothing_through() -> None:
    cold = replace(voice(doubtful), filters=True, inputs=(NEVER_WARM,))
    spec = deciding(alphas=(voice(scripted), cold), enter=0.3, exit=0.1)
    assert play(spec, bars(says(1.0), says(1.0)), decides=True).order_ids == []


def test_after_leaving_a_position_none_is_taken_for_the_cool_down() -> None:
    rows = [says(0.9), says(0.0), says(0.9), says(0.9), says(0.9), says(0.9)]
    sides = [side for side, _, _ in play(deciding(), bars(*rows), decides=True).fills]
    assert sides == [1, -1, 1]
    spec = deciding(cooldown_ns=3 * HOUR)
    journal = play(spec, bars(*rows), decides=True)
    assert [side for side, _, _ in journal.fills] == [1, -1, 1]
    # Left at the close of the second bar; the close of the fifth is three hours later.
    assert journal.machine.decider.markets[0]["entered_ns"] == opening(5)
    longer = deciding(cooldown_ns=5 * HOUR)
    assert [side for side, _, _ in play(longer, bars(*rows), decides=True).fills] == [1, -1]


def test_the_cool_down_holds_after_the_exits_of_a_plan() -> None:
    plan = PlanSpec(stop=0.1, reenter=True)
    venue = HostileVenue(deciding(SPOT, plan=plan, cash=100_000, cooldown_ns=20 * SECOND))
    venue.decide(1.0)
    venue.settle()
    (stop,) = venue.orders.values()
    venue.fill(stop, 50)
    venue.settle()
    venue.tick(18)
    assert venue.decide(1.0) == []
    assert len(venue.decide(1.0)) == 1


def test_a_turn_waits_for_the_cool_down_as_an_entry_does() -> None:
    rows = [says(0.9), says(-0.9), says(-0.9), says(-0.9)]
    fills = play(deciding(cooldown_ns=2 * HOUR), bars(*rows), decides=True).fills
    assert [(side, size) for side, size, _ in fills] == [(1, 50), (-1, 50)]
