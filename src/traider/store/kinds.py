"""What a market store holds: contents, their columns, and what makes a row the same row again.

Times are ``ts``, int64 nanoseconds UTC. Imported history has the times and numbers of its source: a
bar's opening, a trade's instant, a settlement's full hour; float64, bit for bit where the source
was binary, the nearest float where it was decimal text. Recorded events have the time of receipt,
the time at the source beside it, and the integers of the event: ticks, lots, units of money.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from traider.domain.errors import UsageError
from traider.domain.timeframes import timeframe_ns

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

PRICES: Final = ("open", "high", "low", "close")
_DEFINITION: Final = re.compile(r"[0-9a-f]{8,64}")


class Content(Enum):
    """What the rows of a series are."""

    BARS = "bars"
    MARK_BARS = "mark-bars"
    """Bars of a price that nobody trades at, a mark or an index: without volume."""
    TRADES = "trades"
    FUNDING = "funding"
    DEPTH = "depth"
    """Books as they were received: levels of snapshots, changes of levels, clears."""
    QUOTES = "quotes"
    MARKS = "marks"
    TRADE_EVENTS = "trade-events"
    """Trades as they were received, in ticks and lots."""
    FUNDING_EVENTS = "funding-events"
    BAR_EVENTS = "bar-events"
    STATUS = "status"
    """What a feed said of its own stream and of the instrument: gaps, resyncs, health, halts."""
    FEATURES = "features"
    """Values of a definition at each decision; the kind's name carries the definition's hash."""
    SIGNALS = "signals"
    """Scores and what became of them; the kind's name carries the configuration's hash."""

    @property
    def is_bars(self) -> bool:
        """Whether rows have an opening time, a length and four prices."""
        return self in {Content.BARS, Content.MARK_BARS}

    @property
    def is_events(self) -> bool:
        """Whether rows are records of a journal, each with its position there."""
        return self in _EVENT_COLUMNS

    @property
    def is_derived(self) -> bool:
        """Whether rows are ts and columns of float64 that the writer names."""
        return self in {Content.FEATURES, Content.SIGNALS}

    @property
    def identity(self) -> tuple[str, ...]:
        """Columns that are equal in two rows only when they say the same fact.

        Trades whose id is null are told apart by which of their instant they are.
        """
        if self.is_events:
            return ("ts", "seq")
        return ("ts", "id") if self is Content.TRADES else ("ts",)


IMPORTED: Final = (Content.BARS, Content.MARK_BARS, Content.TRADES, Content.FUNDING)
"""Contents that files of others bring."""

REQUIRED: Final = {
    Content.BARS: ("ts", *PRICES, "volume"),
    Content.MARK_BARS: ("ts", *PRICES),
    Content.TRADES: ("ts", "price", "size"),
    Content.FUNDING: ("ts", "rate"),
}
"""Columns a source must have."""

OPTIONAL: Final = {
    Content.BARS: ("symbol",),
    Content.MARK_BARS: ("symbol",),
    Content.TRADES: ("side", "id", "symbol"),
    Content.FUNDING: ("mark", "premium", "symbol"),
}
"""Columns that are taken where a source has them."""

_BAR_COLUMNS: Final[dict[str, pa.DataType]] = {
    "ts": pa.int64(),
    **dict.fromkeys((*PRICES, "volume"), pa.float64()),
}
_TRADE_COLUMNS: Final[dict[str, pa.DataType]] = {
    "ts": pa.int64(),
    "price": pa.float64(),
    "size": pa.float64(),
    "side": pa.int8(),
    "id": pa.string(),
}
_FUNDING_COLUMNS: Final[dict[str, pa.DataType]] = {
    "ts": pa.int64(),
    **dict.fromkeys(("rate", "mark", "premium"), pa.float64()),
}
EVENT_HEAD: Final[dict[str, pa.DataType]] = {
    "ts": pa.int64(),
    "seq": pa.int64(),
    "ts_event": pa.int64(),
    "number": pa.int32(),
    "event": pa.int16(),
    "flags": pa.int32(),
    "side": pa.int8(),
    "version": pa.int16(),
}
"""Columns of every event: ``ts`` is the time of receipt, ``seq`` the position in the journal,
``number`` the instrument's in that journal, ``event`` the rank of the kind."""

