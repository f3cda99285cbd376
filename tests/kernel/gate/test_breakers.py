"""Laws of the circuit breakers in the gate, by hand-made events.

1. A breaker trips at the event that puts what it watches beyond its bound, not before.
2. What opens is refused by a verdict of its own, with the number that tripped it and the bound.
3. What only reduces passes, whatever is open; so does a cancel.
4. A cool-down closes a breaker by itself; without one a person does, and one of many if asked.
5. With ``reduce`` a share of the caps on exposure is left.
6. While history is told nothing is judged.
"""

from collections.abc import Callable
from typing import Final

import pytest

from tests.kernel.breaker_desk import (
    CLOSE_ONLY,
    DAY,
    MINUTE,
    SECOND,
    is_open,
    later,
    one,
    refusal,
    spec,
)
from tests.kernel.gate_desk import APPROVED, Desk, desk
from tests.kernel.scenario import PERPETUAL, SPOT
from traider.domain.errors import UsageError
from traider.domain.events import Kind, OrderFlag
from traider.kernel.breaker_records import FIRST_VERDICT, Action, Breaker, BreakerSpec
from traider.kernel.codes import Limit, Reject, Verdict

MONEY: Final = 100_000_000


# ------------------------------------------------------------------------------------------ losses


@pytest.mark.parametrize(
    "breaker",
    [
        Breaker.DAILY_LOSS,
        Breaker.DRAWDOWN_REDUCE,
        Breaker.DRAWDOWN_CLOSE,
        Breaker.DRAWDOWN_HALT,
    ],
)
def test_laws_1_and_2_a_loss_trips_at_its_bound(breaker: Breaker) -> None:
    traders = one(breaker, 0.05)
    traders.fill(1, 10)
    traders.mark(51)
    traders.now += SECOND
    traders.mark(51)
    assert traders.ask() == APPROVED
    traders.now += SECOND
    traders.mark(50)
    code, number, limit = traders.ask()
    assert (code, limit) == (Verdict(FIRST_VERDICT + breaker), 0.05)
    assert number == pytest.approx(0.05)


def test_law_1_losses_are_looked_at_once_a_second_and_at_each_timer() -> None:
    traders = one(Breaker.DAILY_LOSS, 0.05)
    traders.fill(1, 10)
    traders.mark(50)
    assert traders.ask() == APPROVED
    traders.see(Kind.TIMER)
    assert refusal(traders) is Breaker.DAILY_LOSS


def test_a_new_day_begins_the_loss_of_a_day_anew_and_leaves_the_fall_from_the_peak() -> None:
    both = (spec(Breaker.DAILY_LOSS, 0.05), spec(Breaker.DRAWDOWN_CLOSE, 0.085))
    traders = desk(PERPETUAL, cash=10_000, breakers=both)
    traders.see(Kind.TIMER)
    traders.fill(1, 10)
    traders.mark(55)
    later(traders, DAY)
    traders.mark(10)
    traders.see(Kind.TIMER)
    assert not is_open(traders, Breaker.DAILY_LOSS)
    assert is_open(traders, Breaker.DRAWDOWN_CLOSE)


def test_money_that_comes_and_goes_is_no_loss_but_funding_is() -> None:
    traders = one(Breaker.DRAWDOWN_CLOSE, 0.05)
    traders.see(Kind.TRANSFER, w1=-5_000 * MONEY, w3=5)
    traders.see(Kind.TIMER)
    assert traders.ask() == APPROVED
    traders.see(Kind.TRANSFER, w1=-250 * MONEY, w3=3)
    traders.see(Kind.TIMER)
    assert refusal(traders) is Breaker.DRAWDOWN_CLOSE


def trips(traders: Desk, *results: int) -> None:
    """Make round trips of one lot that gain or lose so much."""
    for result in results:
        traders.fill(1, 1, 100)
        traders.fill(-1, 1, 100 + result)


def test_laws_1_and_2_losses_in_a_row() -> None:
    traders = one(Breaker.LOSING_STREAK, 3.0)
    trips(traders, -1, -1, 5, -1, -1, 0)
    assert traders.ask() == APPROVED
    trips(traders, -1)
    assert traders.ask() == (Verdict.BREAKER_LOSING_STREAK, 3.0, 3.0)


def test_a_fee_makes_a_loss_of_an_even_trip() -> None:
    traders = one(Breaker.LOSING_STREAK, 1.0)
    traders.fill(1, 1, 100, fee=1)
    traders.fill(-1, 1, 100)
    assert refusal(traders) is Breaker.LOSING_STREAK


