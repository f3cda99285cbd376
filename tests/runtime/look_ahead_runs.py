"""Configurations with batch features and score files of a test's own, on small bars."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.backtest.lookahead.planted import Floats, walk
from traider.features.batch import BarHistory
from traider.runtime.config import Config, load_config

NAMES: Final = ("BINANCE-PERP-BTC-USDT-1h", "BINANCE-PERP-ETH-USDT-1h")
INSTRUMENTS: Final = ("BINANCE:BTC-USDT-PERP", "BINANCE:ETH-USDT-PERP")

FEATURES: Final = """
import numpy as np
from traider.features import batch_feature
from traider.signals import alpha


def mean_of(values, window):
    found = np.full(len(values), np.nan)
    total = np.concatenate([[0.0], np.cumsum(values)])
    found[window - 1:] = (total[window:] - total[:-window]) / window
    return found


@batch_feature(params={"window": 24})
def honest(bars, params):
    return bars.close / mean_of(bars.close, params["window"]) - 1.0


@batch_feature()
def early(bars, params):
    found = honest.python(bars, {"window": 24})
    return np.concatenate([found[1:], [np.nan]])


@alpha(features=("score_honest",))
def follow(x, p):
    return min(max(30.0 * x[0], -1.0), 1.0), 1.0


@alpha(features=("score_early",))
def follow_early(x, p):
    return min(max(30.0 * x[0], -1.0), 1.0), 1.0


@alpha(features=("score_trees", "confidence_trees"))
def trees(x, p):
    return x[0], x[1]
"""


def write_history(path: Path, bars: BarHistory) -> Path:
    """Write bars as a bar file."""
    columns = {name: getattr(bars, name) for name in ("open", "high", "low", "close", "volume")}
    pq.write_table(pa.table({"ts": bars.ts_ns // 1_000_000, **columns}), path)
    return path


def histories(bars: int = 1_500) -> tuple[BarHistory, ...]:
    """Return the two instruments of the runs, the second listed later than the first."""
    return (
        walk(bars, seed=1, name=INSTRUMENTS[0]),
        walk(bars - 500, seed=2, name=INSTRUMENTS[1], start=500),
    )


def configured(folder: Path, *settings: str, alpha: str = "follow", bars: int = 1_500) -> Config:
    """Write bars and features into ``folder`` and return a configuration that trades on them."""
    files = [
        write_history(folder / f"{name}.parquet", found)
        for name, found in zip(NAMES, histories(bars), strict=True)
    ]
    own = folder / "own.py"
    own.write_text(FEATURES, encoding="utf-8")
    listed = ", ".join(f'"{file}"' for file in files)
    return load_config(
        None,
        (
            f"data.files=[{listed}]",
            f'output="{folder / "runs"}"',
            f'strategy.alphas=[{{name="{alpha}", file="{own}"}}]',
            "strategy.allow_short=true",
            "limits.max_drawdown=1",
            "limits.max_daily_loss=1",
            *settings,
        ),
    )


def feature_setting(folder: Path, *names: str) -> str:
    """Return the setting that names batch features of ``own.py``."""
    tables = ", ".join(f'{{name="{name}", file="{folder / "own.py"}"}}' for name in names)
    return f"strategy.features=[{tables}]"


def write_scores(path: Path, bars: Sequence[BarHistory], values: Sequence[Floats]) -> Path:
    """Write one score a bar, known at its close."""
    rows = sorted(
        (int(ts) // 1_000_000, found.instrument, float(np.tanh(30.0 * value)))
        for found, series in zip(bars, values, strict=True)
        for ts, value in zip(found.closed_ns, series, strict=True)
        if np.isfinite(value)
    )
    ts, names, scores = zip(*rows, strict=True)
    pq.write_table(pa.table({"ts": ts, "instrument": names, "score": scores}), path)
    return path
