from tests.runtime.test_order_traces import ORDER, Spans, event
from traider.domain.events import Kind
from traider.runtime.deferred_traces import BATCHES_MAX, DeferredTraces
from traider.runtime.order_traces import OrderTraces


def test_what_was_given_is_traced_at_the_latest_when_it_is_closed() -> None:
    spans = Spans()
    traces = DeferredTraces(OrderTraces(spans, ["BTC-USD"]))
    batch = event(Kind.ORDER_INTENT, 10, ORDER)
    traces.append(batch)
    # The trader's buffer is its own again as soon as the call returns.
    batch["order_id"] = 99
    traces.append(batch[:0])
    traces.append(event(Kind.FILL, 20, ORDER))
    traces.close()
    (span,) = spans.opened
    assert (span.fields["order_id"], span.fields["state"]) == (f"{ORDER:016x}", "filled")
    traces.close()


def test_a_thread_that_cannot_keep_up_forgets_the_oldest() -> None:
    spans = Spans()
    traces = DeferredTraces(OrderTraces(spans, ["BTC-USD"]))
    traces.close()
    for number in range(BATCHES_MAX + 2):
        traces.append(event(Kind.TRADE, 1 + number))
    assert len(traces._waiting) == BATCHES_MAX
