"""Laws of decisions that wait for the end of an order, whenever and however that is told.

1. Of an instrument no second order goes out while one may live at the venue.
2. A decision leads to one order at most, which lives until the next decision.
3. What a decision wanted that found only an order at its end is ordered with that end, unless the
   next decision, an emergency stop or a correction of the books came before it.
4. While paused an order only brings the position nearer to zero; after an emergency stop none goes.
"""

from collections import Counter
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernel.decider.hostile_venue import HostileVenue
from tests.kernel.decider.signals import deciding
from tests.kernel.scenario import HOUR
from traider.domain.events import EventArray, Kind, OrderFlag
from traider.kernel.codes import Reject, Style

pytestmark = pytest.mark.uncounted

SCORES: Final = (1.0, -1.0, 0.5, 0.0)
LOTS: Final = 50
"""Half of equity: the price never changes and nothing is paid for trading."""
DECIDE: Final = 0
LATER: Final = 1
EXPIRE: Final = 2
CANCEL: Final = 3
FILL: Final = 4
DELIVER: Final = 5
STOP: Final = 6
moves = st.lists(
    st.tuples(st.sampled_from([0, 0, 1, 2, 2, 3, 4, 5, 5, 5, 6]), st.integers(0, 99)), max_size=60
)


class Desk:
    """A venue, and what the laws are held against."""

    def __init__(self) -> None:
        self.venue = HostileVenue(deciding(style=Style.LIMIT, cash=100_000))
        self.venue.price = 1_000
        self.target = 0
        self.decided: Counter[int] = Counter()

    @property
    def is_late(self) -> bool:
        return bool(self.venue.machine.decider.markets[0]["late"])

    def move(self, kind: int, number: int) -> None:
        """Do what the numbers say, where it can be done."""
        venue = self.venue
        order = next(iter(venue.orders.values()), None)
        if kind == DECIDE:
            score = SCORES[number % len(SCORES)]
            venue.now = (venue.now // HOUR + 1) * HOUR - 10**9
            wanted = venue.decide(score)
            self.target = LOTS * ((score > 0.0) - (score < 0.0))
            self.check(wanted)
        elif kind == LATER:
            venue.tick(number)
        elif kind == STOP:
            venue.command([Kind.PAUSE, Kind.REARM, Kind.REARM, Kind.KILL][number % 4])
        elif kind == DELIVER and venue.answers:
            self.deliver()
        elif order is not None and not order.arrived:
            venue.arrive()
        elif order is not None and kind == EXPIRE:
            venue.end(order, Kind.EXPIRED, 0)
        elif order is not None and kind == CANCEL:
            venue.end(order, Kind.CANCELLED, Reject.BY_REQUEST)
        elif order is not None and kind == FILL:
            venue.fill(order, number % LOTS + 1, 1_000)

    def deliver(self) -> None:
        """Hear the next answer."""
        account, was_late = self.venue.machine.decider.account[0], self.is_late
        market = self.venue.machine.decider.markets[0]
        is_current = self.venue.now < market["decided_ns"] + HOUR
        wanted = self.venue.deliver()
        self.check(wanted)
        if was_late and not self.is_late and is_current and not account["paused"]:
            ordered = sum(int(each["side"][0] * each["size"][0]) for each in wanted)
            assert self.venue.held + ordered == self.target
        if not was_late:
            assert wanted == []

    def check(self, wanted: list[EventArray]) -> None:
        """Hold what is wanted against the laws."""
        decider = self.venue.machine.decider
        account, market = decider.account[0], decider.markets[0]
        orders = [each for each in wanted if not int(each["flags"][0]) & OrderFlag.CANCEL]
        assert len(self.venue.orders) <= 1
        for order in orders:
            decided = int(market["decided_ns"])
            self.decided[decided] += 1
            assert int(order["expire"][0]) == decided + HOUR > self.venue.now
            assert account["killed"] == 0
            if account["paused"]:
                assert order["side"][0] * self.venue.held < 0


@given(moves)
@settings(max_examples=70)
def test_a_decision_is_made_good_once_or_out_of_date(drawn: list[tuple[int, int]]) -> None:
    desk = Desk()
    for kind, number in drawn:
        desk.move(kind, number)
        assert max(desk.decided.values(), default=1) == 1