_EVENT_COLUMNS: Final[dict[Content, tuple[str, ...]]] = {
    Content.DEPTH: ("price", "size", "id", "index"),
    Content.QUOTES: ("bid", "bid_size", "ask", "ask_size"),
    Content.MARKS: ("mark", "index_price"),
    Content.TRADE_EVENTS: ("price", "size", "id"),
    Content.FUNDING_EVENTS: ("rate", "mark", "next_ns", "interval_ns", "settled"),
    Content.BAR_EVENTS: ("open", "high", "low", "close", "volume"),
    Content.STATUS: ("w0", "w1", "w2", "w3", "w4"),
}
"""The payload words of each content from word 0 on, int64 (``docs/events.md`` has the units)."""


def event_words(content: Content) -> tuple[str, ...]:
    """Return the columns that hold payload words, from word 0 on."""
    return _EVENT_COLUMNS[content]


SCHEMAS: Final = {
    Content.BARS: pa.schema(_BAR_COLUMNS),
    Content.MARK_BARS: pa.schema(_BAR_COLUMNS),
    Content.TRADES: pa.schema(_TRADE_COLUMNS),
    Content.FUNDING: pa.schema(_FUNDING_COLUMNS),
    **{
        content: pa.schema({**EVENT_HEAD, **dict.fromkeys(words, pa.int64())})
        for content, words in _EVENT_COLUMNS.items()
    },
    Content.FEATURES: pa.schema({"ts": pa.int64()}),
    Content.SIGNALS: pa.schema({"ts": pa.int64()}),
}
"""Columns of the lake. Null: volume of mark bars; id, mark and premium the source did not have;
what a feature has not computed yet. Features and signals go on with float64 columns of any name.

``side`` is the taker's: +1 bought, -1 sold, 0 not said; of depth +1 bid, -1 ask.
"""


@dataclass(frozen=True)
class DataKind:
    """A folder name of the lake: the content, the timeframe of bars, the hash of a definition."""

    content: Content
    timeframe: str = ""
    definition: str = ""

    def __post_init__(self) -> None:
        """Refuse what the content does not have, and what it lacks."""
        if self.content.is_bars:
            timeframe_ns(self.timeframe)
        elif self.timeframe:
            raise UsageError(f"{self.content.value} have no timeframe", fix="leave it out")
        if self.content.is_derived:
            if not _DEFINITION.fullmatch(self.definition):
                raise UsageError(
                    f"{self.definition!r} is no hash of a definition",
                    fix="give 8 to 64 hexadecimal digits",
                )
        elif self.definition:
            raise UsageError(f"{self.content.value} have no definition", fix="leave it out")

    @property
    def length_ns(self) -> int:
        """Length of a bar; 0 for what has none."""
        return timeframe_ns(self.timeframe) if self.timeframe else 0

    def first_days(self, days: IntArray) -> IntArray:
        """Return the day that begins what lies together on the disk, for days since 1970.

        A day of market data is a folder of its own. Features and signals, a few thousand rows a
        month where decisions are minutes apart, lie together by months.
        """
        if not self.content.is_derived:
            return days
        months = days.astype("datetime64[D]").astype("datetime64[M]")
        firsts: IntArray = months.astype("datetime64[D]").astype(np.int64)
        return firsts

    @property
    def schema(self) -> pa.Schema:
        """Columns of its files; of derived contents only the first."""
        return SCHEMAS[self.content]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the kind that ``text`` spells, ``bars-1h`` for example.

        Raises:
            UsageError: there is no such kind.
        """
        for content in Content:
            if text == content.value and not (content.is_bars or content.is_derived):
                return cls(content)
        head, _, tail = text.rpartition("-")
        for content in Content:
            if head == content.value and content.is_bars:
                return cls(content, tail)
            if head == content.value and content.is_derived:
                return cls(content, "", tail)
        raise UsageError(
            f"{text!r} is no kind of data",
            fix="write bars-1h, mark-bars-1h, trades, funding, depth, quotes, marks or "
            "features-HASH",
        )

    def __str__(self) -> str:
        """Return the folder's name."""
        tail = self.timeframe or self.definition
        return f"{self.content.value}-{tail}" if tail else self.content.value
