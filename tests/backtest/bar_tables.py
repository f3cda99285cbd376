"""Bar files written for a test."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

START_MS: Final = 1_704_067_200_000
HOUR_MS: Final = 3_600_000
HOUR_NS: Final = 3_600_000_000_000


def columns_of(closes: Sequence[float], *, step_ms: int = HOUR_MS) -> dict[str, Any]:
    """Return the columns of sound bars: each opens at the close before it."""
    close = np.array(closes, np.float64)
    opened = np.concatenate([close[:1], close[:-1]])
    return {
        "ts": START_MS + np.arange(len(close), dtype=np.int64) * step_ms,
        "open": opened,
        "high": np.maximum(opened, close),
        "low": np.minimum(opened, close),
        "close": close,
        "volume": np.full(len(close), 1_000.0),
    }


def write_bars(path: Path, columns: Mapping[str, Any]) -> Path:
    """Write columns as a Parquet file."""
    pq.write_table(pa.table(dict(columns)), path)
    return path


def wave(bars: int, *, decimals: int = 2, seed: int = 1) -> list[float]:
    """Return closes that go up and down, rounded to ``decimals``."""
    draw = np.random.default_rng(seed)
    drift = 0.004 * np.sin(np.arange(bars) / 40.0)
    path = 100.0 * np.exp(np.cumsum(draw.normal(0.0, 0.004, bars) + drift))
    return [round(float(price), decimals) for price in path]
