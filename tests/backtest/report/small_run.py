"""A real back-test of half a year of the shipped bars, with the reasons of its orders."""

from dataclasses import replace
from functools import cache

from tests.backtest.report.synthetic import SAMPLE_FOLDER
from traider.backtest.results import BacktestResult
from traider.backtest.run import BacktestPlan, run_plan
from traider.backtest.shown_checks import with_checks
from traider.runtime.config import load_config
from traider.runtime.wiring import plan_backtest

SETTINGS = (
    "data.start='2022-05-01'",
    "data.end='2022-11-01'",
    "limits.max_order_size=1.5",
    "limits.max_drawdown=0.5",
)


@cache
def small_plan() -> BacktestPlan:
    """Return what is run."""
    files = [str(SAMPLE_FOLDER / f"BINANCE-{name}-USDT-1h.parquet") for name in ("BTC", "ETH")]
    return plan_backtest(load_config(None, (f"data.files={files!r}", *SETTINGS)))


@cache
def small_run() -> BacktestResult:
    """Return the run; some of its orders are refused for their size."""
    return replace(run_plan(small_plan()), title="half a year of 2022")


@cache
def checked_run() -> BacktestResult:
    """Return the run with the gate's checks of the orders behind its trades."""
    return with_checks(small_run(), small_plan(), 400)
