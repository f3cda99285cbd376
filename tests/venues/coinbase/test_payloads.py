"""Payloads that others wrote down from Coinbase's documents, and what becomes of each.

They are the adapter fixtures of nautilus_trader (in the shared data): messages of the WebSocket in
the documented shapes, and real answers to GET …/products of 2026-04-07.
"""

import tarfile
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pytest

from tests.venues.coinbase.wire import kinds
from traider.domain.events import EventArray
from traider.venues.coinbase.instruments import instrument_of, read_products
from traider.venues.coinbase.mapper import CoinbaseMapper
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing
from traider.venues.rfc3339 import parse_ns

TS_RECV = 1_775_573_400_000_000_000


@pytest.fixture(scope="module")
def payloads(reference_data: Path) -> dict[str, bytes]:
    """Every payload of Coinbase, by the name of its file."""
    path = reference_data / "rest" / "NAUTILUS-adapter-fixtures.tar.zst"
    with pa.input_stream(str(path)) as stream:
        packed = BytesIO(stream.read())
    found = {}
    with tarfile.open(fileobj=packed) as archive:
        for member in archive.getmembers():
            file = archive.extractfile(member)
            if file is not None and Path(member.name).parent.name == "coinbase":
                found[Path(member.name).stem] = file.read()
    return found


class Desk:
    """A mapper of two products."""

    def __init__(self) -> None:
        listings = [
            Listing(symbol, number, Decimal("0.01"), Decimal("1e-8"))
            for number, symbol in enumerate(("BTC-USD", "ETH-USD"))
        ]
        self.mapper = CoinbaseMapper(listings)
        self.ts_recv = TS_RECV

    def take(self, raw: bytes) -> EventArray:
        """Map one payload."""
        self.ts_recv += 1
        out = EventWriter()
        self.mapper.take(raw, self.ts_recv, out)
        return out.take()


def test_depth(payloads: dict[str, bytes]) -> None:
    desk = Desk()
    book = desk.take(payloads["ws_l2_data_snapshot"])
    assert set(kinds(book)) == {"DEPTH_SNAPSHOT"}
    assert (book["side"][0], book["price"][0], book["size"][0]) == (1, 6_890_000, 150_000_000)
    changes = desk.take(payloads["ws_l2_data_update"])
    assert changes["side"].tolist() == [1, -1]
    assert changes["price"].tolist() == [6_890_000, 6_890_100]
    assert changes["size"].tolist() == [200_000_000, 0]
    assert changes["ts_event"].tolist() == [parse_ns("2026-04-07T14:30:01.456789Z")] * 2


def test_trades_have_the_takers_side(payloads: dict[str, bytes]) -> None:
    trades = Desk().take(payloads["ws_market_trades"])
    assert trades["id"].tolist() == [995_098_700, 995_098_701]
    assert trades["side"].tolist() == [-1, 1]
    assert trades["price"].tolist() == [6_890_050, 6_890_000]
    assert trades["size"].tolist() == [150_000, 5_000_000]


def test_ticker(payloads: dict[str, bytes]) -> None:
    (quote,) = Desk().take(payloads["ws_ticker"])
    words = [int(quote[f"w{k}"]) for k in range(4)]
    assert words == [6_890_000, 150_000_000, 6_890_100, 50_000_000]


@pytest.mark.parametrize("name", ["ws_heartbeats", "ws_candles", "ws_user", "ws_subscriptions"])
def test_what_makes_no_event_is_read(payloads: dict[str, bytes], name: str) -> None:
    desk = Desk()
    assert len(desk.take(payloads[name])) == 0
    if name == "ws_subscriptions":
        assert desk.mapper.subscriptions["market_trades"] == ("BTC-USD", "ETH-USD")
    else:
        assert desk.mapper.counts.others == {name.removeprefix("ws_"): 1}


def test_products(payloads: dict[str, bytes]) -> None:
    names = {
        product.product_id: str(instrument_of(product).name)
        for name in ("http_products", "http_products_future")
        for product in read_products(payloads[name])
    }
    assert names == {
        "BTC-USD": "COINBASE:BTC-USD",
        "BTC-USDC": "COINBASE:BTC-USD",
        "BIP-20DEC30-CDE": "COINBASE:BIP-USD-301220",
        "BIT-24APR26-CDE": "COINBASE:BIT-USD-260424",
    }
