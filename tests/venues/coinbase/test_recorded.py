"""Recordings of Coinbase: what a connection and an answer must tell."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.venues.coinbase.test_instruments import SPOT
from traider.domain.errors import DataError
from traider.venues.coinbase.recorded import CoinbaseRecordings
from traider.venues.recordings import Answered, Connection

URL = "https://api.coinbase.com/api/v3/brokerage/market/products"


def subscribe(*products: str, channel: str = "level2", kind: str = "subscribe") -> bytes:
    request = {"type": kind, "product_ids": products, "channel": channel}
    return json.dumps(request).encode()


def answer(raw: bytes, url: str = URL) -> Answered:
    return Answered(Path("x.jsonl"), 2, 1, url, raw)


def products(connection: Connection, *answers: Answered) -> list[tuple[str, str, Decimal | None]]:
    found = CoinbaseRecordings().products(connection, answers)
    return [(each.symbol, each.name, each.tick_size) for each in found]


def test_products_are_told_by_the_requests() -> None:
    requests = (
        subscribe("BTC-USD", "ETH-USDC"),
        subscribe("BTC-USD", channel="market_trades"),
        b'{"type":"subscribe","channel":"heartbeats"}',
        subscribe("SOL-USD", kind="unsubscribe"),
        subscribe("AAVE-USD"),
    )
    assert products(Connection("one", requests=requests)) == [
        ("BTC-USD", "COINBASE:BTC-USD", Decimal("0.01")),
        ("ETH-USD", "COINBASE:ETH-USD", Decimal("0.01")),
        ("AAVE-USD", "COINBASE:AAVE-USD", None),
    ]


def test_products_are_told_by_the_name_else() -> None:
    assert products(Connection("COINBASE-BTC-USD-20260101"))[0][0] == "BTC-USD"


def test_grids_are_those_of_the_answer() -> None:
    told = answer(json.dumps({"products": [{**SPOT, "price_increment": "0.5"}]}).encode())
    other = answer(b"[]", "https://api.coinbase.com/api/v3/brokerage/time")
    asked = Connection("one", requests=(subscribe("BTC-USD"),))
    assert products(asked, other, told) == [("BTC-USD", "COINBASE:BTC-USD", Decimal("0.5"))]


def test_no_answer_holds_a_book() -> None:
    assert CoinbaseRecordings().snapshot_symbol(f"{URL}/BTC-USD") == ""


@pytest.mark.parametrize(
    ("connection", "answers", "said"),
    [
        (Connection("notes"), (), "nothing tells which products"),
        (Connection("COINBASE-20260809-1"), (), "nothing tells which products"),
        (Connection("one", requests=(b"{",)), (), "a request cannot be read"),
        (Connection("COINBASE-BTC-USD"), (answer(b"{}"),), r"x\.jsonl line 2: the products"),
    ],
)
def test_what_tells_nothing_is_refused(
    connection: Connection, answers: tuple[Answered, ...], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        products(connection, *answers)
