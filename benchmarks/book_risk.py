"""The risk of a book of 50 positions, all models, horizons and confidences, as asked each second.

Returns are real: the 19 perpetuals of a panel of 4-hour bars, days and 4-hour periods, from the
same hour each day; what is missing to 50 columns are the same ones a year earlier. The baseline is
one model alone: the historical quantile of one horizon and confidence.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from benchmarks.tables import print_table
from benchmarks.workloads import REPOSITORY
from traider.risk.book import LEVELS, PreparedHorizon, measure_book
from traider.risk.models import historical

FloatArray = npt.NDArray[np.float64]

GOAL_MS: Final = 50.0
POSITIONS: Final = 50
PANEL: Final = "ohlcv/BINANCE-PERP-PANEL-4h.parquet"
PERIODS: Final = {"short": 1_000, "1d": 500}
_A_YEAR: Final = 6 * 365
_TIMES: Final = 200


def measure(times: int = _TIMES) -> None:
    """Print median and p99 of one measurement."""
    returns = _returns()
    if returns is None:
        print(f"no {PANEL}: the risk of a book is not measured")
        return
    daily = np.add.reduceat(returns, np.arange(0, len(returns) // 6 * 6, 6))
    columns = {"short": returns[-PERIODS["short"] :], "1d": daily[-PERIODS["1d"] :]}
    horizons = [PreparedHorizon.of(name, found, 0.94) for name, found in columns.items()]
    exposures = np.linspace(-50_000.0, 100_000.0, POSITIONS)
    rows = []
    for name, work in (
        ("one model, horizon and confidence", lambda: _one(horizons[0], exposures)),
        ("everything: 6 models, 2 horizons, 95 and 99 %", lambda: _all(horizons, exposures)),
        ("the same with every position's part", lambda: _parts(horizons, exposures)),
    ):
        spent = _spent_ms(work, times)
        rows.append((name, f"{np.median(spent):.2f}", f"{np.percentile(spent, 99):.2f}"))
    print_table(
        f"Risk of a book of {POSITIONS} positions ({PERIODS['short']:,} short periods and "
        f"{PERIODS['1d']} days; goal {GOAL_MS:g} ms)",
        ("measured", "median ms", "p99 ms"),
        rows,
    )


def _returns() -> FloatArray | None:
    """Return 4-hour returns by 50 columns, None where the panel is not there."""
    folder = Path(os.environ.get("TRAIDER_DATA_DIR") or REPOSITORY.parent / "shared" / "data")
    if not (folder / PANEL).exists():
        return None
    table = pq.read_table(folder / PANEL, columns=["symbol", "ts", "close"])
    symbols = np.array(table["symbol"].to_pylist())
    ts, close = table["ts"].to_numpy(), table["close"].to_numpy()
    last = ts.max()
    clock = np.arange(last - (3 * _A_YEAR - 1) * 14_400_000, last + 1, 14_400_000)
    columns = []
    for symbol in np.unique(symbols):
        mine = symbols == symbol
        if ts[mine].max() == last and ts[mine].min() <= clock[0]:
            prices = np.interp(clock, ts[mine], close[mine])
            columns.append(prices[1:] / prices[:-1] - 1.0)
    now = np.column_stack(columns)
    years = [now[2 * _A_YEAR :], now[_A_YEAR:-_A_YEAR], now[: -2 * _A_YEAR]]
    shortest = min(map(len, years))
    whole = np.column_stack([year[-shortest:] for year in years])
    if whole.shape[1] < POSITIONS:
        raise SystemExit(f"{PANEL} makes {whole.shape[1]} columns, not {POSITIONS}")
    return np.asarray(whole[:, :POSITIONS], dtype=np.float64)


def _one(horizon: PreparedHorizon, exposures: FloatArray) -> None:
    historical(horizon.returns @ exposures, LEVELS[0])


def _all(horizons: list[PreparedHorizon], exposures: FloatArray) -> None:
    measure_book(horizons, exposures)


def _parts(horizons: list[PreparedHorizon], exposures: FloatArray) -> None:
    measure_book(horizons, exposures)
    for horizon in horizons:
        for level in LEVELS:
            horizon.parts(exposures, level)


def _spent_ms(work: Callable[[], None], times: int) -> FloatArray:
    spent = np.empty(times)
    for place in range(times):
        began = time.perf_counter_ns()
        work()
        spent[place] = (time.perf_counter_ns() - began) / 1e6
    return spent


if __name__ == "__main__":
    measure()
