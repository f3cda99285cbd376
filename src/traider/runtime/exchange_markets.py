"""Where the local exchange's market comes from: a recording, bars, or a seed."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np

from traider.backtest.bar_files import BarFile, read_batches, scan_bar_file
from traider.domain.errors import DataError, UsageError
from traider.runtime.event_stream import by_message
from traider.runtime.replay_sources import open_stream
from traider.venues.simulated.exchange import Exchange, Market
from traider.venues.simulated.markets.bars import Bar, BarMarket, tell_ended
from traider.venues.simulated.markets.merged import MergedMarket
from traider.venues.simulated.markets.replay import ReplayMarket, read_opening
from traider.venues.simulated.markets.synthetic import FlowSettings, SyntheticFlow
from traider.venues.simulated.products import (
    Product,
    listed,
    product_on_grid,
    read_products,
    shipped_products,
)

SECOND_NS: Final = 1_000_000_000
PRODUCTS_DEFAULT: Final = ("BTC-USD", "ETH-USD")


@dataclass(frozen=True)
class SourceRequest:
    """What a person asks of the market. At most one of recording and bars is named."""

    replay: tuple[Path, ...] = ()
    """Files of one recording, or a journal."""
    venue: str = ""
    """Whose recording it is, where the files do not tell."""
    bars: tuple[Path, ...] = ()
    names: tuple[str, ...] = ()
    """Products that the files of bars are listed as, in their order; theirs when empty."""
    history_ns: int = 0
    """How much of the bars is candles only: the market opens after it."""
    goes_on_ns: int = 0
    """When the market goes on, where accounts were kept; 0 when it opens."""
    seed: int = 1
    products: tuple[str, ...] = ()
    """What a synthetic market lists, or what is taken of a recording; empty takes all of it."""
    products_file: Path | None = None
    start_ns: int = 0
    """When the market opens; 0 takes the machine's time, or for bars that of the first bar."""
    keeps_time: bool = False
    """Whether a recording is played at its own times."""
    flow: FlowSettings = field(default_factory=FlowSettings)


@dataclass(frozen=True)
class MarketPlan:
    """What will be listed, when it starts, and how the market is opened on an exchange."""

    products: dict[str, Product]
    start_ns: int
    open: Callable[[Exchange], Market]
    is_of_now: bool = False
    """Whether it begins now, so that at the machine's pace it shows the machine's time."""


def market_plan(request: SourceRequest) -> MarketPlan:
    """Return the market that is asked for.

    Raises:
        UsageError: a product is not there, or several kinds of market are asked for.
        DataError: a file cannot be used.
    """
    if request.replay and request.bars:
        raise UsageError("a market is a recording or bars, not both", fix="leave one out")
    if request.replay:
        return _replay_plan(request)
    return _bars_plan(request) if request.bars else _synthetic_plan(request)


def _synthetic_plan(request: SourceRequest) -> MarketPlan:
    known = _known(request)
    names = request.products or PRODUCTS_DEFAULT
    for name in names:
        if name not in known:
            raise UsageError(
                f"{name} is not listed",
                where=str(request.products_file or ""),
                fix=f"one of {', '.join(list(known)[:12])}, or a --products-file that lists it",
            )
    products = _with_aliases(known, {known[name].book_id for name in names})
    start_ns = request.start_ns or time.time_ns() // SECOND_NS * SECOND_NS

    def open_market(exchange: Exchange) -> Market:
        return MergedMarket([
            SyntheticFlow(
                exchange.crowds[name], market, f"{request.seed}/{name}", start_ns, request.flow
            )
            for name, market in exchange.desk.markets.items()
        ])  # fmt: skip

    return MarketPlan(products, start_ns, open_market, is_of_now=not request.start_ns)


def _replay_plan(request: SourceRequest) -> MarketPlan:
    stream = open_stream(request.replay, request.venue)
    known = _known(request)
    names = [_product_name(instrument.name) for instrument in stream.instruments]
    taken = _taken(names, request.products)
    products: dict[str, Product] = {}
    for name, instrument in zip(names, stream.instruments, strict=True):
        if name in taken:
            products |= _on_grid(known, name, instrument.tick_size, instrument.lot_size)
    wanted = {number for number, name in enumerate(names) if name in taken}
    opening = read_opening(by_message(stream.chunks()), wanted)
    shift_ns = 0 if request.keeps_time else (request.start_ns or time.time_ns()) - opening.last_ns

    def open_market(exchange: Exchange) -> Market:
        crowds = [exchange.crowds[name] if name in taken else None for name in names]
        return ReplayMarket(exchange.desk, opening, crowds, shift_ns)

    is_of_now = not (request.keeps_time or request.start_ns)
    return MarketPlan(
        listed(products.values()), opening.first_ns + shift_ns, open_market, is_of_now=is_of_now
    )


