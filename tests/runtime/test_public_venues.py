"""Venues that are only listened to, played on loopback from what was recorded of them.

Their lists are asked, connections subscribe, and what was recorded comes back: the books must end
as the recording does.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.feed.dictionary_books import DictionaryBooks
from tests.ports.alert import MemoryAlerts
from tests.ports.log import MemoryLog
from tests.venues.kraken.test_checksum import ASKS, BIDS, TOLD
from tests.venues.kraken.test_mapper import book as kraken_book
from tests.venues.loopback import Loopback, serving
from traider.domain.errors import DataError, UsageError
from traider.domain.events import EventArray, Kind, join_events
from traider.feed.connection import ConnectionTerms
from traider.feed.feed import Feed, FeedTerms
from traider.feed.feed_ports import FeedPorts
from traider.ops.clock import SystemClock
from traider.runtime.config_venues import PublicVenueConfig, VenuesConfig
from traider.runtime.public_venues import PUBLIC_VENUES, choose, public_venue
from traider.venues.live_venue import LiveVenue
from traider.venues.recordings import Received, Recording, open_recording

Answers = dict[str, list[tuple[int, bytes]]]
TERMS = FeedTerms(connection=ConnectionTerms(patience_s=0.5))

Until = Callable[[Feed], bool]
Tops = dict[str, tuple[str, str]]


def enabled(name: str, at: Loopback) -> LiveVenue:
    """Return a venue that is served on loopback."""
    settings = PublicVenueConfig(enabled=True, rest_url=at.rest_url, stream_url=at.stream_url)
    return public_venue(name, VenuesConfig.model_validate({name: settings}))


def listen(
    name: str,
    products: tuple[str, ...],
    answers: Answers,
    script: Callable[[str, bytes], Iterator[bytes]],
    until: Until,
) -> tuple[Tops, EventArray, Loopback]:
    """Listen to a venue on loopback until something is so; return the best prices then."""

    async def run() -> tuple[Tops, EventArray, Loopback]:
        async with serving(answers, script) as at:
            instruments, streams = await choose(enabled(name, at), products)
            ports = FeedPorts(SystemClock(), MemoryLog(), MemoryAlerts())
            feed = Feed(instruments, DictionaryBooks(len(instruments)), ports, TERMS)
            for stream in streams:
                feed.add(stream)
            running = asyncio.create_task(feed.run())
            parts = []
            async with asyncio.timeout(20.0):
                while not until(feed):
                    await asyncio.sleep(0.01)
                    parts.append(feed.queue.take())
            parts.append(feed.queue.take())
            best = tops(feed)
            running.cancel()
            await asyncio.wait({running})
            return best, join_events(parts), at

    return asyncio.run(run())


def recorded(folder: Path, name: str) -> Recording:
    return open_recording([folder / "l2" / f"{name}.jsonl.zst"])


def messages(recording: Recording, connection: str) -> list[bytes]:
    """Return what a connection received."""
    return [
        record.raw
        for record in recording.records()
        if isinstance(record, Received) and record.connection == connection
    ]


def heard(count: int) -> Until:
    """Wait until so many messages came over all connections."""
    return lambda feed: sum(each.counts.messages for each in feed.connections) >= count


def tops(feed: Feed) -> Tops:
    """Return best bid and ask of each instrument."""
    found = {}
    for number, instrument in enumerate(feed.instruments):
        top = feed.books.top(number)
        tick = instrument.tick_size
        found[instrument.name] = (_plain(top.bid_ticks * tick), _plain(top.ask_ticks * tick))
    return found


@pytest.mark.reference
def test_bybit_is_heard_as_it_was_recorded(reference_data: Path) -> None:
    recording = recorded(reference_data, "BYBIT-20260809")
    said = messages(recording, "BYBIT.ws.2")
    listed = next(each.raw for each in recording.answers if "category=linear" in each.url)
    bases = ("BTC", "ETH", "SOL", "DOGE")

    def script(path: str, raw: bytes) -> Iterator[bytes]:
        if path == "/v5/public/linear" and b'"orderbook.200.BTCUSDT"' in raw:
            yield from said

    best, events, at = listen(
        "bybit",
        tuple(f"{base}-USDT-PERP" for base in bases),
        {f"{INSTRUMENTS}linear&limit=1000&baseCoin={base}": [(200, listed)] for base in bases},
        script,
        heard(len(said)),
    )
    assert best["BYBIT:BTC-USDT-PERP"] == ("65114.2", "65114.3")
    assert best["BYBIT:DOGE-USDT-PERP"] == ("0.07055", "0.07056")
    kinds = events["kind"].tolist()
    assert Kind.GAP not in kinds
    assert (kinds.count(Kind.TRADE), kinds.count(Kind.FUNDING)) == (327, 6)
    topics = [topic for request in at.requests for topic in request["args"]]
    assert len(topics) == 12


@pytest.mark.reference
def test_okx_is_heard_as_it_was_recorded(reference_data: Path) -> None:
    recording = recorded(reference_data, "OKX-20220513")
    said = messages(recording, "OKX.ws.1")
    kinds = ("SPOT", "SWAP", "FUTURES")
    lists = {
        kind: next(each.raw for each in recording.answers if each.url.endswith(f"instType={kind}"))
        for kind in kinds
    }
    best, events, at = listen(
        "okx",
        ("OKX:BTC-USDT", "UNI-USD-PERP", "btc-usd-220527"),
        {f"/api/v5/public/instruments?instType={k}": [(200, raw)] for k, raw in lists.items()},
        lambda path, raw: iter(said if path == "/ws/v5/public" and raw else ()),
        heard(len(said)),
    )
    assert best == {
        "OKX:BTC-USDT": ("30236.1", "30236.2"),
        "OKX:UNI-USD-PERP": ("5.137", "5.145"),
        "OKX:BTC-USD-220527": ("30229.4", "30238.8"),
    }
    assert (events["kind"] == Kind.TRADE).sum() == 74
    assert len(at.asked) == 3


@pytest.mark.reference
def test_the_books_of_binance_are_fetched_beside_its_stream(reference_data: Path) -> None:
    recording = recorded(reference_data, "BINANCE_FUTURES-20210722")
    (connection,) = [each for each in recording.connections if each.address.startswith("wss")]
    said = messages(recording, connection.name)
    answers: Answers = {}
    for each in recording.answers:
        parts = urlsplit(each.url)
        if parts.path.endswith("/exchangeInfo"):
            answers["/fapi/v1/exchangeInfo"] = [(200, each.raw)]
        else:
            symbol = parse_qs(parts.query)["symbol"][0]
            answers[f"/fapi/v1/depth?symbol={symbol}&limit=1000"] = [(200, each.raw)]
    products = tuple(f"{base}-USDT-PERP" for base in ("SUSHI", "AKRO", "KEEP", "CTK"))

    def script(path: str, raw: bytes) -> Iterator[bytes]:
        if path == "/public/stream" and not raw:
            yield from (each for each in said if b"@depth" in each)

    def whole(feed: Feed) -> bool:
        mapper = feed.connections[0].stream.mapper
        return heard(sum(b"@depth" in each for each in said))(feed) and not mapper.missing()

    best, events, at = listen("binance", products, answers, script, whole)
    assert best["BINANCE:SUSHI-USDT-PERP"] == ("7.612", "7.616")
    assert best["BINANCE:CTK-USDT-PERP"] == ("1.011", "1.012")
    assert Kind.GAP not in events["kind"].tolist()
    assert len([path for path in at.asked if "/depth?" in path]) >= 4


def _plain(price: Decimal) -> str:
    return format(price.normalize(), "f")


INSTRUMENTS = "/v5/market/instruments-info?category="
PAIRS = b'{"result":{"XXBTZUSD":{"wsname":"XBT/USD","pair_decimals":1,"lot_decimals":8}}}'
ASSET_PAIRS: Answers = {"/0/public/AssetPairs": [(200, PAIRS)]}


def test_kraken_mends_a_wrong_checksum_by_subscribing_again() -> None:
    books = iter([TOLD, TOLD])

    def script(path: str, raw: bytes) -> Iterator[bytes]:
        request: dict[str, Any] = json.loads(raw) if raw else {}
        if path == "/v2" and request.get("method") == "subscribe":
            channel = request["params"]["channel"]
            if channel == "book":
                yield kraken_book("snapshot", BIDS, ASKS, next(books))
            if channel == "trade":
                yield kraken_book("update", [("45283.5", "0.2")], [], 5)

    def mended(feed: Feed) -> bool:
        return feed.connections[0].counts.asked == 1 and feed.books.top(0).bid_lots > 0

    best, events, at = listen("kraken", ("BTC-USD",), ASSET_PAIRS, script, mended)
    kinds = [Kind(kind) for kind in events["kind"].tolist() if kind != Kind.HEALTH]
    assert kinds[20:23] == [Kind.GAP, Kind.DEPTH_CLEAR, Kind.RESYNC]
    assert best == {"KRAKEN:BTC-USD": ("45283.5", "45285.2")}
    methods = [(each["method"], each["params"]["channel"]) for each in at.requests]
    assert methods[-2:] == [("unsubscribe", "book"), ("subscribe", "book")]


def chosen(name: str, products: tuple[str, ...], answers: Answers) -> None:
    async def run() -> None:
        async with serving(answers) as at:
            await choose(enabled(name, at), products)

    asyncio.run(run())


def test_a_product_that_is_not_listed_is_refused() -> None:
    with pytest.raises(UsageError, match="KRAKEN lists no ETH-USD") as caught:
        chosen("kraken", ("BTC-USD", "ETH-USD"), ASSET_PAIRS)
    assert "BASE-QUOTE" in caught.value.fix
    with pytest.raises(UsageError, match="no product to listen to"):
        chosen("kraken", (), ASSET_PAIRS)


def test_a_list_that_cannot_be_read_is_refused() -> None:
    broken: Answers = {"/0/public/AssetPairs": [(200, b'{"error":["EGeneral:Internal error"]}')]}
    with pytest.raises(DataError, match="a list of products cannot be read"):
        chosen("kraken", ("BTC-USD",), broken)


def bybit_list(category: str, tick: str) -> tuple[str, list[tuple[int, bytes]]]:
    symbol = {
        "symbol": "BTCUSDT",
        "baseCoin": "BTC",
        "quoteCoin": "USDT",
        "contractType": "LinearPerpetual" if category == "linear" else "",
        "priceFilter": {"tickSize": tick},
        "lotSizeFilter": {"qtyStep": "0.001"},
    }
    body = json.dumps({"result": {"list": [symbol]}}).encode()
    more = "&limit=1000&baseCoin=BTC" if category == "linear" else ""
    return f"{INSTRUMENTS}{category}{more}", [(200, body)]


def test_spot_and_contracts_of_one_symbol_are_listened_to_apart() -> None:
    answers = dict([bybit_list("linear", "0.1"), bybit_list("spot", "0.1")])
    with pytest.raises(UsageError, match="one symbol for two of BTC-USDT, BTC-USDT-PERP"):
        chosen("bybit", ("BTC-USDT", "BTC-USDT-PERP"), answers)


def test_a_product_without_a_grid_is_refused() -> None:
    body = json.dumps(
        {
            "symbols": [
                {
                    "symbol": "BTCUSDT",
                    "baseAsset": "BTC",
                    "quoteAsset": "USDT",
                    "filters": [{"filterType": "PRICE_FILTER"}, {"filterType": "LOT_SIZE"}],
                }
            ]
        }
    ).encode()
    with pytest.raises(DataError, match="has no tick or lot"):
        chosen("binance", ("BTC-USDT",), {"/api/v3/exchangeInfo": [(200, body)]})


@pytest.mark.parametrize("name", PUBLIC_VENUES)
def test_a_venue_that_is_not_enabled_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is not enabled") as caught:
        public_venue(name, VenuesConfig())
    assert f"venues.{name}.enabled" in caught.value.fix
    settings = {name: PublicVenueConfig(enabled=True)}
    venue = public_venue(name, VenuesConfig.model_validate(settings))
    assert venue.name == name.upper()
    assert all(url.startswith("https://") for url in venue.list_urls(["BTC-USDT"]))
