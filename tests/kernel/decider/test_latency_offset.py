"""Limit prices stand further away by what the market moves while an order is on its way."""

from dataclasses import replace
from typing import Any

import pytest

from tests.kernel.decider.hostile_venue import HostileVenue
from tests.kernel.decider.signals import NEVER_WARM, deciding, says
from tests.kernel.decider.test_working import BASE, shape
from tests.kernel.scenario import PERPETUAL, START, bars, play, record
from traider.domain.events import EventArray, Kind
from traider.domain.orders import OrderType
from traider.kernel.codes import Style
from traider.kernel.machine import Machine
from traider.kernel.specification import VenueSpec

pytestmark = pytest.mark.interpreted

YEAR = 365 * 86_400 * 10**9
SIGNAL_TO_ORDER = 4


def measured(share_of_year: float, way: int = SIGNAL_TO_ORDER) -> EventArray:
    return record(
        Kind.LATENCY_ESTIMATE, START + 2, w0=1, w1=round(share_of_year * YEAR), w2=9, w3=way
    )


def price(*events: EventArray, score: float = 1.0, volatility: int = 1, **terms: Any) -> int:
    """Return the price of a limit decided at 1,000."""
    spec = deciding(style=Style.LIMIT, cash=100_000, **terms)
    journal = play(spec, bars(says(score, 1_000, volatility)), *events, decides=True)
    return int(journal.of(Kind.ORDER_INTENT)[0]["price"])


def test_it_is_off_unless_asked_for() -> None:
    assert price(measured(0.01), limit_offset=0.002) == 998


def test_a_limit_stands_away_by_volatility_times_the_root_of_the_latency() -> None:
    # A hundredth of a year: a tenth of the volatility of a year.
    assert price(measured(0.01), latency_moves=1.0) == 900
    assert price(measured(0.01), latency_moves=0.5, limit_offset=0.002) == 948
    assert price(measured(0.01), latency_moves=0.5, volatility=2) == 900
    assert price(measured(0.0001), latency_moves=1.0, score=-1.0) == 1_010


def test_other_ways_and_no_volatility_say_nothing() -> None:
    assert price(measured(0.01, way=1), measured(0.01, way=0), latency_moves=1.0) == 999
    assert price(measured(0.01), latency_moves=1.0, volatility_slot=NEVER_WARM) == 1_000


def test_until_one_is_measured_the_latency_of_the_settings_counts() -> None:
    def latency(**terms: Any) -> int:
        spec = replace(deciding(), venue=VenueSpec(**terms))
        return int(Machine(spec).decider.account[0]["latency_ns"])

    assert latency(latency_ns=7_000_000) == 7_000_000
    assert latency(latencies_ns=(5, 900, 3)) == 900
    assert latency(latencies_ns=tuple(range(1, 201))) == 198


def test_worked_orders_too() -> None:
    spec = deciding(
        PERPETUAL,
        style=Style.POST_ONLY,
        work=BASE,
        cash=100_000,
        dead_band=0.05,
        latency_moves=1.0,
        volatility_slot=0,
    )
    venue = HostileVenue(spec)
    venue.show(measured(1e-10))  # the open is the volatility: 1,000 a year
    venue.decide(1.0)
    assert shape(venue) == (OrderType.LIMIT, 50, 990)