def test_fills_in_parts_and_through_zero_are_trips() -> None:
    traders = one(Breaker.LOSING_STREAK, 2.0)
    traders.fill(1, 4, 100)
    traders.fill(-1, 3, 99)
    traders.fill(-1, 3, 98)  # ends the long trip at a loss, and begins a short one of two
    assert traders.gate.breakers.state[0]["losses"] == 1
    assert traders.gate.breakers.markets[0]["trip_units"] == 2 * 98 * MONEY
    traders.fill(1, 2, 99)
    assert traders.ask()[0] == Verdict.BREAKER_LOSING_STREAK


def test_what_the_venue_adds_is_no_profit() -> None:
    traders = one(Breaker.LOSING_STREAK, 1.0)
    traders.see(Kind.RECONCILE_ADJUSTMENT, w0=1, w1=2, w4=100)
    traders.fill(-1, 2, 99)
    assert refusal(traders) is Breaker.LOSING_STREAK
    traders = one(Breaker.LOSING_STREAK, 1.0)
    traders.fill(1, 2, 100)
    traders.see(Kind.RECONCILE_ADJUSTMENT, w0=1, w1=-2)
    assert traders.gate.breakers.markets[0]["trip_units"] == 0


# ---------------------------------------------------------------------------------- what is counted


def test_law_1_a_mean_confidence_below_its_floor() -> None:
    traders = one(Breaker.CONFIDENCE, 0.3, count=3)
    for confidence in (0.2, 0.3, 0.4):
        traders.see(Kind.DECISION_CONFIDENCE, f0=confidence, w1=2)
    assert traders.ask() == APPROVED
    traders.see(Kind.DECISION_CONFIDENCE, f0=0.1, w1=2)
    code, number, limit = traders.ask()
    assert (code, limit) == (Verdict.BREAKER_CONFIDENCE, 0.3)
    assert number == pytest.approx(0.8 / 3)


def test_law_1_a_venue_that_refuses_more_than_a_share() -> None:
    traders = one(Breaker.REJECT_RATE, 0.5, count=4)
    for kind in (Kind.ACK, Kind.REJECTED, Kind.REJECTED, Kind.ACK):
        traders.see(kind, order_id=7)
    for code in (Reject.WOULD_TAKE, Reject.UNKNOWN_ORDER):
        traders.see(Kind.REJECTED, order_id=7, code=code)
    assert traders.ask() == APPROVED
    traders.see(Kind.REJECTED, order_id=7)
    assert traders.ask() == (Verdict.BREAKER_REJECT_RATE, 0.75, 0.5)


