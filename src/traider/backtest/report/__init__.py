"""The report: one self-contained HTML page that shows a finished back-test.

Everything here reads a ``BacktestResult`` and writes text; charts are drawn in the page by our own
script from data that pure functions thin and round. The page asks the network for nothing and
stays under ``PAGE_BYTES_MAX`` whatever the number of trades.

Never here: running a back-test, computing a performance measure, or changing a result.
"""

from traider.backtest.report.page import PAGE_BYTES_MAX, render_report, write_report

__all__ = ["PAGE_BYTES_MAX", "render_report", "write_report"]
