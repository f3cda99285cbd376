"""Law 1: whatever order events come in, every span ends after it began and inside its trace."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from traider.domain.events import EventArray, Kind, OrderFlag, empty_events, join_events
from traider.domain.orders import OrderId
from traider.domain.ports import Field
from traider.runtime.order_traces import OPEN_MAX, OrderTraces

ORDER = OrderId(3, 700).pack()


@dataclass
class Span:
    start_ns: int
    end_ns: int = 0
    fields: dict[str, Field] = field(default_factory=dict)
    parts: list[tuple[str, int, int]] = field(default_factory=list)

    def note(self, **fields: Field) -> None:
        self.fields.update(fields)

    def child(self, name: str, start_ns: int, end_ns: int) -> None:
        self.parts.append((name, start_ns, end_ns))

    def end(self, end_ns: int) -> None:
        assert not self.end_ns
        self.end_ns = end_ns


@dataclass
class Spans:
    opened: list[Span] = field(default_factory=list)

    def begin(self, name: str, start_ns: int) -> Span:
        assert name == "order"
        self.opened.append(Span(start_ns))
        return self.opened[-1]


def event(kind: Kind, ts_ns: int, order_id: int = 0, **words: int) -> EventArray:
    record = empty_events(1)
    record["kind"], record["ts_recv"], record["ts_event"] = kind, ts_ns, ts_ns
    if order_id:
        record["order_id"] = order_id
    for name, value in words.items():
        record[name] = value
    return record


def test_an_order_is_one_trace_from_the_market_event_to_its_fill() -> None:
    spans = Spans()
    traces = OrderTraces(spans, ["BTC-USD", "ETH-USD"])
    traces.append(event(Kind.TRADE, 900))
    traces.append(
        join_events(
            [
                event(Kind.DEPTH_UPDATE, 1_000, ts_event=950),
                event(Kind.ORDER_INTENT, 1_005, ORDER, instrument=1, side=-1),
                event(Kind.VERDICT, 1_010, ORDER),
            ]
        )
    )
    traces.append(event(Kind.SENT, 1_030, ORDER))
    traces.append(event(Kind.ACK, 1_500, ORDER))
    traces.append(event(Kind.FILL, 1_700, ORDER, leaves=5))
    traces.append(event(Kind.ORDER_INTENT, 1_750, ORDER, flags=OrderFlag.CANCEL))
    traces.append(event(Kind.VERDICT, 1_750, ORDER, code=3))
    traces.append(event(Kind.SENT, 1_750, ORDER))
    traces.append(event(Kind.FILL, 1_900, OrderId(3, 701).pack()))
    assert traces.under_way == 1
    traces.append(event(Kind.FILL, 2_000, ORDER))
    (span,) = spans.opened
    assert (span.start_ns, span.end_ns) == (950, 2_000)
    assert span.parts == [
        ("wire", 950, 1_000),
        ("decide", 1_000, 1_005),
        ("gate", 1_005, 1_010),
        ("send", 1_010, 1_030),
        ("ack", 1_030, 1_500),
        ("fill", 1_030, 1_700),
        ("fill", 1_030, 2_000),
    ]
    assert span.fields == {
        "order_id": f"{ORDER:016x}",
        "instrument": "ETH-USD",
        "side": "sell",
        "cause": "depth_update",
        "state": "filled",
    }
    assert traces.under_way == 0


def test_a_refused_order_ends_with_the_gates_code_and_a_cancel_has_no_trace() -> None:
    spans = Spans()
    traces = OrderTraces(spans, [])
    traces.append(event(Kind.ORDER_INTENT, 10, ORDER, flags=OrderFlag.CANCEL))
    assert spans.opened == []
    traces.append(event(Kind.ORDER_INTENT, 10, ORDER, side=1))
    traces.append(event(Kind.VERDICT, 12, ORDER, code=7))
    (span,) = spans.opened
    assert (span.fields["state"], span.end_ns) == ("refused, code 7", 12)
    assert (span.fields["cause"], span.fields["instrument"]) == ("none", "0")


def test_orders_without_end_do_not_fill_the_memory() -> None:
    spans = Spans()
    traces = OrderTraces(spans, ["BTC-USD"])
    for number in range(OPEN_MAX + 3):
        traces.append(event(Kind.ORDER_INTENT, 10 + number, OrderId(1, number).pack()))
    assert traces.under_way == OPEN_MAX
    assert [span.fields.get("state") for span in spans.opened[:4]] == ["let go"] * 3 + [None]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    Kind.TRADE, Kind.ORDER_INTENT, Kind.VERDICT, Kind.SENT, Kind.ACK, Kind.FILL,
                    Kind.UNKNOWN, Kind.CANCELLED, Kind.REJECTED, Kind.EXPIRED, Kind.TIMER,
                ]
            ),
            st.integers(1, 100),
            st.integers(1, 3),
            st.integers(0, 1),
        )
    )
)  # fmt: skip
def test_spans_end_after_they_began_whatever_comes(
    steps: list[tuple[Kind, int, int, int]],
) -> None:
    spans = Spans()
    traces = OrderTraces(spans, ["BTC-USD"])
    for kind, ts_ns, order_id, word in steps:
        words = {"leaves": word} if kind is Kind.FILL else {}
        traces.append(event(kind, ts_ns, order_id, **words))
    for span in spans.opened:
        assert all(span.start_ns <= start <= end for _, start, end in span.parts)
        if span.end_ns:
            assert all(end <= span.end_ns for _, _, end in span.parts)
