"""A real back-test of half a year of the shipped bars, with the reasons of its orders."""

from dataclasses import replace
from functools import cache

from tests.backtest.report.synthetic import SAMPLE_FOLDER
from traider.backtest.results import BacktestResult
from traider.backtest.run import run_plan
from traider.runtime.config import load_config
from traider.runtime.wiring import plan_backtest

SETTINGS = (
    "data.start='2022-05-01'",
    "data.end='2022-11-01'",
    "limits.max_order_size=1.5",
    "limits.max_drawdown=0.5",
)


@cache
def small_run() -> BacktestResult:
    """Return the run; some of its orders are refused for their size."""
    files = [str(SAMPLE_FOLDER / f"BINANCE-{name}-USDT-1h.parquet") for name in ("BTC", "ETH")]
    plan = plan_backtest(load_config(None, (f"data.files={files!r}", *SETTINGS)))
    return replace(run_plan(plan), title="half a year of 2022")
