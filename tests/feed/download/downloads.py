"""Run real downloads against the history exchange, into a real lake."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from tests.servers.history_exchange import HistoryExchange
from tests.servers.history_exchange_data import Bar
from traider.feed.download import (
    DownloadOutcome,
    DownloadRequest,
    DownloadTerms,
    Place,
    SeriesOutcome,
    Session,
    Watch,
)
from traider.ops.clock import SystemClock
from traider.store.lake_paths import SeriesKey
from traider.store.parquet_lake import ParquetLake

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000
START_MS: Final = 20_208 * DAY_MS
"""2025-04-30."""
MS: Final = 1_000_000
QUICK: Final = DownloadTerms(
    timeout_s=10.0,
    patience_s=20.0,
    contact_patience_s=0.3,
    pause_first_s=0.01,
    pause_longest_s=0.05,
    is_throttled=False,
)
SPOT: Final = {"coinbase": "BTC-USD", "kraken": "XBT/USD"}


@dataclass
class Seen:
    """What a download told."""

    pages: list[tuple[str, float, int]] = field(default_factory=list)
    stop_after: int = 0
    """Ask to stop after so many pages; 0 never."""

    def watch(self) -> Watch:
        """Return the watch that fills it."""

        def changed(outcome: SeriesOutcome, share: float, rows: int) -> None:
            self.pages.append((str(outcome.key), share, rows))

        def stop() -> bool:
            return 0 < self.stop_after <= len(self.pages)

        return Watch(stop, lambda _: None, changed, lambda _: None)


def request(exchange: HistoryExchange, venue: str, lake: Path, **said: Any) -> DownloadRequest:
    """Return a request for minutes of BTC from ``START_MS`` on, changed by ``said``."""
    base = DownloadRequest(
        place=Place(venue, exchange.url),
        symbols=(SPOT.get(venue, "BTC/USDT"),),
        lake=lake,
        since_ns=START_MS * MS,
        timeframes=("1m",),
    )
    return replace(base, **said)


def download(
    asked: DownloadRequest, terms: DownloadTerms = QUICK, seen: Seen | None = None
) -> DownloadOutcome:
    """Run a download to its end."""
    watch = (seen or Seen()).watch()
    session = Session(asked, ParquetLake(asked.lake), terms, SystemClock(), watch)
    return asyncio.run(session.run())


def one(outcome: DownloadOutcome) -> SeriesOutcome:
    """Return the only series, which must have worked."""
    (series,) = outcome.series
    if series.error is not None:
        raise series.error
    return series


def held_rows(lake: Path, key: SeriesKey) -> list[tuple[Any, ...]]:
    """Return all rows of a series as tuples."""
    tables = [table.replace_schema_metadata(None) for table in ParquetLake(lake).read(key)]
    if not tables:
        return []
    columns = pa.concat_tables(tables).to_pydict()
    return list(zip(*columns.values(), strict=True))


def closed(bars: Sequence[Bar], now_ms: int, length_ms: int = MINUTE_MS) -> list[tuple[Any, ...]]:
    """Return the closed ones of bars as the lake must hold them."""
    return [
        (bar[0] * MS, *(float(value) for value in bar[1:]))
        for bar in bars
        if bar[0] + length_ms <= now_ms
    ]


def tree_bytes(folder: Path) -> dict[str, bytes]:
    """Return every data file and manifest of a lake with its bytes; staging is left out."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "_download" not in path.parts and path.name != ".lock"
    }
