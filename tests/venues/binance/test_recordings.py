"""Connections of four symbols each, recorded by another program in a format of its own.

Their snapshots are answers of their own, so each must join the changes of its symbol. No replay of
them is published; what must hold is that nothing breaks and no book crosses.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest

from tests.venues.dictionary_book import DictionaryBook
from traider.domain.events import join_events
from traider.venues.binance.grid import finest_grid
from traider.venues.binance.instruments import Market
from traider.venues.binance.mapper import BinanceMapper
from traider.venues.event_writer import EventWriter
from traider.venues.listing import Listing

pytestmark = pytest.mark.reference

RECORDINGS = {
    "BINANCE-20211012": (Market.SPOT, ("NKNUSDT", "BLZETH", "LRCBTC", "RUNEEUR")),
    "BINANCE_FUTURES-20210722": (
        Market.USDM,
        ("SUSHIUSDT", "AKROUSDT", "KEEPUSDT", "CTKUSDT"),
    ),
}


def records(path: Path) -> list[dict[str, Any]]:
    """Return what was received, by time: snapshots carry the symbol asked for."""
    with pa.input_stream(str(path)) as stream:
        found = [json.loads(line) for line in stream.read().splitlines()]
    found = [each for each in found if each["t"] == "recv" or "/depth?" in each.get("url", "")]
    for each in found:
        each["symbol"] = parse_qs(urlsplit(each.get("url", "")).query).get("symbol", [""])[0]
        each["raw"] = each["data"].encode()
    return sorted(found, key=lambda each: float(each["ts"]))


def listings(found: list[dict[str, Any]], symbols: tuple[str, ...]) -> Iterator[Listing]:
    """Find the grid of each symbol."""
    for number, symbol in enumerate(symbols):
        mine = [each["raw"] for each in found if _is_about(each, symbol)]
        yield Listing(symbol, number, *finest_grid(mine))


def _is_about(each: dict[str, Any], symbol: str) -> bool:
    return each["symbol"] == symbol or f'"{symbol.lower()}@' in each["data"]


@pytest.mark.parametrize("name", RECORDINGS)
def test_four_symbols_of_a_connection_keep_whole_books(reference_data: Path, name: str) -> None:
    market, symbols = RECORDINGS[name]
    found = records(reference_data / "l2" / f"{name}.jsonl.zst")
    mapper, out = BinanceMapper(market, list(listings(found, symbols))), EventWriter()
    for each in found:
        ts_recv = round(each["ts"] * 1e9)
        if each["symbol"]:
            mapper.snapshot(each["symbol"], each["raw"], ts_recv, out)
        else:
            mapper.take(each["raw"], ts_recv, out)
    counts = mapper.counts
    assert (counts.snapshots, counts.snapshots_refused) == (4, 0)
    assert (counts.gaps, counts.trade_gaps, counts.quotes_old) == (0, 0, 0)
    assert counts.depth == counts.depth_applied + counts.depth_old > 0
    assert {other.split("@")[1] for other in counts.others} == {"kline_1m"}
    events = join_events([out.take()])
    for number, symbol in enumerate(symbols):
        book = DictionaryBook()
        book.replay(events[events["instrument"] == number])
        assert mapper.is_whole(symbol)
        assert book.bids
        assert book.asks
        assert book.crossed == 0
