"""The market as the trader has it: instruments, candles, books, trades, quality of the data."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query

from traider.api.asking import needs
from traider.api.facts import FactsNow
from traider.api.following import FollowedRun
from traider.api.openapi import problems
from traider.api.paging import Page, PageAskedNow, keyed_page
from traider.api.reading import markets
from traider.api.reading.bars import BarsAsked, bars_shape, find_bars
from traider.api.reading.indicators import indicators_of
from traider.api.reading.looking import WAIT_S, chosen, looked, number_of
from traider.api.rights import Right
from traider.api.routes.asked import InstrumentAsked, InstrumentChosen, InstrumentInPath
from traider.api.shapes.market import Bars, Book, MarketQuality, MarketTradeShape, Products
from traider.api.spans import SpanNow

router = APIRouter(
    prefix="/market",
    tags=["market"],
    dependencies=[Depends(needs(Right.READ))],
    responses=problems(401, 403, 404, 409, 422),
)

_BARS: Final = 500
_BARS_MAX: Final = 2_000
Frame = Literal[
    "1s", "5s", "15s", "30s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h",
    "12h", "1d",
]  # fmt: skip


@router.get("/products", summary="The instruments of the run, and how their markets stand")
def market_products(facts: FactsNow) -> Products:
    """Return grid, smallest orders, prices, change over a day and health of every instrument."""
    found, stands = looked(
        facts.view,
        lambda run: [markets.product(run, number) for number in range(len(run.instruments))],
    )
    return Products(items=found, as_of=stands)


@router.get("/bars", summary="Candles, with indicators")
def market_bars(
    facts: FactsNow,
    instrument: InstrumentAsked,
    span: SpanNow,
    frame: Annotated[Frame, Query(description="Length of a bar.")] = "1m",
    limit: Annotated[int, Query(ge=1, le=_BARS_MAX, description="Most bars.")] = _BARS,
    indicators: Annotated[
        str,
        Query(
            max_length=500,
            description="Indicators parted by commas: ``sma:20``, ``rsi:14``, ``macd:12:26``, or "
            "expressions of the catalogue of features: ``ema(close, 12) - sma(close, 20)``.",
            examples=["sma:20,rsi:14"],
        ),
    ] = "",
) -> Bars:
    """Return the newest bars of a span, made of the trades in the journal and of its history.

    Indicators are computed by the kernel on the very bars, warmed by those before them.
    """
    asked = BarsAsked(instrument, frame, span.from_ns, span.to_ns, limit, indicators_of(indicators))
    found, stands = looked(facts.view, lambda run: find_bars(run, asked))
    return bars_shape(asked, found, stands)


@router.get("/book/{instrument}", summary="The order book of an instrument")
def market_book(
    facts: FactsNow,
    instrument: InstrumentInPath,
    depth: Annotated[int, Query(ge=1, le=500, description="Levels of each side.")] = 20,
) -> Book:
    """Return the best levels of the trader's own book with cumulated sizes, and its middle."""
    found, stands = looked(facts.view, lambda run: markets.book(run, instrument, depth))
    return markets.book_shape(found, stands)


@router.get("/trades", summary="Trades of a market, newest first")
def market_trades(
    facts: FactsNow, instrument: InstrumentAsked, asked: PageAskedNow
) -> Page[MarketTradeShape]:
    """Return the tape of an instrument; the last 2,000 trades are kept."""
    before = asked.after(int)

    def rows(run: FollowedRun) -> list[tuple[int, MarketTradeShape]]:
        number = number_of(run, instrument)
        found = markets.trades(run, number, before, asked.limit + 1)
        return [(place, markets.trade_shape(run, number, trade)) for place, trade in found]

    found, _ = looked(facts.view, rows)
    page = keyed_page(found, asked, lambda row: row[0])
    return Page(items=[row for _, row in page.items], next_cursor=page.next_cursor)


@router.get("/quality", summary="How good the market data were, over time")
def market_quality(
    facts: FactsNow, span: SpanNow, instrument: InstrumentChosen = ""
) -> MarketQuality:
    """Return health, gaps and resyncs of one instrument or all: of the last day unless asked."""
    now_ns = facts.view.wait_until_live(WAIT_S).now_ns
    end_ns = now_ns + 1 if span.to_ns is None else span.to_ns
    begin_ns = end_ns - markets.DAY_NS if span.from_ns is None else min(span.from_ns, end_ns)
    begin_ns = max(begin_ns, 0)
    found, stands = looked(
        facts.view,
        lambda run: [
            markets.quality(run, number, begin_ns, end_ns) for number in chosen(run, instrument)
        ],
    )
    return MarketQuality(begin_ns=begin_ns, end_ns=end_ns, items=found, as_of=stands)
