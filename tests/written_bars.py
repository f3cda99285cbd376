"""Bar files that a test makes up: closes are all that matters."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

HOUR_MS = 3_600_000


def write_bars(path: Path, opens_ms: Sequence[int], closes: Sequence[float]) -> None:
    """Write bars whose four prices are their close."""
    prices = dict.fromkeys(("open", "high", "low", "close"), closes)
    volume = [1.0] * len(closes)
    pq.write_table(pa.table({"ts": opens_ms, **prices, "volume": volume}), path)


def write_swings(folder: Path, hours: int, start_ms: int) -> None:
    """Write bitcoin and ether of a venue by the hour, each swinging by a turn of its own."""
    folder.mkdir()
    times = [start_ms + place * HOUR_MS for place in range(hours)]
    for name, step in (("BTC", 7), ("ETH", 11)):
        closes = [100.0 + (place * step) % 13 for place in range(hours)]
        write_bars(folder / f"BINANCE-{name}-USDT-1h.parquet", times, closes)
