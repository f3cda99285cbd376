"""The page of ``traider stress``: what each scenario costs, by part and by position."""

from traider.backtest.stress_page.page import StressPage, StressRow, write_stress_page

__all__ = ["StressPage", "StressRow", "write_stress_page"]
