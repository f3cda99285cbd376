"""What the history exchange knows: bars of one market, longer bars, trades, funding.

Values are decimal text, as venues send them. Longer bars are joined from the base ones with exact
decimals, so a client that adds doubles is compared with the truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq

Bar = tuple[int, str, str, str, str, str]
"""Opening in ms, open, high, low, close, volume."""


@dataclass(frozen=True)
class Trade:
    """One trade; ``is_buy`` tells the taker's side."""

    number: int
    ts_us: int
    price: str
    size: str
    is_buy: bool


@dataclass
class History:
    """The past of one market, the same as spot and as a perpetual."""

    length_ms: int
    bars: list[Bar]
    trades: list[Trade] = field(default_factory=list)
    funding: list[tuple[int, str]] = field(default_factory=list)
    """Stamp in ms and rate."""
    _longer: dict[int, list[Bar]] = field(default_factory=dict)

    def of_length(self, length_ms: int) -> list[Bar]:
        """Return bars of a length that is a multiple of the base's."""
        if length_ms == self.length_ms:
            return self.bars
        if length_ms < self.length_ms or length_ms % self.length_ms:
            return []
        if length_ms not in self._longer:
            self._longer[length_ms] = joined(self.bars, length_ms)
        return self._longer[length_ms]

    def between(self, length_ms: int, start_ms: int, last_ms: int) -> list[Bar]:
        """Return the bars that open in [start_ms, last_ms], oldest first."""
        bars = self.of_length(length_ms)
        return bars[_place(bars, start_ms) : _place(bars, last_ms + 1)]


def _place(bars: Sequence[Bar], at_ms: int) -> int:
    low, high = 0, len(bars)
    while low < high:
        middle = (low + high) // 2
        if bars[middle][0] < at_ms:
            low = middle + 1
        else:
            high = middle
    return low


def joined(bars: Sequence[Bar], length_ms: int) -> list[Bar]:
    """Return bars joined to longer ones."""
    groups: dict[int, list[Bar]] = {}
    for bar in bars:
        groups.setdefault(bar[0] // length_ms * length_ms, []).append(bar)
    return [
        (
            opens,
            parts[0][1],
            str(max(Decimal(part[2]) for part in parts)),
            str(min(Decimal(part[3]) for part in parts)),
            parts[-1][4],
            str(sum(Decimal(part[5]) for part in parts)),
        )
        for opens, parts in groups.items()
    ]


def file_bars(path: Path, first: int = 0, count: int | None = None) -> list[Bar]:
    """Return the bars of a Parquet file of real data; its doubles as their shortest text."""
    table = pq.read_table(path).slice(first, count)
    columns = [
        table.column(name).to_pylist() for name in ("open", "high", "low", "close", "volume")
    ]
    stamps = table.column("ts").to_pylist()
    return [
        (int(ts), *(_text(value) for value in values))  # type: ignore[misc]
        for ts, *values in zip(stamps, *columns, strict=True)
    ]


def _text(value: float) -> str:
    """Return the shortest decimal text of a double, without an exponent."""
    return f"{Decimal(repr(value)):f}"


def made_bars(start_ms: int, count: int, length_ms: int, holes: Sequence[int] = ()) -> list[Bar]:
    """Return made-up bars, each different; those at the places ``holes`` are left out."""
    skipped = set(holes)
    bars = []
    for place in range(count):
        if place in skipped:
            continue
        base = 20_000 + place * 37 % 997
        bars.append(
            (
                start_ms + place * length_ms,
                f"{base}.{place % 100:02d}",
                f"{base + 5}.5",
                f"{base - 4}.25",
                f"{base + 1}.{place % 10}",
                f"{place % 50}.{place % 1000:03d}7",
            )
        )
    return bars


def made_trades(start_ms: int, count: int, step_us: int) -> list[Trade]:
    """Return made-up trades; now and then several share an instant."""
    return [
        Trade(
            number=1_000 + place,
            ts_us=start_ms * 1000 + (place - place % 7 if place % 3 == 0 else place) * step_us,
            price=f"{100 + place % 13}.{place % 100:02d}",
            size=f"0.{place % 999 + 1:04d}",
            is_buy=place % 2 == 0,
        )
        for place in range(count)
    ]


def in_order(trades: Sequence[Trade]) -> list[Trade]:
    """Return trades with times that never go back."""
    latest, found = 0, []
    for trade in trades:
        latest = max(latest, trade.ts_us)
        found.append(Trade(trade.number, latest, trade.price, trade.size, trade.is_buy))
    return found
