"""Back-tests: real bars through the kernel under each fill tier, and what came of it.

The room reads bar files, turns them into events, runs the compiled loop and measures the outcome.
It decides nothing about trading and knows no configuration format: ``traider.runtime`` wires it.
"""

from traider.backtest.bar_files import BarFile, scan_bar_file
from traider.backtest.results import BacktestResult, TierResult
from traider.backtest.run import BacktestPlan, run_plan

__all__ = [
    "BacktestPlan",
    "BacktestResult",
    "BarFile",
    "TierResult",
    "run_plan",
    "scan_bar_file",
]
