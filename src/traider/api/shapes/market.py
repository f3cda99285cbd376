"""Shapes of the market: instruments, bars, books, trades, quality of the data."""

from typing import Annotated, Literal

from pydantic import Field

from traider.api.shapes.amounts import InstrumentText, PriceText, SizeText, TimeNs
from traider.api.shapes.shape import Shape
from traider.api.shapes.standing import AsOf


class Product(Shape):
    """One instrument of the run, and how its market stands."""

    name: InstrumentText
    """Name, as the configuration has it."""
    symbol: Annotated[str, Field(examples=["BTCUSDT"])]
    """The venue's own name."""
    venue: Annotated[str, Field(examples=["BINANCE"])]
    """Where it is traded."""
    base: Annotated[str, Field(examples=["BTC"])]
    """What sizes count."""
    quote: Annotated[str, Field(examples=["USDT"])]
    """What prices count."""
    kind: Literal["spot", "perpetual", "future"]
    """What it is."""
    tick_size: PriceText
    """Prices are multiples of it."""
    lot_size: SizeText
    """Sizes are multiples of it."""
    min_size: SizeText | None
    """Smallest order in base units; null where it is not known."""
    min_notional: PriceText | None
    """Smallest order in quote currency; null where it is not known."""
    status: Literal[
        "trading", "post-only", "cancel-only", "halted", "settling", "delisted", "unknown"
    ]
    """What the venue said last of trading in it."""
    last: PriceText | None
    """Price of the last trade; null before one is known."""
    bid: PriceText | None
    """Best bid; null where there is none."""
    ask: PriceText | None
    """Best ask; null where there is none."""
    mark: PriceText | None
    """Price that positions are valued at; null where it is not known."""
    change: Annotated[float | None, Field(examples=[-0.0123])]
    """Last price over the price a day before, less 1; null where no price is that old."""
    change_from_ns: TimeNs | None
    """Instant of the price that ``change`` is from: a day before, or later where less is known."""
    high: PriceText | None
    """Highest price since then."""
    low: PriceText | None
    """Lowest price since then."""
    volume: SizeText | None
    """Traded since then, base units."""
    last_ns: TimeNs
    """When its market said something last, as received, ns UTC; 0 never."""
    age_s: Annotated[float | None, Field(examples=[0.4])]
    """Seconds of the trader's clock from then to ``as_of.now_ns``; null where it said nothing."""
    health: Annotated[str, Field(examples=["healthy"])]
    """What the feed says of its data: ``healthy``, or the worst that is wrong."""
    is_healthy: bool
    """Whether new positions may be opened by its data."""
    gaps: Annotated[int, Field(examples=[0])]
    """Holes in its stream since ``as_of.known_from_ns``."""
    resyncs: Annotated[int, Field(examples=[0])]
    """How often it was made whole again."""


class Products(Shape):
    """The instruments of the run."""

    items: list[Product]
    """By their numbers in the journal."""
    as_of: AsOf
    """How current they are."""


class BarShape(Shape):
    """One bar; slots without a trade have none."""

    open_ns: TimeNs
    """When it opened, ns UTC."""
    open: PriceText
    """First price."""
    high: PriceText
    """Highest price."""
    low: PriceText
    """Lowest price."""
    close: PriceText
    """Last price."""
    volume: SizeText
    """Traded, base units."""
    bought: SizeText | None
    """What takers bought of it; null where the bar was told whole."""
    trades: Annotated[int | None, Field(examples=[42])]
    """How many trades made it; null where the bar was told whole."""
    is_open: bool
    """Whether it is still under way."""


class IndicatorShape(Shape):
    """One indicator over the bars."""

    name: Annotated[str, Field(examples=["sma:20"])]
    """As it was asked for."""
    expression: Annotated[str, Field(examples=["sma(close, 20)"])]
    """What it stands for in the catalogue of features."""
    unit: Annotated[str, Field(examples=["price"])]
    """Unit of its values; empty where it has none that a person would know."""
    values: Annotated[list[float | None], Field(examples=[[None, 63_800.7]])]
    """One a bar, in the order of the bars; null while it warms up."""


