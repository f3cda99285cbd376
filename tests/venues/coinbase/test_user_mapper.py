"""Laws of the user channel: derived fills add up, whatever is repeated."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from tests.venues.coinbase.heard import Heard
from tests.venues.simulated.serving import Client, request_for_tests, serve
from traider.domain.errors import DataError
from traider.ops.clock import SystemClock
from traider.venues.coinbase.rest_messages import Fill, Order
from traider.venues.coinbase.token import ApiKey
from traider.venues.coinbase.user_mapper import SNAPSHOT_ORDERS, UserMapper
from traider.venues.coinbase.user_orders import (
    OVER,
    KnownOrders,
    OrderState,
    OrderUpdate,
    UserOrder,
)
from traider.venues.coinbase.user_stream import user_subscriptions
from traider.venues.web_socket import WebSocket


def message(number: int, kind: str, *orders: dict[str, str]) -> bytes:
    body = {"channel": "user", "client_id": "", "timestamp": "2026-01-01T00:00:00Z",
            "sequence_num": number, "events": [{"type": kind, "orders": orders}]}  # fmt: skip
    return json.dumps(body).encode()


def order(status: str = "OPEN", filled: str = "0", average: str = "0", fees: str = "0",
          order_id: str = "o-1") -> dict[str, str]:  # fmt: skip
    return {"order_id": order_id, "client_order_id": "c-1", "product_id": "BTC-USD",
            "order_side": "BUY", "status": status, "cumulative_quantity": filled,
            "leaves_quantity": "0", "avg_price": average, "total_fees": fees}  # fmt: skip


def told(states: Sequence[dict[str, str]]) -> tuple[list[OrderUpdate], UserMapper]:
    mapper = UserMapper()
    found = []
    for number, state in enumerate(states):
        found += mapper.take(message(number, "update", state))
    return found, mapper


def test_the_documented_order_with_two_fills() -> None:
    found, _ = told([order("PENDING"), order("OPEN"), order("OPEN", "0.4", "100", "1"),
                     order("FILLED", "1", "103", "2.5")])  # fmt: skip
    fills = [(each.fill_size, each.fill_price, each.fill_fee) for each in found if each.fill_size]
    assert fills == [
        (Decimal("0.4"), Decimal(100), Decimal(1)),
        (Decimal("0.6"), Decimal(105), Decimal("1.5")),
    ]
    assert [each.status for each in found] == ["PENDING", "OPEN", "OPEN", "FILLED"]


fills = st.lists(
    st.tuples(st.integers(1, 1000), st.integers(1, 10_000), st.integers(0, 50)),
    min_size=1,
    max_size=8,
)


@given(fills, st.lists(st.integers(0, 20), max_size=20))
def test_derived_fills_add_up_and_repeats_change_nothing(
    drawn: list[tuple[int, int, int]], repeats: list[int]
) -> None:
    states, filled, value, fees = [order("OPEN")], 0, 0, 0
    for size, price, fee in drawn:
        filled, value, fees = filled + size, value + size * price, fees + fee
        states.append(order("OPEN", str(filled), str(Decimal(value) / filled), str(fees)))
    states.append(order("FILLED", str(filled), str(Decimal(value) / filled), str(fees)))
    shown = list(states)
    for number in repeats:  # a state that was told is told again, any time later
        place = number % len(states)
        shown.insert(shown.index(states[place]) + 1 + number % 3, states[place])
    found, mapper = told(shown)
    assert sum(each.fill_size for each in found) == filled
    assert sum(each.fill_fee for each in found) == fees
    total = sum((each.fill_size * each.fill_price for each in found), Decimal(0))
    assert abs(total - value) <= Decimal(value) * Decimal("1e-20")
    assert found[-1].status == "FILLED"
    assert mapper.repeated == len(shown) - len(states)


@pytest.mark.parametrize("status", sorted(OVER))
def test_what_is_over_stays_so(status: str) -> None:
    found, mapper = told([order("OPEN"), order(status), order("OPEN"), order("CANCEL_QUEUED")])
    assert [each.status for each in found] == ["OPEN", status]
    assert mapper.repeated == 2


def test_a_fill_that_came_after_a_cancel_is_told() -> None:
    found, _ = told([order("OPEN"), order("CANCELLED"), order("CANCELLED", "1", "100", "1")])
    assert found[-1].fill_size == 1


def test_a_snapshot_ends_with_a_message_that_is_not_full() -> None:
    mapper = UserMapper()
    many = [order("OPEN", order_id=f"o-{n}") for n in range(SNAPSHOT_ORDERS)]
    mapper.take(message(0, "snapshot", *many))
    whole = [mapper.is_whole]
    found = mapper.take(message(1, "snapshot", order("OPEN", "1", "5", "0", "last")))
    whole.append(mapper.is_whole)
    assert whole == [False, True]
    assert (found[0].is_history, found[0].fill_size) == (True, Decimal(1))
    assert not mapper.take(message(2, "update", order("FILLED", "1", "5", "0", "last")))[
        0
    ].is_history


def test_a_hole_in_the_count_and_a_new_connection_need_another_look() -> None:
    mapper = UserMapper()
    mapper.take(message(0, "snapshot"))
    assert mapper.is_whole
    mapper.take(message(2, "update", order()))
    assert (mapper.is_whole, mapper.is_broken, mapper.gaps) == (False, True, 1)
    mapper.disconnect()
    mapper.take(message(0, "snapshot", order()))
    assert (mapper.is_whole, mapper.gaps, mapper.repeated) == (True, 1, 1)


@pytest.mark.parametrize("lost", range(3))
def test_a_snapshot_with_a_hole_in_it_is_never_whole(lost: int) -> None:
    mapper = UserMapper()
    orders = [order("OPEN", order_id=f"o-{n}") for n in range(2 * SNAPSHOT_ORDERS + 10)]
    for number in range(3):
        part = orders[number * SNAPSHOT_ORDERS : (number + 1) * SNAPSHOT_ORDERS]
        if number != lost:
            mapper.take(message(number, "snapshot", *part))
    mapper.take(message(3, "update", order("OPEN", order_id="later")))
    assert (mapper.is_whole, mapper.is_broken, mapper.gaps) == (False, True, 1)
    mapper.take(message(4, "snapshot", order("OPEN")))  # what is left of it arrives late
    assert not mapper.is_whole


def subscribed(number: int, *channels: str) -> bytes:
    body = {"channel": "subscriptions", "sequence_num": number,
            "events": [{"subscriptions": {each: [each] for each in channels}}]}  # fmt: skip
    return json.dumps(body).encode()


def test_a_new_subscription_mends_a_hole_once_the_old_one_was_left() -> None:
    mapper = UserMapper()
    mapper.take(message(1, "snapshot", order()))
    mapper.take(subscribed(2, "heartbeats", "user"))
    mapper.take(message(3, "snapshot", order("OPEN", order_id="of the old one")))
    assert mapper.is_broken
    mapper.take(subscribed(4, "heartbeats"))
    assert (mapper.is_whole, mapper.is_broken) == (False, False)
    mapper.take(message(5, "snapshot", order()))
    assert (mapper.is_whole, mapper.absent()) == (True, ("of the old one",))


def test_known_orders_that_a_new_snapshot_lacks_are_named_until_they_are_settled() -> None:
    mapper = UserMapper()
    mapper.take(message(0, "snapshot", order(order_id="ends"), order(order_id="stays")))
    mapper.take(message(1, "update", order("FILLED", "1", "5", order_id="over")))
    mapper.disconnect()
    assert mapper.absent() == ()
    mapper.take(message(0, "snapshot", order(order_id="stays")))
    assert mapper.absent() == ("ends",)
    rest = Order("ends", "c-1", "BTC-USD", "BUY", "FILLED", "", filled_size="2",
                 average_filled_price="50", total_fees="0.5")  # fmt: skip
    with pytest.raises(DataError, match="is no amount"):
        mapper.settle(structs.replace(rest, filled_size="x"))
    assert mapper.absent() == ("ends",)
    update = mapper.settle(rest)
    assert update is not None
    assert (update.status, update.fill_size, update.fill_price) == (
        "FILLED",
        Decimal(2),
        Decimal(50),
    )
    assert (mapper.absent(), mapper.settle(rest)) == ((), None)


def test_an_order_that_is_over_keeps_its_state_when_a_fill_comes_late() -> None:
    canceled = order("CANCELLED", "0.4", "100", "1") | {"cancel_reason": "by the user"}
    late = order("OPEN", "0.6", "100", "2") | {"leaves_quantity": "0.4"}
    found, _ = told([order("OPEN"), canceled, late, order("CANCELLED", "0.6", "100", "2")])
    assert [each.status for each in found] == ["OPEN", "CANCELLED", "CANCELLED"]
    last = found[-1]
    assert (last.fill_size, last.fill_fee, last.leaves_size) == (
        Decimal("0.2"),
        Decimal(1),
        Decimal(0),
    )
    assert last.reason == "by the user"


def test_an_end_told_with_less_filled_ends_the_order_and_keeps_what_was_filled() -> None:
    found, _ = told([order("OPEN", "0.6", "100", "2"), order("CANCELLED", "0.4", "100", "1")])
    assert [(each.status, each.fill_size) for each in found[1:]] == [("CANCELLED", Decimal(0))]
    assert found[-1].filled_size == Decimal("0.6")


def test_of_a_message_with_an_amount_that_is_none_nothing_is_taken() -> None:
    mapper = UserMapper()
    mapper.take(message(0, "snapshot"))
    good, bad = order("OPEN", "1", "5"), order("OPEN", "1", "x", order_id="o-2")
    with pytest.raises(DataError, match="is no amount"):
        mapper.take(message(1, "update", good, bad))
    assert mapper.is_broken
    mapper.disconnect()
    assert mapper.take(message(0, "update", good))[0].fill_size == 1


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"channel":"user","events":[{"orders":7}]}'])
def test_what_cannot_be_read_is_refused(raw: bytes) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        UserMapper().take(raw)


def test_a_refusal_is_told() -> None:
    with pytest.raises(DataError, match="authentication failure"):
        UserMapper().take(b'{"type":"error","message":"authentication failure"}')


def test_other_channels_count_and_say_nothing() -> None:
    mapper = UserMapper()
    assert mapper.take(b'{"channel":"heartbeats","sequence_num":0,"events":[{"x":1}]}') == []
    mapper.take(message(1, "snapshot"))
    assert mapper.is_whole


def test_orders_on_the_local_exchange_are_followed_to_their_end() -> None:
    async def scenario(client: Client) -> tuple[list[OrderUpdate], Any]:
        key, pem = client.server.exchange.add_key("EdDSA")
        mine = ApiKey.read(key.name, pem)
        heard = Heard()
        socket = await WebSocket.open(client.server.url("/ws/user", "ws"), heard)
        for request in user_subscriptions(mine, SystemClock()):
            socket.send(request)
        mapper, found = UserMapper(), list[OrderUpdate]()
        await heard.until(lambda: any(b'"snapshot"' in raw for raw in heard.messages))
        placed = await client.order("market_market_ioc", quote_size="250000")
        order_id = placed["success_response"]["order_id"]
        await heard.until(lambda: any(b'"FILLED"' in raw for raw in heard.messages))
        for raw in heard.messages:
            found += mapper.take(raw)
        assert mapper.is_whole
        socket.close("enough")
        await socket.ended()
        return found, (await client.get("/orders/historical/fills", order_ids=order_id))["fills"]

    found, rows = serve(scenario, request_for_tests(speed=20.0))
    assert found[-1].status == "FILLED"
    assert sum(each.fill_fee for each in found) == sum(Decimal(row["commission"]) for row in rows)
    bought = sum(msgspec.convert(row, Fill).base_size for row in rows)
    assert abs(sum((each.fill_size for each in found), Decimal(0)) - bought) < Decimal("1e-8")


def test_orders_that_ended_long_ago_are_forgotten_and_open_ones_never() -> None:
    known = KnownOrders(over_kept=2)
    for number in range(5):
        for status in ("OPEN", "CANCELLED") if number else ("OPEN",):
            state = OrderState.of_channel(UserOrder(order_id=f"o-{number}", status=status))
            assert known.take(state, is_history=False) is not None
    assert [f"o-{number}" in known for number in range(5)] == [True, False, False, True, True]
    assert known.open_ids() == ["o-0"]
