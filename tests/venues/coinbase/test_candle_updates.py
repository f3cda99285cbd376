"""Candles pushed over a socket: what grows, what is over, and what a hole leaves open."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.ports.clock import FixedClock
from tests.venues.coinbase.heard import Heard
from tests.venues.coinbase.keys import KEY
from tests.venues.simulated.serving import START_NS, Client, request_for_tests, serve
from traider.domain.errors import DataError
from traider.ops.clock import SystemClock
from traider.venues.coinbase.candle_updates import (
    CANDLE_S,
    CandleMapper,
    CandleUpdate,
    candle_subscriptions,
)
from traider.venues.web_socket import WebSocket

FIRST = 1_688_998_200
START_S = START_NS // 1_000_000_000


def candle(number: int, close: str = "5", product: str = "BTC-USD") -> dict[str, str]:
    return {"start": str(FIRST + number * CANDLE_S), "high": "9", "low": "1", "open": "4",
            "close": close, "volume": "0.5", "product_id": product}  # fmt: skip


def message(number: int, *candles: dict[str, str], kind: str = "update") -> bytes:
    body = {"channel": "candles", "client_id": "", "timestamp": "2023-07-10T14:10:00Z",
            "sequence_num": number, "events": [{"type": kind, "candles": candles}]}  # fmt: skip
    return json.dumps(body).encode()


def brief(updates: list[CandleUpdate]) -> list[tuple[int, str, bool]]:
    """Return number, close and end of candles."""
    return [((each.start_s - FIRST) // CANDLE_S, str(each.close), each.is_closed)
            for each in updates]  # fmt: skip


def test_the_documented_candle_is_read() -> None:
    (found,) = CandleMapper().take(
        b'{"channel":"candles","client_id":"","timestamp":"2023-06-09T20:19:35.39625135Z",'
        b'"sequence_num":0,"events":[{"type":"snapshot","candles":[{"start":"1688998200",'
        b'"high":"1867.72","low":"1865.63","open":"1867.38","close":"1866.81",'
        b'"volume":"0.20269406","product_id":"ETH-USD"}]}]}'
    )
    assert found == CandleUpdate(
        "ETH-USD", 1_688_998_200, Decimal("1867.38"), Decimal("1867.72"), Decimal("1865.63"),
        Decimal("1866.81"), Decimal("0.20269406"), is_closed=False,
    )  # fmt: skip


@pytest.mark.parametrize("order", [1, -1])
def test_a_snapshot_is_told_oldest_first_all_but_the_last_closed(order: int) -> None:
    rows = [candle(0), candle(1), candle(3)][::order]
    found = CandleMapper().take(message(0, *rows, kind="snapshot"))
    assert brief([each for each in found if each.is_closed]) == [(0, "5", True), (1, "5", True)]
    assert brief(found)[-1] == (3, "5", False)


def test_a_candle_grows_until_one_that_opens_later_is_told() -> None:
    mapper = CandleMapper()
    taken = [
        mapper.take(message(number, *rows))
        for number, rows in enumerate(
            [[candle(0, "5")], [candle(0, "5")], [candle(0, "6")], [candle(2, "7")],
             [candle(0, "8")], [candle(0, "8"), candle(2, "7")], [candle(0, "1", "ETH-USD")]]
        )
    ]  # fmt: skip
    assert [brief(each) for each in taken] == [
        [(0, "5", False)], [], [(0, "6", False)], [(0, "6", True), (2, "7", False)],
        [(0, "8", True)], [], [(0, "1", False)],
    ]  # fmt: skip


@pytest.mark.parametrize("ends", [True, False])
def test_what_grew_when_messages_were_lost_is_never_called_closed(ends: bool) -> None:
    mapper = CandleMapper()
    mapper.take(message(0, candle(0)))
    if ends:
        mapper.disconnect()
    found = mapper.take(message(0 if ends else 2, candle(1)))
    assert (brief(found), mapper.gaps) == ([(1, "5", False)], 0 if ends else 1)
    assert brief(mapper.take(message(1 if ends else 3, candle(2)))) == [
        (1, "5", True),
        (2, "5", False),
    ]


def test_what_was_told_before_is_passed_over_and_the_first_number_is_0() -> None:
    mapper = CandleMapper()
    mapper.take(message(1, candle(1)))
    assert (mapper.gaps, mapper.take(message(0, candle(0)))) == (1, [])


@pytest.mark.parametrize(
    "raw", [b"{", message(0, candle(0) | {"start": "x"}), message(0, candle(0, "NaN")),
            b'{"type":"error","message":"authentication failure"}'],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(raw: bytes) -> None:
    with pytest.raises(DataError, match=r"cannot be read|authentication failure"):
        CandleMapper().take(raw)


def test_a_token_is_sent_where_there_is_a_key() -> None:
    plain, signed = (
        [json.loads(raw) for raw in candle_subscriptions(FixedClock(), ["BTC-USD"], key)]
        for key in (None, KEY)
    )
    assert plain == [{"type": "subscribe", "channel": "heartbeats"},
                     {"type": "subscribe", "channel": "candles",
                      "product_ids": ["BTC-USD"]}]  # fmt: skip
    assert all(each.pop("jwt") for each in signed)
    assert signed == plain


def test_candles_of_the_local_exchange_close_as_rest_tells_them() -> None:
    async def scenario(client: Client) -> tuple[list[CandleUpdate], list[dict[str, Any]]]:
        heard, mapper, found = Heard(), CandleMapper(), list[CandleUpdate]()
        socket = await WebSocket.open(client.server.url("/ws", "ws"), heard)
        for request in candle_subscriptions(SystemClock(), ["BTC-USD"]):
            socket.send(request)

        def closed() -> int:
            while heard.messages:
                found.extend(mapper.take(heard.messages.pop(0)))
            return sum(each.is_closed and each.start_s >= START_S for each in found)

        await heard.until(lambda: closed() >= 2)
        await client.admin("POST", "/pause")
        socket.close("enough")
        await socket.ended()
        path = "/products/BTC-USD/candles"
        first = found[0].start_s
        rows = (await client.get(path, start=str(first), end=str(first + 300 * CANDLE_S),
                                 granularity="FIVE_MINUTE"))["candles"]  # fmt: skip
        return found, rows

    found, rows = serve(scenario, request_for_tests(speed=600.0))
    truth = {int(row["start"]): row for row in rows}
    over = [each for each in found if each.is_closed]
    assert [each.start_s for each in over] == sorted(truth)[: len(over)]
    for each in over:
        row = truth[each.start_s]
        whole = tuple(Decimal(row[name]) for name in ("open", "high", "low", "volume"))
        if each.start_s < START_S:  # it was over before we came
            assert (each.open, each.high, each.low, each.volume) == whole
            continue
        # Trades of its last second may come after its last push.
        assert each.open == whole[0]
        assert whole[2] <= each.low <= each.high <= whole[1]
        assert whole[3] * Decimal("0.5") <= each.volume <= whole[3]
        growing = [one.volume for one in found if one.start_s == each.start_s]
        assert len(growing) > 2
        assert growing == sorted(growing)
