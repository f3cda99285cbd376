"""The page of a sweep: one self-contained HTML file in the manner of the back-test's report.

Everything here reads a ``SweepResult`` and writes text. The page asks the network for nothing;
without JavaScript every figure is there, with it surfaces can be read off by pointer and keyboard.
"""

from traider.backtest.sweep.page.page import PAGE_FILE_NAME, render_sweep_page, write_sweep_page

__all__ = ["PAGE_FILE_NAME", "render_sweep_page", "write_sweep_page"]
