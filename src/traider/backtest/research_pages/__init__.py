"""Pages of what follows a back-test: the walk-forward and the Monte Carlo.

Each is one self-contained HTML file beside the report, in its manner and with its scripts: it asks
the network for nothing, follows the system's theme, and can be steered by keyboard. Everything
here reads finished results and writes text.
"""

from traider.backtest.research_pages.monte_carlo_page import (
    MONTE_CARLO_PAGE_NAME,
    render_monte_carlo,
    write_monte_carlo_page,
)
from traider.backtest.research_pages.walk_forward_page import (
    WALK_FORWARD_PAGE_NAME,
    render_walk_forward,
    write_walk_forward_page,
)

__all__ = [
    "MONTE_CARLO_PAGE_NAME",
    "WALK_FORWARD_PAGE_NAME",
    "render_monte_carlo",
    "render_walk_forward",
    "write_monte_carlo_page",
    "write_walk_forward_page",
]
