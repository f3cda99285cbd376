"""What is kept of a run: curve, fingerprint and counts, whatever the chunks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kernel.scenario import HOUR, START, record
from traider.backtest.collecting import CURVE_POINTS, CurveThinner, Fingerprint
from traider.domain.events import EventArray, Kind, empty_events, join_events
from traider.domain.timeframes import DAY_NS
from traider.kernel.codes import Verdict
from traider.kernel.machine import Drained
from traider.kernel.records import DECISION, NAV, Records

STEP = HOUR


def samples(navs: list[float]) -> Records:
    made = np.zeros(len(navs), NAV)
    made["ts"] = START + np.arange(1, len(navs) + 1) * STEP
    made["nav"] = navs
    made["gross"] = 0.5
    return made


def walk(count: int, seed: int = 3) -> Records:
    steps = np.random.default_rng(seed).normal(0.0, 0.01, count)
    return samples((1_000.0 * np.exp(np.cumsum(steps))).tolist())


def drained(events: EventArray | None = None, nav: Records | None = None) -> Drained:
    return Drained(
        events=empty_events(0) if events is None else events,
        nav=np.zeros(0, NAV) if nav is None else nav,
        decisions=np.zeros(0, DECISION),
        scores=np.zeros((0, 0)),
        features=np.zeros((0, 0)),
    )


@pytest.mark.parametrize("count", [1, 100, 2 * CURVE_POINTS, 2 * CURVE_POINTS + 1, 100_003])
@pytest.mark.parametrize("cut", [1_000_000, 4_097, 777])
def test_the_curve_is_short_and_keeps_the_worst_fall(count: int, cut: int) -> None:
    whole = walk(count)
    thinner = CurveThinner()
    for start in range(0, count, cut):
        thinner.add(whole[start : start + cut])
    curve = thinner.curve()
    nav = whole["nav"]
    falls = nav / np.maximum.accumulate(nav) - 1.0
    assert len(curve.ts_ns) <= 2 * CURVE_POINTS + 1
    assert thinner.worst == falls.min() == curve.drawdown.min()
    assert curve.nav[-1] == nav[-1]
    assert curve.ts_ns[-1] == whole["ts"][-1]
    assert (np.diff(curve.ts_ns) > 0).all()
    assert np.isin(curve.ts_ns, whole["ts"]).all()
    assert thinner.count == count
    assert thinner.total == pytest.approx(nav.sum())


@given(st.lists(st.integers(1, 900), max_size=30))
def test_the_curve_does_not_depend_on_the_chunks(cuts: list[int]) -> None:
    whole = walk(20_000)
    once, often = CurveThinner(), CurveThinner()
    once.add(whole)
    place = 0
    for cut in cuts:
        often.add(whole[place : place + cut])
        place += cut
    often.add(whole[place:])
    for name in ("ts_ns", "nav", "drawdown", "gross", "net"):
        assert np.array_equal(getattr(once.curve(), name), getattr(often.curve(), name))
    assert once.daily()[1].tolist() == often.daily()[1].tolist()


def test_the_close_of_a_day_is_its_last_sample_midnight_included() -> None:
    thinner = CurveThinner()
    navs = [float(n) for n in range(1, 60)]
    for part in np.array_split(samples(navs), 7):
        thinner.add(part)
    days, closes = thinner.daily()
    assert days.tolist() == [START, START + DAY_NS, START + 2 * DAY_NS]
    # Hourly closes: the 24th sample stands at midnight and ends the first day.
    assert closes.tolist() == [24.0, 48.0, 59.0]


def test_an_empty_run_has_an_empty_curve() -> None:
    thinner = CurveThinner()
    thinner.add(np.zeros(0, NAV))
    assert len(thinner.curve().ts_ns) == 0
    assert len(thinner.daily()[0]) == 0


def test_equity_lost_whole_is_a_fall_of_everything() -> None:
    thinner = CurveThinner()
    thinner.add(samples([100.0, 0.0, -50.0]))
    assert thinner.worst == -1.5
    ruined = CurveThinner()
    ruined.add(samples([0.0, 0.0]))
    assert ruined.worst == 0.0


def order_events() -> EventArray:
    parts = []
    for number in range(40):
        order_id = (1 << 52) | (number << 8)
        now = START + number
        parts += [
            record(Kind.ORDER_INTENT, now, order_id=order_id, side=1, size=number + 1),
            record(Kind.VERDICT, now, order_id=order_id, code=Verdict.PAUSED * (number % 5 == 0)),
            record(Kind.FILL, now, order_id=order_id, size=1, price=number, leaves=number % 2),
        ]
    return join_events(parts)


@given(st.lists(st.integers(0, 15), max_size=12))
def test_the_fingerprint_does_not_depend_on_the_chunks(cuts: list[int]) -> None:
    events, nav = order_events(), walk(120)
    once, often = Fingerprint(), Fingerprint()
    once.add(drained(events, nav))
    place = 0
    for cut in [*cuts, 120]:
        often.add(drained(events[place : place + cut], nav[place : place + cut]))
        place += cut
    assert once.hexdigest() == often.hexdigest()
    assert len(once.hexdigest()) == 32


@pytest.mark.parametrize("field", ["side", "size", "price"])
def test_the_fingerprint_sees_every_decision_and_fill(field: str) -> None:
    before, after = Fingerprint(), Fingerprint()
    before.add(drained(order_events(), walk(5)))
    events = order_events()
    events[field][117] += 1
    after.add(drained(events, walk(5)))
    assert before.hexdigest() != after.hexdigest()


def test_the_fingerprint_sees_equity_to_the_cent() -> None:
    prints = []
    for nav in (100.0, 100.004, 100.006):
        made = Fingerprint()
        made.add(drained(nav=samples([nav])))
        prints.append(made.hexdigest())
    assert prints[0] == prints[1] != prints[2]
