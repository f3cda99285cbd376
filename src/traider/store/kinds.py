"""What the lake holds: bars, mark-price bars, trades and funding, each with its columns.

Times are ``ts``, int64 nanoseconds UTC: a bar's opening, a trade's instant, a settlement's full
hour. Numbers are the float64 of the source, bit for bit where it was binary, the nearest float
where it was decimal text.
"""

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


class Content(Enum):
    """What the rows of a series are."""

    BARS = "bars"
    MARK_BARS = "mark-bars"
    """Bars of a price that nobody trades at, a mark or an index: without volume."""
    TRADES = "trades"
    FUNDING = "funding"

    @property
    def is_bars(self) -> bool:
        """Whether rows have an opening time, a length and four prices."""
        return self in {Content.BARS, Content.MARK_BARS}


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
SCHEMAS: Final = {
    Content.BARS: pa.schema(_BAR_COLUMNS),
    Content.MARK_BARS: pa.schema(_BAR_COLUMNS),
    Content.TRADES: pa.schema(_TRADE_COLUMNS),
    Content.FUNDING: pa.schema(_FUNDING_COLUMNS),
}
"""Columns of the lake. Null: volume of mark bars; id, mark and premium the source did not have.

``side`` is the taker's: +1 bought, -1 sold, 0 not said.
"""


@dataclass(frozen=True)
class DataKind:
    """A folder name of the lake: the content, and the timeframe of bars."""

    content: Content
    timeframe: str = ""

    def __post_init__(self) -> None:
        """Refuse bars without a length and others with one."""
        if self.content.is_bars:
            timeframe_ns(self.timeframe)
        elif self.timeframe:
            raise UsageError(f"{self.content.value} have no timeframe", fix="leave it out")

    @property
    def length_ns(self) -> int:
        """Length of a bar; 0 for what has none."""
        return timeframe_ns(self.timeframe) if self.timeframe else 0

    @property
    def schema(self) -> pa.Schema:
        """Columns of its files."""
        return SCHEMAS[self.content]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the kind that ``text`` spells, ``bars-1h`` for example.

        Raises:
            UsageError: there is no such kind.
        """
        head, _, tail = text.rpartition("-")
        if head in {Content.BARS.value, Content.MARK_BARS.value}:
            return cls(Content(head), tail)
        if text in {Content.TRADES.value, Content.FUNDING.value}:
            return cls(Content(text))
        raise UsageError(
            f"{text!r} is no kind of data", fix="write bars-1h, mark-bars-1h, trades or funding"
        )

    def __str__(self) -> str:
        """Return the folder's name."""
        return f"{self.content.value}-{self.timeframe}" if self.timeframe else self.content.value
