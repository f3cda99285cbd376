"""Reports are counted as the trader counts them, and a venue's words have numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.gateway.orders import NOW_NS, intent, packed
from traider.domain.errors import ConfigError
from traider.domain.events import Kind, empty_events
from traider.domain.intent_words import words_of
from traider.domain.payloads import decode_event
from traider.gateway.gateway_terms import GatewayTerms
from traider.gateway.order_rate import OrderRate
from traider.gateway.reports import (
    EndCode,
    count_reports,
    end_code,
    is_report,
    report,
    sent_record,
    verdict,
    verdict_record,
)
from traider.kernel.codes import Reject


def test_reports_are_what_gate_venue_and_reconciling_say() -> None:
    events = empty_events(len(Kind))
    events["kind"] = sorted(Kind)
    told = [Kind(kind).name for kind in events["kind"][is_report(events)]]
    assert told == [
        "ACK", "FILL", "CANCELLED", "REJECTED", "EXPIRED", "UNKNOWN", "BALANCE", "TRANSFER",
        "RECONCILE_ADJUSTMENT", "VERDICT", "SENT",
    ]  # fmt: skip
    assert count_reports(events) == 11


def test_a_report_names_its_order() -> None:
    order = intent(packed(5), side=-1)
    fields = decode_event(report(Kind.FILL, order, NOW_NS, price=7, size=2, leaves=8))
    assert fields["kind"] == "FILL"
    assert (fields["side"], fields["order_id"], fields["leaves"]) == (-1, packed(5), 8)
    answer = decode_event(verdict(order, NOW_NS, (8, 2.5, 1.5)))
    assert (answer["code"], answer["number"], answer["limit"]) == (8, 2.5, 1.5)


@given(
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**16 - 1),
    st.tuples(st.integers(0, 50), st.floats(allow_nan=False), st.floats(allow_nan=False)),
)
def test_records_packed_at_once_are_the_same_reports(
    order_id: int, now_ns: int, instrument: int, answer: tuple[int, float, float]
) -> None:
    order = intent(packed(5), side=-1)
    order["order_id"], order["instrument"] = order_id, instrument
    words, (code, number, limit) = words_of(order.tobytes()), answer
    told = report(Kind.VERDICT, order, now_ns, code=code, number=number, limit=limit)
    assert verdict_record(words, now_ns, answer) == told.tobytes()
    assert sent_record(words, now_ns) == report(Kind.SENT, order, now_ns).tobytes()


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("INVALID_LIMIT_PRICE_POST_ONLY", Reject.WOULD_TAKE),
        ("INSUFFICIENT_FUND", Reject.INSUFFICIENT_FUNDS),
        ("PREVIEW_INSUFFICIENT_FUND", Reject.INSUFFICIENT_FUNDS),
        ("order size too_small", Reject.TOO_SMALL),
        ("", EndCode.BY_VENUE),
        ("SELF_TRADE", EndCode.BY_VENUE),
    ],
)
def test_a_word_of_the_venue_has_a_number(word: str, code: int) -> None:
    assert end_code(word) == code


def test_numbers_of_the_gateway_are_none_of_the_kernel_s() -> None:
    assert not {int(code) for code in EndCode} & {int(code) for code in Reject}


def test_a_rate_lets_a_burst_pass_and_then_so_many_a_second() -> None:
    rate = OrderRate(10.0, 3)
    passed = [rate.take(1_000_000_000 + place) for place in range(5)]
    assert passed == [True, True, True, False, False]
    assert rate.take(1_100_000_100)
    assert not rate.take(1_100_000_200)
    late = [rate.take(60_000_000_000 + place) for place in range(4)]
    assert late == [True, True, True, False]


def test_terms_without_patience_are_refused() -> None:
    for name in ("answer_s", "living_max", "orders_per_s"):
        with pytest.raises(ConfigError, match=f"{name} is 0"):
            GatewayTerms(**{name: 0})
    assert np.isclose(GatewayTerms().reconcile_s, 60.0)
