"""Law 1: events are counted by kind whatever they are cut into."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.test_order_traces import event
from traider.domain.events import EventArray, Kind, OrderFlag, join_events
from traider.kernel.codes import Verdict
from traider.ops.metrics import ProcessMetrics
from traider.runtime.event_metrics import WAITING_MAX, EventMetrics

SECOND = 1_000_000_000
NAMES = ("BTC-USD", "ETH-USD")


def counted(*batches: EventArray, now_ns: int = 0) -> dict[str, float]:
    metrics = ProcessMetrics()
    sink = EventMetrics(metrics, NAMES, "coinbase")
    for batch in batches:
        sink.append(batch)
    sink.tell(now_ns)
    sink.tell(now_ns)
    found = metrics.snapshot()
    return {**found.counters, **found.gauges}


def test_orders_are_counted_by_what_became_of_them_and_cancels_are_not_orders() -> None:
    found = counted(
        join_events(
            [
                event(Kind.ORDER_INTENT, 1, 7, instrument=1),
                event(Kind.ORDER_INTENT, 1, 8, instrument=1),
                event(Kind.VERDICT, 1, 7, instrument=1),
                event(Kind.VERDICT, 1, 8, instrument=1, code=int(Verdict.PRICE_COLLAR)),
            ]
        ),
        event(Kind.SENT, 2, 7, instrument=1),
        event(Kind.FILL, 3, 7, instrument=1, leaves=4),
        event(Kind.ORDER_INTENT, 4, 7, instrument=1, flags=OrderFlag.CANCEL),
        event(Kind.VERDICT, 4, 7, instrument=1),
        event(Kind.SENT, 4, 7, instrument=1),
        event(Kind.VERDICT, 4, 99),
        event(Kind.FILL, 5, 7, instrument=1),
        event(Kind.REJECTED, 6, 9),
        event(Kind.UNKNOWN, 6, 10),
        event(Kind.EXPIRED, 6, 10),
        event(Kind.CANCELLED, 6, 11),
    )
    assert found["orders_sent_total{instrument=ETH-USD}"] == 1
    assert found["orders_refused_total{code=price-collar}"] == 1
    assert found["fills_total{instrument=ETH-USD}"] == 2
    assert found["orders_filled_total{instrument=ETH-USD}"] == 1
    assert found["orders_rejected_total{instrument=BTC-USD}"] == 1
    assert found["orders_unknown_total{instrument=BTC-USD}"] == 1
    assert found["orders_cancelled_total{instrument=BTC-USD}"] == 2
    assert found["events_total{feed=coinbase,kind=sent}"] == 2


def test_ticks_have_an_age_and_decisions_are_counted() -> None:
    found = counted(
        join_events([event(Kind.TRADE, 2 * SECOND), event(Kind.TRADE, 5 * SECOND)]),
        join_events([event(Kind.TIMER, 6 * SECOND), event(Kind.TIMER, 7 * SECOND)]),
        event(Kind.GAP, 7 * SECOND, instrument=1),
        now_ns=8 * SECOND,
    )
    assert found["last_tick_age_seconds{instrument=BTC-USD}"] == 3.0
    assert "last_tick_age_seconds{instrument=ETH-USD}" not in found
    assert found["decisions_total"] == 2
    assert found["gaps_total{instrument=ETH-USD}"] == 1


@given(st.lists(st.sampled_from(Kind), max_size=40), st.integers(0, 40))
def test_events_are_counted_whatever_they_are_cut_into(kinds: list[Kind], cut: int) -> None:
    batch = join_events([event(kind, 1 + place) for place, kind in enumerate(kinds)])
    assert counted(batch[:cut], batch[cut:]) == counted(batch)
    total = sum(value for name, value in counted(batch).items() if name.startswith("events_total"))
    assert total == len(kinds)


@pytest.mark.parametrize("number", [5, 70])
def test_what_nobody_named_keeps_its_number(number: int) -> None:
    found = counted(event(Kind.FILL, 1, 3, instrument=number, leaves=1))
    assert found[f"fills_total{{instrument={number}}}"] == 1
    refused = counted(event(Kind.ORDER_INTENT, 1, 3), event(Kind.VERDICT, 1, 3, code=200))
    assert refused["orders_refused_total{code=200}"] == 1


def test_intents_without_a_verdict_do_not_fill_the_memory() -> None:
    metrics = ProcessMetrics()
    sink = EventMetrics(metrics, NAMES, "coinbase")
    for order_id in range(1, WAITING_MAX + 3):
        sink.append(event(Kind.ORDER_INTENT, 1, order_id))
    for order_id in (1, 2, 3, WAITING_MAX):
        sink.append(event(Kind.VERDICT, 1, order_id))
    assert metrics.snapshot().counters == {"orders_sent_total{instrument=BTC-USD}": 2}
