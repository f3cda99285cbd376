"""The pages of ``traider stress``: what a book loses, and what the whole trader lives through."""

from traider.backtest.stress_page.page import StressPage, StressRow, write_stress_page
from traider.backtest.stress_page.through_page import ThroughPage, ThroughRow, write_through_page

__all__ = [
    "StressPage",
    "StressRow",
    "ThroughPage",
    "ThroughRow",
    "write_stress_page",
    "write_through_page",
]
