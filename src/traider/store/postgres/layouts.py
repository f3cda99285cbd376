"""How each content lies in PostgreSQL: a table a content, ranges of time within it.

Columns are those of the lake, with the series in front. What a row of an instant comes after is its
place in the journal for events, its place in the instant for trades; derived rows have columns
``v0``, ``v1`` … whose names stand with their series, so that any name can be a feature's.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from traider.domain.timeframes import DAY_NS
from traider.store.kinds import SCHEMAS, Content, DataKind

SCHEMA: Final = "market"
"""The schema of the database that holds market data, beside the tables' own."""

_TYPES: Final[dict[pa.DataType, str]] = {
    pa.int8(): "smallint",
    pa.int16(): "smallint",
    pa.int32(): "integer",
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.string(): "text",
}
_BY_MONTH: Final = frozenset(
    {
        Content.BARS,
        Content.MARK_BARS,
        Content.FUNDING,
        Content.FEATURES,
        Content.SIGNALS,
        Content.FUNDING_EVENTS,
        Content.BAR_EVENTS,
    }
)
"""Contents of so few rows that a range of time is a month; of the others it is a day."""


@dataclass(frozen=True)
class TimeRange:
    """The instants of one partition."""

    name: str
    """As tables are named after it: 20240131 or 202401."""
    start_ns: int
    end_ns: int


@dataclass(frozen=True)
class Layout:
    """A table of market data."""

    table: str
    """Its name within the schema."""
    columns: tuple[tuple[str, pa.DataType], ...]
    """Those of the kind: without series, grid and place."""
    order: tuple[str, ...]
    """Columns that order the rows of an instant."""
    has_grid: bool
    by_month: bool

    @property
    def kept(self) -> tuple[tuple[str, pa.DataType], ...]:
        """Every column, as it is written."""
        front: list[tuple[str, pa.DataType]] = [("series_id", pa.int32())]
        if self.has_grid:
            front.append(("grid", pa.int32()))
        if self.order == ("place",):
            front.append(("place", pa.int32()))
        return (*front, *self.columns)

    @property
    def read(self) -> tuple[tuple[str, pa.DataType], ...]:
        """The columns as they are read, the number of their grid in front where there is one."""
        return ((("grid", pa.int32()),) if self.has_grid else ()) + self.columns

    @property
    def qualified(self) -> str:
        """The table's name with its schema."""
        return f'"{SCHEMA}"."{self.table}"'

    def create(self) -> str:
        """Return the statement that makes the table, without its partitions."""
        columns = ", ".join(
            f'"{name}" {_TYPES[kind]}{" NOT NULL" if name in self._key else ""}'
            for name, kind in self.kept
        )
        key = ", ".join(f'"{name}"' for name in self._key)
        return f"CREATE TABLE IF NOT EXISTS {self.qualified} ({columns}, PRIMARY KEY ({key}))"

    def range_of(self, ts_ns: int) -> TimeRange:
        """Return the range of time that an instant falls into."""
        if not self.by_month:
            day = ts_ns // DAY_NS
            name = str(np.datetime64(day, "D")).replace("-", "")
            return TimeRange(name, day * DAY_NS, (day + 1) * DAY_NS)
        month = np.datetime64(ts_ns // DAY_NS, "D").astype("datetime64[M]")
        start, end = (
            int(each.astype("datetime64[D]").astype(np.int64)) * DAY_NS
            for each in (month, month + 1)
        )
        return TimeRange(str(month).replace("-", ""), start, end)

    @property
    def _key(self) -> tuple[str, ...]:
        return ("series_id", "ts", *self.order)


def layout_of(kind: DataKind, names: tuple[str, ...] = ()) -> Layout:
    """Return the table of a kind; ``names`` are the columns of a derived one, ts among them."""
    content = kind.content
    if content.is_derived:
        columns: tuple[tuple[str, pa.DataType], ...] = (
            ("ts", pa.int64()),
            *((f"v{place}", pa.float64()) for place in range(len(names) - 1)),
        )
        table = f"{content.value}_{kind.definition[:32]}"
    else:
        columns = tuple((field.name, field.type) for field in SCHEMAS[content])
        table = content.value.replace("-", "_")
    order: tuple[str, ...] = ()
    if content.is_events:
        order = ("seq",)
    elif content is Content.TRADES:
        order = ("place",)
    return Layout(table, columns, order, content.is_events, content in _BY_MONTH)