class Bars(Shape):
    """Candles of one instrument, oldest first."""

    instrument: InstrumentText
    """Whose they are."""
    frame: Annotated[str, Field(examples=["1m"])]
    """Length of a bar."""
    frame_ns: Annotated[int, Field(examples=[60_000_000_000])]
    """The same, ns."""
    bars: list[BarShape]
    """Of the span asked for the newest, up to the limit."""
    has_more: bool
    """Whether older bars of the span were left out: ask with ``to_ns`` of the first."""
    indicators: list[IndicatorShape]
    """In the order in which they were asked for."""
    as_of: AsOf
    """How current they are."""


class Level(Shape):
    """One price of a book."""

    price: PriceText
    """Its price."""
    size: SizeText
    """What stands there, base units."""
    total: SizeText
    """What stands there and at better prices."""


class Book(Shape):
    """The order book of one instrument, as the trader has it."""

    instrument: InstrumentText
    """Whose it is."""
    state: Literal["empty", "one-sided", "open", "locked", "crossed"]
    """What the two sides say together."""
    bids: list[Level]
    """Best first."""
    asks: list[Level]
    """Best first."""
    spread: PriceText | None
    """Best ask less best bid; null without both."""
    spread_bps: Annotated[float | None, Field(examples=[0.16])]
    """The same in hundredths of a percent of the middle."""
    mid: PriceText | None
    """Middle of the best prices."""
    microprice: Annotated[float | None, Field(examples=[63_800.74])]
    """Middle weighed by size: (bid x ask size + ask x bid size) / (bid size + ask size)."""
    imbalance: Annotated[float | None, Field(examples=[0.21])]
    """Size of the shown bids less that of the asks, over both: -1 to 1."""
    bid_levels: Annotated[int, Field(examples=[812])]
    """How many bids there are in all."""
    ask_levels: Annotated[int, Field(examples=[790])]
    """How many asks there are in all."""
    last_ns: TimeNs
    """When its market said something last, as received, ns UTC."""
    health: Annotated[str, Field(examples=["healthy"])]
    """What the feed says of its data."""
    as_of: AsOf
    """How current it is."""


class MarketTradeShape(Shape):
    """One trade of the market."""

    id: Annotated[str, Field(examples=["4211873221"])]
    """The venue's number; empty where it gives none."""
    at_ns: TimeNs
    """When it happened, by the venue, ns UTC."""
    received_ns: TimeNs
    """When it was received, ns UTC."""
    price: PriceText
    """Its price."""
    size: SizeText
    """Base units."""
    side: Literal["buy", "sell", "unknown"]
    """What the taker did."""


class HealthSpanShape(Shape):
    """A stretch of time with one health."""

    begin_ns: TimeNs
    """When it began, ns UTC."""
    end_ns: TimeNs | None
    """When it ended; null while it lasts."""
    health: Annotated[str, Field(examples=["gap"])]
    """What was wrong, ``healthy`` for nothing."""
    is_healthy: bool
    """Whether nothing was."""


class GapShape(Shape):
    """A hole in the stream of an instrument."""

    at_ns: TimeNs
    """When it was found, ns UTC."""
    begin_ns: TimeNs | None
    """From when on something is missing; null where it is not known."""
    end_ns: TimeNs | None
    """Until when; null while it is open."""
    missing: Annotated[int | None, Field(examples=[3])]
    """Messages that are missing, by the venue's numbers; null where it is not known."""


class ResyncShape(Shape):
    """The stream was made whole again."""

    at_ns: TimeNs
    """When, ns UTC."""
    since_ns: TimeNs | None
    """Start of the gap that it ended; null where it is not known."""


class Quality(Shape):
    """How good the data of one instrument were over a span of time."""

    instrument: InstrumentText
    """Whose they are."""
    health: Annotated[str, Field(examples=["healthy"])]
    """What the feed says now."""
    spans: list[HealthSpanShape]
    """By time; before the first nothing is known."""
    gaps: list[GapShape]
    """By time."""
    resyncs: list[ResyncShape]
    """By time."""
    unhealthy_s: Annotated[float, Field(examples=[2.6])]
    """Seconds of the span in which something was wrong."""
    last_ns: TimeNs
    """When its market said something last, as received, ns UTC."""


class MarketQuality(Shape):
    """How good the data of the instruments were."""

    begin_ns: TimeNs
    """Start of the span, ns UTC of the trader's clock."""
    end_ns: TimeNs
    """Its end."""
    items: list[Quality]
    """One an instrument."""
    as_of: AsOf
    """How current it is."""
