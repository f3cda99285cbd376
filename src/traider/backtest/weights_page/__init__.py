"""The page of ``traider optimize``: what each method made out of sample, and its weights now."""

from traider.backtest.weights_page.page import WeightsPage, WeightsRow, write_weights_page

__all__ = ["WeightsPage", "WeightsRow", "write_weights_page"]
