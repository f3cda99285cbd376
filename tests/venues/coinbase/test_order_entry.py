"""What came of an order, told by the answers that the venue documents."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from tests.ports.clock import FixedClock
from tests.venues.coinbase.approved import approved, bracket, entry_of, intent
from tests.venues.coinbase.keys import KEY
from tests.venues.coinbase.scripted_server import Answer, Asked, asking, nowhere
from traider.domain.approvals import ApprovedOrder, Approver, NotApprovedError
from traider.domain.events import OrderFlag
from traider.domain.orders import OrderType
from traider.venues.coinbase.order_configurations import (
    Bracket,
    LimitFok,
    LimitGtc,
    LimitGtd,
    LimitIoc,
    MarketIoc,
    OrderConfiguration,
    StopDirection,
    StopLimit,
    Wire,
)
from traider.venues.coinbase.order_entry import (
    CANCELS_MAX,
    Accepted,
    PlaceResult,
    Refused,
    Unknown,
)
from traider.venues.coinbase.place_request import PlaceRequest
from traider.venues.coinbase.rest_session import RestSession, RestTerms

RESTING = LimitGtc(Decimal("0.0010"), Decimal(50_000), post_only=True)
REQUEST = PlaceRequest("c-1", "BTC-USD", is_buy=True, configuration=RESTING)
ORDER = approved(intent(OrderType.LIMIT, size="0.001", price="50000", flags=OrderFlag.POST_ONLY))
PLACED = {"order_id": "o-1", "product_id": "BTC-USD", "side": "BUY", "client_order_id": "c-1"}
ECHO = {"limit_limit_gtc": {"base_size": "0.001", "limit_price": "50000", "post_only": True}}


def accepted(**changes: Any) -> Answer:
    body = {"success": True, "success_response": PLACED, "order_configuration": ECHO}
    return Answer({**body, **changes})


def refused(**reasons: str) -> Answer:
    return Answer({"success": False, "error_response": reasons, "order_configuration": ECHO})


def place(
    *answers: Answer, orders: Sequence[ApprovedOrder] = (ORDER,)
) -> tuple[PlaceResult, list[Asked]]:
    async def ask() -> tuple[PlaceResult, list[Asked]]:
        async with asking(*answers, key=KEY, timeout_s=0.2) as (session, asked):
            return await entry_of(session).place(orders), asked

    return asyncio.run(ask())


def test_an_order_is_sent_as_the_venue_wants_it() -> None:
    _, asked = place(accepted(), orders=bracket())
    assert msgspec.json.decode(asked[0].body) == {
        "client_order_id": "c-1",
        "product_id": "BTC-USD",
        "side": "BUY",
        "order_configuration": {
            "limit_limit_gtc": {
                "base_size": "0.00100000",
                "limit_price": "50000.00",
                "post_only": False,
            }
        },
        "attached_order_configuration": {
            "trigger_bracket_gtc": {"limit_price": "60000.00", "stop_trigger_price": "45000.00"}
        },
    }
    assert (asked[0].method, asked[0].path) == ("POST", "/api/v3/brokerage/orders")


def by_hand() -> ApprovedOrder:
    """An order with a seal that nobody made."""
    return ApprovedOrder(ORDER.record, ORDER.client_order_id, b"\0" * 16)


def changed() -> ApprovedOrder:
    """An order that was made larger after its approval."""
    record = ORDER.intent.copy()
    record["size"] *= 2
    return ApprovedOrder(record.tobytes(), ORDER.client_order_id, ORDER.seal)


def renamed() -> ApprovedOrder:
    """An order that is to be sent again, under another id."""
    return ApprovedOrder(ORDER.record, "c-2", ORDER.seal)


def of_others() -> ApprovedOrder:
    """An order that another gateway approved."""
    return Approver().approve(ORDER.intent, ORDER.client_order_id)


@pytest.mark.parametrize("forged", [by_hand(), changed(), renamed(), of_others()])
def test_nothing_is_sent_that_the_gate_did_not_approve_as_it_is(forged: ApprovedOrder) -> None:
    async def ask() -> list[Asked]:
        async with asking(accepted(), key=KEY) as (session, asked):
            for orders in ([forged], [ORDER, forged]):
                with pytest.raises(NotApprovedError, match="without the gate's approval"):
                    await entry_of(session).place(orders)
            return asked

    assert asyncio.run(ask()) == []


def test_an_order_that_the_venue_has_no_kind_for_is_refused_unsent() -> None:
    result, asked = place(accepted(), orders=bracket()[:2])
    assert isinstance(result, Refused)
    assert (result.code, asked) == ("UNSUPPORTED_ORDER", [])
    assert "neither one order nor a pair nor a bracket" in result.message


def test_an_accepted_order_has_its_id() -> None:
    assert place(accepted())[0] == Accepted("o-1", "c-1")


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({"success_response": {**PLACED, "side": "SELL"}}, ("side",)),
        ({"success_response": {**PLACED, "product_id": "ETH-USD"}}, ("product_id",)),
        ({"success_response": {**PLACED, "client_order_id": "c-2"}}, ("client_order_id",)),
        ({"success_response": {**PLACED, "client_order_id": "c-2"}, "order_configuration": None},
         ("client_order_id", "order_configuration")),
        ({"order_configuration": {"market_market_ioc": {"quote_size": "1"}}},
         ("order_configuration",)),
        ({"order_configuration": {"limit_limit_gtc": {**ECHO["limit_limit_gtc"],
                                                      "limit_price": "50001"}}}, ("limit_price",)),
        ({"order_configuration": {"limit_limit_gtc": {"base_size": "0.001",
                                                      "limit_price": "50000.00"}}}, ("post_only",)),
        ({"order_configuration": None}, ()),
    ],
)  # fmt: skip
def test_the_order_that_was_there_before_is_told_apart(
    changes: dict[str, Any], differs: tuple[str, ...]
) -> None:
    result = place(accepted(**changes))[0]
    assert isinstance(result, Accepted)
    assert result.differs == differs


@pytest.mark.parametrize(
    ("reasons", "code"),
    [
        ({"error": "INSUFFICIENT_FUND", "message": "Insufficient balance in source account",
          "preview_failure_reason": "PREVIEW_INSUFFICIENT_FUND"}, "INSUFFICIENT_FUND"),
        ({"error": "UNKNOWN_FAILURE_REASON", "new_order_failure_reason": "INVALID_SIZE_PRECISION",
          "preview_failure_reason": "UNKNOWN_PREVIEW_FAILURE_REASON"}, "INVALID_SIZE_PRECISION"),
        ({"error": "UNKNOWN_FAILURE_REASON",
          "preview_failure_reason": "PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY"},
         "PREVIEW_INVALID_LIMIT_PRICE_POST_ONLY"),
        ({"error": "UNKNOWN_FAILURE_REASON"}, "UNKNOWN_FAILURE_REASON"),
        ({}, "UNKNOWN_FAILURE_REASON"),
    ],
)  # fmt: skip
def test_a_refusal_inside_status_200_is_a_refusal(reasons: dict[str, str], code: str) -> None:
    result, asked = place(refused(**reasons), accepted())
    assert isinstance(result, Refused)
    assert (result.code, result.message) == (code, reasons.get("message", ""))
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Answer({"error": "INVALID_ARGUMENT", "message": "bad"}, 400), Refused),
        (Answer(b"Unauthorized", 401), Refused),
        (Answer({"error": "UNPROCESSABLE"}, 422), Refused),
        (Answer({"errors": [{"id": "rate_limit_exceeded", "message": "slow"}]}, 429), Unknown),
        *((Answer(b"", status), Unknown) for status in (201, 202, 204, 301, 307)),
        *((Answer({"error": "ABORTED"}, status), Unknown) for status in (408, 409, 425, 499)),
        (refused(new_order_failure_reason="DUPLICATE_CLIENT_ORDER_ID"), Unknown),
        (refused(error="DUPLICATE_CLIENT_ORDER_ID",
                 new_order_failure_reason="UNKNOWN_FAILURE_REASON"), Unknown),
        (accepted(success_response={**PLACED, "order_id": ""}), Unknown),
        (Answer(b"<html>", 502), Unknown),
        (Answer(cuts=True), Unknown),
        (Answer({}, delay_s=0.5), Unknown),
        (Answer(b"{not json"), Unknown),
        (Answer({"success": True}), Unknown),
        (Answer({"success": False}), Unknown),
    ],
)  # fmt: skip
def test_what_is_not_known_is_said_to_be_unknown_and_nothing_is_sent_twice(
    answer: Answer, result: type[PlaceResult]
) -> None:
    found, asked = place(answer, accepted())
    assert (type(found), len(asked)) == (result, 1)


def test_no_connection_is_a_refusal_as_nothing_was_sent() -> None:
    async def ask() -> PlaceResult:
        async with RestSession(FixedClock(), KEY, RestTerms(base_url=nowhere())) as session:
            return await entry_of(session).place([ORDER])

    result = asyncio.run(ask())
    assert isinstance(result, Refused)
    assert result.code == "UNREACHABLE"


END = "2026-01-01T00:00:00Z"
ONE, TWO, THREE = Decimal(1), Decimal("2E+1"), Decimal("0.00000001")


@pytest.mark.parametrize(
    ("configuration", "wire"),
    [
        (MarketIoc(base_size=ONE), {"market_market_ioc": {"base_size": "1"}}),
        (MarketIoc(quote_size=TWO), {"market_market_ioc": {"quote_size": "20"}}),
        (LimitGtd(THREE, TWO, END), {"limit_limit_gtd": {
            "base_size": "0.00000001", "limit_price": "20", "end_time": END, "post_only": False}}),
        (LimitIoc(ONE, TWO), {"sor_limit_ioc": {"base_size": "1", "limit_price": "20"}}),
        (LimitFok(ONE, TWO), {"limit_limit_fok": {"base_size": "1", "limit_price": "20"}}),
        (StopLimit(ONE, TWO, THREE, StopDirection.UP), {"stop_limit_stop_limit_gtc": {
            "base_size": "1", "limit_price": "20", "stop_price": "0.00000001",
            "stop_direction": "STOP_DIRECTION_STOP_UP"}}),
        (StopLimit(ONE, TWO, THREE, StopDirection.DOWN, END), {"stop_limit_stop_limit_gtd": {
            "base_size": "1", "limit_price": "20", "stop_price": "0.00000001",
            "stop_direction": "STOP_DIRECTION_STOP_DOWN", "end_time": END}}),
        (Bracket(ONE, TWO, THREE), {"trigger_bracket_gtc": {
            "base_size": "1", "limit_price": "20", "stop_trigger_price": "0.00000001"}}),
        (Bracket(ONE, TWO, THREE, END), {"trigger_bracket_gtd": {
            "base_size": "1", "limit_price": "20", "stop_trigger_price": "0.00000001",
            "end_time": END}}),
    ],
)  # fmt: skip
def test_every_kind_of_order_is_written_as_documented(
    configuration: OrderConfiguration, wire: Wire
) -> None:
    assert configuration.wire() == wire


@pytest.mark.parametrize("sizes", [{}, {"base_size": ONE, "quote_size": TWO}])
def test_a_market_order_has_one_size(sizes: dict[str, Decimal]) -> None:
    with pytest.raises(ValueError, match="a base size or a quote size"):
        MarketIoc(**sizes)


Canceled = dict[str, Refused | Unknown | None]


def cancel(count: int, *answers: Answer) -> tuple[Canceled, list[Asked]]:
    async def ask() -> tuple[Canceled, list[Asked]]:
        async with asking(*answers, key=KEY, tries=3) as (session, asked):
            ids = [f"o-{number}" for number in range(count)]
            return await entry_of(session).cancel(ids), asked

    return asyncio.run(ask())


def results(count: int, first: int = 0, **changes: Any) -> Answer:
    done = {"success": True, "failure_reason": "UNKNOWN_CANCEL_FAILURE_REASON", **changes}
    return Answer({"results": [{**done, "order_id": f"o-{first + n}"} for n in range(count)]})


@pytest.mark.parametrize("reason", ["UNKNOWN_CANCEL_ORDER", "UNKNOWN_CANCEL_FAILURE_REASON", ""])
def test_only_success_counts_when_canceling(reason: str) -> None:
    told = cancel(2, results(1))[0]
    assert told["o-0"] is None
    assert isinstance(told["o-1"], Unknown)
    late = results(1, success=False, failure_reason=reason)
    assert cancel(1, late)[0] == {"o-0": Refused(reason or "UNKNOWN_CANCEL_FAILURE_REASON")}


def test_canceling_is_repeated_and_split() -> None:
    told, asked = cancel(
        CANCELS_MAX + 1, Answer(b"", 502), results(CANCELS_MAX), results(1, CANCELS_MAX)
    )
    assert set(told.values()) == {None}
    assert len(told) == CANCELS_MAX + 1
    sizes = [len(msgspec.json.decode(each.body)["order_ids"]) for each in asked]
    assert sizes == [CANCELS_MAX, CANCELS_MAX, 1]


def test_a_cancel_without_an_answer_is_unknown_and_takes_no_other_with_it() -> None:
    told, asked = cancel(CANCELS_MAX + 1, results(CANCELS_MAX), Answer(b"", 502))
    assert [type(each) for each in told.values()] == [type(None)] * CANCELS_MAX + [Unknown]
    assert len(asked) == 1 + 3
    assert cancel(1, Answer({"error": "INVALID_ARGUMENT", "message": "bad"}, 400))[0] == {
        "o-0": Refused("INVALID_ARGUMENT", "status 400: INVALID_ARGUMENT: bad")
    }


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (Answer({"success": True}), None),
        (Answer({"success": False,
                 "errors": [{"edit_failure_reason": "ONLY_OPEN_ORDERS_CAN_BE_EDITED"}]}),
         Refused("ONLY_OPEN_ORDERS_CAN_BE_EDITED")),
        (Answer({"success": False, "errors": []}), Refused("UNKNOWN_EDIT_ORDER_FAILURE_REASON")),
    ],
)  # fmt: skip
def test_an_edit_sends_price_and_size_once(answer: Answer, result: Refused | None) -> None:
    async def ask() -> tuple[Refused | Unknown | None, list[Asked]]:
        async with asking(answer, key=KEY) as (session, asked):
            return await entry_of(session).edit("o-1", Decimal(49_990), Decimal("0.001")), asked

    found, asked = asyncio.run(ask())
    assert found == result
    assert msgspec.json.decode(asked[0].body) == {
        "order_id": "o-1",
        "price": "49990",
        "size": "0.001",
    }


def test_an_edit_without_an_answer_is_unknown() -> None:
    async def ask() -> Refused | Unknown | None:
        async with asking(Answer(b"", 504), key=KEY) as (session, _):
            return await entry_of(session).edit("o-1", ONE, ONE)

    assert isinstance(asyncio.run(ask()), Unknown)


def test_a_preview_goes_without_an_id() -> None:
    async def ask() -> tuple[list[str], bytes]:
        told = Answer({"order_total": "50", "errs": ["PREVIEW_INSUFFICIENT_FUND"]})
        async with asking(told, key=KEY) as (session, asked):
            return (await entry_of(session).preview(REQUEST)).errs, asked[0].body

    errs, body = asyncio.run(ask())
    assert errs == ["PREVIEW_INSUFFICIENT_FUND"]
    assert "client_order_id" not in msgspec.json.decode(body)
