"""Rows of the event table that bring facts in: runs, instruments and market data."""

from typing import Final

from traider.domain.events import Kind
from traider.domain.payload_words import UNUSED, Row, floating, integer

_LEVEL_WORDS: Final = (
    integer("price", "ticks"),
    integer("size", "lots at the level, 0 removes it"),
    integer("id", "the venue's update number"),
)
_BOOK_SIDE: Final = "+1 bid, -1 ask"
_FEED_FLAGS: Final = "LAST_OF_MESSAGE, GAP_BEFORE"


_RUN_ROWS: Final[tuple[Row, ...]] = (
    (
        Kind.CONFIG_DIGEST,
        "First record of every run: the sha-256 of its configuration",
        "runtime",
        (
            integer("digest_0", "bytes 0-7"),
            integer("digest_1", "bytes 8-15"),
            integer("digest_2", "bytes 16-23"),
            integer("digest_3", "bytes 24-31"),
            integer("table_version", "version of this table"),
        ),
        "",
        "",
    ),
    (
        Kind.WARMUP_BEGIN,
        "History follows; decisions are off until the end of the warm-up",
        "runtime",
        (integer("from_ns", "ns UTC"), integer("until_ns", "ns UTC")),
        "",
        "",
    ),
    (
        Kind.WARMUP_END,
        "History is complete; decisions are on",
        "runtime",
        (integer("events", "count"),),
        "",
        "",
    ),
    (
        Kind.LEADER_EPOCH,
        "A trader took the lead; orders of older epochs are refused",
        "runtime",
        (
            integer("epoch", "count"),
            integer("from_sequence", "journal position"),
            integer("node", "hash of the node's name"),
            integer("rules", "of the decider; 0 before there were several"),
        ),
        "",
        "",
    ),
)

_INSTRUMENT_ROWS: Final[tuple[Row, ...]] = (
    (
        Kind.INSTRUMENT_STATUS,
        "Trading in the instrument opened, halted or ended",
        "feed",
        (integer("code", "InstrumentStatus"), integer("effective_ns", "ns UTC")),
        "",
        "",
    ),
    (
        Kind.FEE_CHANGE,
        "The account's fee rates changed",
        "gateway",
        (
            integer("maker_rate", "1e-12 of notional"),
            integer("taker_rate", "1e-12 of notional"),
            integer("tier", "tier of the fee schedule"),
            integer("effective_ns", "ns UTC"),
        ),
        "",
        "",
    ),
    (
        Kind.TICK_LOT_CHANGE,
        "The grid changed; later ticks and lots count the new steps",
        "feed",
        (
            integer("tick_size", "1e-12 of quote"),
            integer("lot_size", "1e-12 of base"),
            integer("min_size", "new lots"),
            integer("min_notional", "money units"),
            integer("effective_ns", "ns UTC"),
        ),
        "",
        "",
    ),
    (
        Kind.FUNDING_INTERVAL,
        "The funding interval or its bounds changed",
        "feed",
        (
            integer("interval_ns", "ns"),
            integer("rate_cap", "1e-12 an interval"),
            integer("rate_floor", "1e-12 an interval"),
            integer("effective_ns", "ns UTC"),
        ),
        "",
        "",
    ),
    (
        Kind.HEALTH,
        "A data-quality check changed its mind about the instrument",
        "feed",
        (
            integer("code", "check, 0 healthy"),
            floating("number", "measured, in the check's unit"),
            floating("limit", "allowed, in the check's unit"),
        ),
        "",
        "",
    ),
    (
        Kind.GAP,
        "Messages were missed; state built on the stream is broken",
        "feed",
        (
            integer("first_missing", "the venue's number"),
            integer("last_missing", "the venue's number, 0 unknown"),
            integer("from_ns", "ns UTC"),
            integer("until_ns", "ns UTC, 0 still open"),
        ),
        "",
        "",
    ),
    (
        Kind.RESYNC,
        "The stream is whole again; a fresh snapshot follows",
        "feed",
        (
            integer("code", "how it was mended"),
            UNUSED,
            integer("id", "the venue's update number"),
            integer("since_ns", "ns UTC, start of the gap"),
        ),
        "",
        "",
    ),
)

_MARKET_ROWS: Final[tuple[Row, ...]] = (
    (
        Kind.DEPTH_SNAPSHOT,
        "One level of a whole book; the level with index 0 empties the book first",
        "feed",
        (*_LEVEL_WORDS, integer("index", "position in the snapshot")),
        f"{_FEED_FLAGS}, CONFLATED",
        _BOOK_SIDE,
    ),
    (
        Kind.DEPTH_UPDATE,
        "One level of the book changed",
        "feed",
        _LEVEL_WORDS,
        f"{_FEED_FLAGS}, CONFLATED",
        _BOOK_SIDE,
    ),
    (
        Kind.DEPTH_CLEAR,
        "The book is empty",
        "feed",
        (UNUSED, UNUSED, integer("id", "the venue's update number")),
        f"{_FEED_FLAGS}, CONFLATED",
        f"{_BOOK_SIDE}, 0 both",
    ),
    (
        Kind.TRADE,
        "A trade on the venue, or the first price of a bar (BAR_OPEN, size 0)",
        "feed",
        (
            integer("price", "ticks"),
            integer("size", "lots"),
            integer("id", "the venue's trade number"),
        ),
        f"{_FEED_FLAGS}, BAR_OPEN, HISTORY",
        "taker's: +1 buy, -1 sell, 0 unknown",
    ),
    (
        Kind.QUOTE,
        "The best bid and ask",
        "feed",
        (
            integer("bid", "ticks"),
            integer("bid_size", "lots"),
            integer("ask", "ticks"),
            integer("ask_size", "lots"),
        ),
        _FEED_FLAGS,
        "",
    ),
    (
        Kind.BAR,
        "A closed bar: ts_event is its open time, ts_recv its close time",
        "feed",
        (
            integer("open", "ticks"),
            integer("high", "ticks"),
            integer("low", "ticks"),
            integer("close", "ticks"),
            integer("volume", "lots"),
        ),
        "timeframe code (bits 0-7), GAP_BEFORE, PARTIAL",
        "",
    ),
    (
        Kind.MARK,
        "The venue's mark and index price; both may lie off the tick",
        "feed",
        (integer("mark", "1e-8 of quote"), integer("index_price", "1e-8 of quote, 0 none")),
        _FEED_FLAGS,
        "",
    ),
    (
        Kind.FUNDING,
        "A funding rate, announced or settled; positive: longs pay shorts",
        "feed",
        (
            integer("rate", "1e-12 an interval"),
            integer("mark", "1e-8 of quote"),
            integer("next_ns", "ns UTC of the settlement"),
            integer("interval_ns", "ns"),
            integer("settled", "1 settled, 0 announced"),
        ),
        _FEED_FLAGS,
        "",
    ),
)

MARKET_PAYLOADS: Final[tuple[Row, ...]] = (*_RUN_ROWS, *_INSTRUMENT_ROWS, *_MARKET_ROWS)
"""Ranks 1 to 39."""