def _bars_plan(request: SourceRequest) -> MarketPlan:
    files = _bar_files(request)
    known, taken = _known(request), _taken(list(files), request.products)
    products: dict[str, Product] = {}
    for name in taken:
        products |= _on_grid(known, name, files[name].tick_size, files[name].lot_size)

    # By whole bars, so that candles still begin where bars do.
    first_ns = min(files[name].first_ns for name in taken)
    longest_ns = max(files[name].length_ns for name in taken)
    shift_ns = (request.start_ns - first_ns) // longest_ns * longest_ns if request.start_ns else 0
    opens_ns = max(first_ns + shift_ns + request.history_ns, request.goes_on_ns)
    if request.history_ns and opens_ns >= max(files[name].end_ns for name in taken) + shift_ns:
        raise UsageError("all bars are over when it opens", fix="give a shorter --history")

    def open_market(exchange: Exchange) -> Market:
        markets = []
        for name in taken:
            listed_market, coming = exchange.desk.markets[name], _bars_of(files[name], shift_ns)
            for bar in coming:
                if bar.end_ns > opens_ns:
                    coming = chain((bar,), coming)
                    break
                tell_ended(listed_market, bar)
            market = BarMarket(exchange.crowds[name], coming, f"{request.seed}/{name}")
            market.open(listed_market, opens_ns)
            markets.append(market)
        return MergedMarket(markets)

    return MarketPlan(listed(products.values()), opens_ns, open_market)


def _bar_files(request: SourceRequest) -> dict[str, BarFile]:
    """Return the files of bars by the product each is listed as."""
    if request.names and len(request.names) != len(request.bars):
        raise UsageError(
            f"{len(request.names)} names for {len(request.bars)} files of bars",
            where="--list-as",
            fix="repeat it for each --bars, in their order",
        )
    found = [scan_bar_file(path) for path in request.bars]
    names = request.names or tuple(_product_name(file.instrument) for file in found)
    files = dict(zip(names, found, strict=True))
    if len(files) < len(found):
        raise UsageError("two files are bars of one product", fix="name one file a product")
    return files


def _bars_of(file: BarFile, shift_ns: int) -> Iterator[Bar]:
    """Yield the bars of a file on the file's grid; volume is rounded to whole lots."""
    tick, lot = float(file.tick_size), float(file.lot_size)
    for batch in read_batches(file.path, None, None):
        prices = [
            np.rint(column / tick).astype(np.int64).tolist()
            for column in (batch.open, batch.high, batch.low, batch.close)
        ]
        lots = np.rint(batch.volume / lot).astype(np.int64).tolist()
        starts = batch.ts_ns.tolist()
        rows = zip(starts, *prices, lots, strict=True)
        for start, first, high, low, last, size in rows:
            yield Bar(start + shift_ns, file.length_ns, first, high, low, last, size)


def _known(request: SourceRequest) -> dict[str, Product]:
    file = request.products_file
    return read_products(file) if file else shipped_products()


def _product_name(instrument: str) -> str:
    """Return ``BTC-USDT`` of ``BINANCE:BTC-USDT``."""
    name = instrument.partition(":")[2] or instrument
    if "-" not in name:
        raise DataError(
            f"{instrument} names no base and quote currency", fix="name the file VENUE-BASE-QUOTE-…"
        )
    return name


def _taken(names: list[str], wanted: tuple[str, ...]) -> list[str]:
    for name in wanted:
        if name not in names:
            raise UsageError(f"{name} is not in the data", fix=f"one of {', '.join(names)}")
    return [name for name in dict.fromkeys(names) if not wanted or name in wanted]


def _on_grid(
    known: dict[str, Product], name: str, tick_size: Decimal, lot_size: Decimal
) -> dict[str, Product]:
    """Return a product on the grid of the data: the listed one and its aliases where they fit."""
    made = product_on_grid(name, f"{tick_size:f}", f"{lot_size:f}")
    listing = known.get(name)
    if listing and (listing.tick_units, listing.lot_units) == (made.tick_units, made.lot_units):
        return _with_aliases(known, {name})
    return {name: made}


def _with_aliases(known: dict[str, Product], books: set[str]) -> dict[str, Product]:
    return listed(product for product in known.values() if product.book_id in books)
