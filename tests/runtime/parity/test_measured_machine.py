"""A back-test with the latencies of another run.

Laws:
1. With the latencies that another back-test had, a back-test is that one, whatever its settings
   say.
2. A run at a venue whose answers take as long decides the same, byte for byte.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from tests.kernel.builders import HOUR_NS, record
from tests.parity.book_run import BOOK_RUNS
from tests.parity.small_run import small_run
from traider.backtest.collecting import Fingerprint
from traider.domain.events import EventArray, Kind, OrderFlag, join_events, sort_events
from traider.domain.orders import OrderType, TimeInForce
from traider.kernel.live_machine import Replayer
from traider.kernel.machine import Machine
from traider.kernel.specification import KernelSpec
from traider.runtime.parity.measured_latency import (
    Durations,
    MeasuredLatency,
    measured_latency,
    moments_of,
)
from traider.runtime.parity.measured_machine import MeasuredMachine
from traider.runtime.parity.order_timing import Answered, OrderTiming

MS = 1_000_000


def finished(machine: Machine, events: EventArray) -> tuple[str, EventArray]:
    """Run to the end; return the fingerprint and the events that came out."""
    fingerprint, found = Fingerprint(), []
    for drained in machine.feed(events, final=True):
        fingerprint.add(drained)
        found.append(drained.events)
    return fingerprint.hexdigest(), join_events(found)


def with_latency(spec: KernelSpec, latency_ns: int) -> KernelSpec:
    return replace(spec, venue=replace(spec.venue, latency_ns=latency_ns, latencies_ns=()))


@pytest.mark.parametrize("style", BOOK_RUNS)
def test_with_the_latencies_of_a_back_test_it_is_that_one(style: str) -> None:
    spec, events = small_run(style)
    slow = with_latency(spec, 700 * MS)
    expected, journal = finished(Machine(slow, journal_all=True), events)
    timing = OrderTiming()
    timing.take(journal)
    # The venue is the machine itself: its clock is the record's.
    received = {moment: moment[1] for moment in moments_of(timing)}
    measured = measured_latency(timing, received)
    assert measured is not None
    assert measured.orders.spread.p50_ns == 700 * MS
    fast = with_latency(spec, MS)
    assert finished(Machine(fast), events)[0] != expected
    assert finished(MeasuredMachine(fast, measured), events)[0] == expected


def lasting(**took_ns: int) -> MeasuredLatency:
    """Return latencies of which each is the same for all."""
    kinds: Mapping[str, Durations] = {
        name: Durations([Answered((0, 1, 0), 0, taken)] if taken >= 0 else [])
        for name, taken in ({"orders": -1, "cancels": -1, "expiries": -1} | took_ns).items()
    }
    return MeasuredLatency(**kinds)


def by_hand(latency: MeasuredLatency, asked_back_ms: int = -1) -> list[tuple[str, int]]:
    """Return the answers to a resting order of 100 ms by a person, and when they came, ms."""
    spec, events = small_run("book-iceberg")
    market = events[events["kind"] < Kind.ACK]
    now_ns = int(market["ts_recv"][len(market) // 2])
    is_bid = (market["kind"] == Kind.DEPTH_UPDATE) & (market["side"] > 0)
    words = {"size": 1, "price": int(market["price"][is_bid].min()) - 1}
    flags = int(OrderType.LIMIT) | int(TimeInForce.GTD) << 4
    order = record(
        Kind.MANUAL_ORDER, now_ns, side=1, flags=flags, expire=now_ns + 100 * MS, **words
    )
    machine = MeasuredMachine(with_latency(spec, 10 * MS), latency)
    end = int(np.searchsorted(market["ts_recv"], now_ns, side="right"))
    out = [each.events for each in machine.feed(join_events([market[:end], order]))]
    sent = join_events(out)
    order_id = int(
        sent["order_id"][(sent["kind"] == Kind.ORDER_INTENT) & (sent["flags"] == flags)][-1]
    )
    rest = market[end:]
    if asked_back_ms >= 0:
        at_ns = now_ns + asked_back_ms * MS
        cancel = record(Kind.MANUAL_ORDER, at_ns, flags=int(OrderFlag.CANCEL), order_id=order_id)
        rest = sort_events(join_events([cancel, rest]))
    out += [each.events for each in machine.feed(rest, final=True)]
    found = join_events(out)
    found = found[(found["order_id"] == order_id) & (found["kind"] < Kind.TIMER)]
    return [
        (Kind(int(event["kind"])).name, (int(event["ts_recv"]) - now_ns) // MS) for event in found
    ]


@pytest.mark.parametrize("told_ns", [0, 20 * MS, 900 * MS])
def test_a_run_decides_as_the_back_test_when_ends_are_told_late(told_ns: int) -> None:
    spec, events = small_run("limit")
    events = events[events["kind"] != Kind.MANUAL_ORDER]

    def ordered(rules: int) -> list[int]:
        """Return when orders were wanted, under a leader of these rules."""
        leader = record(Kind.LEADER_EPOCH, int(events["ts_recv"][0]), w0=1, w3=rules)
        machine = MeasuredMachine(spec, lasting(expiries=told_ns))
        machine.loop[0]["journal_all"] = 1
        _, journal = finished(machine, join_events([leader, events]))
        # At a real venue its answers are inputs, and what is decided on them is made anew.
        replayer = Replayer(spec, simulates=False)
        replayer.take(journal)
        assert replayer.mismatch is None
        assert replayer.compared == len(journal)
        found: list[int] = journal["ts_recv"][journal["kind"] == Kind.ORDER_INTENT].tolist()
        return found

    at_once = finished(Machine(spec), events)[1]
    decided = at_once["ts_recv"][at_once["kind"] == Kind.ORDER_INTENT]
    found, before = ordered(rules=1), ordered(rules=0)
    late = [moment % HOUR_NS for moment in found if moment % HOUR_NS]
    # Some ended by a fill before it was told that their time was up.
    assert max(late, default=0) == told_ns
    assert abs(len(found) - len(decided)) < 0.05 * len(decided)
    # Who left alone what waited missed decisions.
    assert (len(before) < len(found)) is (told_ns > 0)


def test_an_end_is_told_when_it_was_told() -> None:
    assert by_hand(lasting()) == [("ACK", 10), ("EXPIRED", 100)]
    assert by_hand(lasting(orders=30 * MS)) == [("ACK", 30), ("EXPIRED", 100)]
    assert by_hand(lasting(orders=30 * MS, expiries=45 * MS)) == [("ACK", 30), ("EXPIRED", 145)]


def test_an_order_that_comes_after_its_life_is_not_taken() -> None:
    assert by_hand(lasting(orders=130 * MS)) == [("EXPIRED", 130)]


def test_a_cancel_takes_its_time_and_overtakes_no_order() -> None:
    assert by_hand(lasting(cancels=25 * MS), 20) == [("ACK", 10), ("CANCELLED", 45)]
    late = lasting(orders=60 * MS, cancels=5 * MS)
    assert by_hand(late, 20) == [("ACK", 60), ("CANCELLED", 60)]
    # One that comes when the order has ended is told so, as late.
    assert by_hand(lasting(cancels=25 * MS), 90) == [
        ("ACK", 10),
        ("EXPIRED", 100),
        ("REJECTED", 115),
    ]