@pytest.mark.parametrize(("way", "refuses"), [(1, False), (2, True), (3, False), (4, True)])
def test_law_1_orders_that_take_long(way: int, refuses: bool) -> None:
    traders = one(Breaker.LATENCY, 0.5)
    traders.see(Kind.LATENCY_ESTIMATE, w1=SECOND // 2, w3=way)
    assert traders.ask() == APPROVED
    traders.see(Kind.LATENCY_ESTIMATE, w1=SECOND, w3=way)
    assert (refusal(traders) is Breaker.LATENCY) is refuses


def test_law_1_books_that_differ() -> None:
    traders = one(Breaker.RECONCILE, 0.01)
    traders.see(Kind.RECONCILE_ADJUSTMENT, w0=2, w2=-99 * MONEY)
    traders.see(Kind.RECONCILE_ADJUSTMENT, w0=3, order_id=5)
    assert traders.ask() == APPROVED
    traders.see(Kind.RECONCILE_ADJUSTMENT, w0=1, w1=2, w4=100)
    assert refusal(traders) is Breaker.RECONCILE


# ---------------------------------------------------------------------------------- law 3, and more


def tripped(action: Action, **more: float) -> Desk:
    """Return a desk that is long ten lots, with a breaker open."""
    traders = one(Breaker.LATENCY, 0.5, action, **more)
    traders.fill(1, 10)
    traders.see(Kind.LATENCY_ESTIMATE, w1=SECOND, w3=4)
    return traders


@pytest.mark.parametrize("action", list(Action)[1:])
def test_law_3_what_reduces_passes_whatever_is_open(action: Action) -> None:
    traders = tripped(action)
    assert traders.ask(side=-1, size=10) == APPROVED
    assert traders.ask(side=-1, size=3, flags=1 | OrderFlag.REDUCE_ONLY) == APPROVED
    assert traders.ask(flags=1 | OrderFlag.CANCEL, size=0, side=0) == APPROVED
    assert (traders.ask()[0] == Verdict.BREAKER_LATENCY) is (action >= CLOSE_ONLY)


def test_law_5_a_share_of_the_caps_is_left() -> None:
    caps = {Limit.MAX_EXPOSURE: 1.0, Limit.MAX_GROSS_EXPOSURE: 1.5}
    low = spec(Breaker.LATENCY, 0.5, Action.REDUCE, share=0.4)
    traders = desk(PERPETUAL, PERPETUAL, cash=1_000, limits=caps, breakers=(low,))
    assert traders.ask(size=10) == APPROVED
    traders.see(Kind.LATENCY_ESTIMATE, w1=SECOND, w3=4)
    assert traders.ask(size=4) == APPROVED
    assert traders.ask(size=5) == (Verdict.BREAKER_LATENCY, 0.5, 0.4)
    assert traders.ask(size=5, side=-1) == (Verdict.BREAKER_LATENCY, 0.5, 0.4)
    traders.accept(size=2, order_id=512)
    assert traders.ask(size=3) == (Verdict.BREAKER_LATENCY, 0.5, 0.4)
    traders.fill(1, 4, instrument=1)
    code, number, limit = traders.ask(size=3, side=-1)
    assert (code, number) == (Verdict.BREAKER_LATENCY, 0.7)
    assert limit == pytest.approx(0.6)
    traders.see(Kind.TRANSFER, w1=-2_000 * MONEY, w3=3)
    assert traders.ask(size=1, side=-1)[0] == Verdict.BREAKER_LATENCY


def test_the_lowest_share_and_the_gravest_action_rule() -> None:
    specs = (
        spec(Breaker.LATENCY, 0.5, Action.REDUCE, share=0.5),
        spec(Breaker.RECONCILE, 0.0, Action.REDUCE, share=0.2),
        spec(Breaker.SPREAD, 0.02),
    )
    traders = desk(PERPETUAL, SPOT, limits={Limit.MAX_EXPOSURE: 1.0}, breakers=specs)
    traders.see(Kind.LATENCY_ESTIMATE, w1=SECOND, w3=4)
    traders.see(Kind.RECONCILE_ADJUSTMENT, w0=2, w2=MONEY)
    state = traders.gate.breakers.state[0]
    assert (state["level"], state["share"], state["pending"]) == (Action.REDUCE, 0.2, 2)
    assert traders.ask(size=3)[0] == Verdict.BREAKER_RECONCILE
    traders.see(Kind.QUOTE, w0=90, w2=110)
    assert traders.ask(size=1)[0] == Verdict.BREAKER_SPREAD
    assert traders.ask(size=1, instrument=1) == APPROVED


# ------------------------------------------------------------------------------------------- law 4


def test_law_4_a_cool_down_counts_from_when_it_was_beyond_last() -> None:
    traders = one(Breaker.SPREAD, 0.02, cooldown_ns=MINUTE)
    traders.see(Kind.QUOTE, w0=90, w2=110)
    later(traders, MINUTE - SECOND)
    traders.see(Kind.QUOTE, w0=90, w2=110)
    later(traders, MINUTE - SECOND)
    assert is_open(traders, Breaker.SPREAD)
    later(traders, SECOND)
    assert not is_open(traders, Breaker.SPREAD)
    assert traders.ask() == APPROVED


def test_law_4_a_loss_is_measured_anew_once_its_cool_down_is_over() -> None:
    traders = one(Breaker.DRAWDOWN_CLOSE, 0.05, cooldown_ns=MINUTE)
    traders.fill(1, 10)
    traders.mark(50)
    traders.see(Kind.TIMER)
    later(traders, MINUTE)
    assert not is_open(traders, Breaker.DRAWDOWN_CLOSE)
    traders.mark(10)
    traders.see(Kind.TIMER)
    assert not is_open(traders, Breaker.DRAWDOWN_CLOSE)  # 400 of 9,500
    traders.mark(1)
    traders.see(Kind.TIMER)
    assert is_open(traders, Breaker.DRAWDOWN_CLOSE)


MEASURED: Final[dict[Breaker, Callable[[Desk], None]]] = {
    Breaker.LOSING_STREAK: lambda traders: trips(traders, -1),
    Breaker.CONFIDENCE: lambda traders: traders.see(Kind.DECISION_CONFIDENCE, f0=0.1, w1=1),
    Breaker.REJECT_RATE: lambda traders: traders.see(Kind.REJECTED, order_id=7),
}


@pytest.mark.parametrize("breaker", MEASURED)
def test_law_4_what_is_counted_is_counted_anew(breaker: Breaker) -> None:
    bound = 2.0 if breaker is Breaker.LOSING_STREAK else 0.5
    traders = one(breaker, bound, count=2, cooldown_ns=MINUTE)
    MEASURED[breaker](traders)
    MEASURED[breaker](traders)
    assert is_open(traders, breaker)
    later(traders, MINUTE // 2)
    MEASURED[breaker](traders)  # does not put it off
    later(traders, MINUTE // 2)
    assert not is_open(traders, breaker)
    MEASURED[breaker](traders)
    assert not is_open(traders, breaker)
    MEASURED[breaker](traders)
    assert is_open(traders, breaker)


def test_law_4_without_a_cool_down_a_person_closes_it() -> None:
    traders = one(Breaker.PRICE_JUMP, 0.1, window_ns=16 * SECOND)
    traders.mark(100)
    traders.mark(120)
    later(traders, DAY)
    assert is_open(traders, Breaker.PRICE_JUMP)
    traders.see(Kind.REARM)
    assert not is_open(traders, Breaker.PRICE_JUMP)
    traders.mark(125)
    assert traders.ask() == APPROVED


def test_law_4_one_of_many_is_re_armed_and_what_else_stands_stays() -> None:
    specs = (spec(Breaker.LATENCY, 0.5), spec(Breaker.RECONCILE, 0.0))
    traders = desk(PERPETUAL, breakers=specs)
    traders.see(Kind.LATENCY_ESTIMATE, w1=SECOND, w3=4)
    traders.see(Kind.RECONCILE_ADJUSTMENT, w0=2, w2=MONEY)
    traders.see(Kind.PAUSE)
    traders.see(Kind.BREAKER_REARM, code=Breaker.LATENCY)
    assert not is_open(traders, Breaker.LATENCY)
    assert is_open(traders, Breaker.RECONCILE)
    assert traders.ask()[0] == Verdict.PAUSED
    traders.see(Kind.REARM)
    assert traders.ask() == APPROVED


# -------------------------------------------------------------------------------------------- rest


def test_law_6_history_is_learned_from_and_not_judged() -> None:
    traders = one(Breaker.PRICE_JUMP, 0.1, window_ns=16 * SECOND)
    traders.see(Kind.WARMUP_BEGIN)
    traders.mark(100)
    traders.mark(200)
    traders.see(Kind.TIMER)
    traders.see(Kind.WARMUP_END)
    traders.mark(100)
    assert traders.ask() == APPROVED
    assert traders.gate.breakers.state[0]["pending"] == 0


def test_what_was_told_needs_no_telling() -> None:
    traders = tripped(CLOSE_ONLY)
    assert traders.gate.breakers.state[0]["pending"] == 1
    traders.see(Kind.BREAKER, code=Breaker.RECONCILE, flags=0x100)
    traders.see(Kind.BREAKER, code=Breaker.LATENCY, flags=0)
    assert traders.gate.breakers.state[0]["pending"] == 1
    traders.see(Kind.BREAKER, code=Breaker.LATENCY, flags=0x100)
    assert traders.gate.breakers.state[0]["pending"] == 0


def test_without_breakers_nothing_is_watched() -> None:
    traders = desk(PERPETUAL)
    traders.see(Kind.LATENCY_ESTIMATE, w1=SECOND, w3=4)
    traders.see(Kind.TIMER)
    assert not traders.gate.breakers.state[0]["look_ns"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"breaker": Breaker.PRICE_JUMP, "window_ns": 1},
        {"breaker": Breaker.REJECT_RATE, "count": 0},
        {"breaker": Breaker.REJECT_RATE, "count": 257},
    ],
)
def test_what_cannot_be_watched_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="over"):
        BreakerSpec(action=CLOSE_ONLY, bound=0.1, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("breaker", Breaker)
def test_each_breaker_has_its_verdict(breaker: Breaker) -> None:
    assert Verdict[f"BREAKER_{breaker.name}"] == FIRST_VERDICT + breaker
