"""The books: the exact ledger, trades, performance and its uncertainty.

This room turns fills into money and returns into numbers. It never decides, never trades, and
never lets a binary float touch cash: the ledger and the trades count in Decimal and units of
1e-8, only statistics are floats.

- ``ledger``: double-entry replay of fills, fees and transfers
- ``executions``, ``lots``, ``lot_matching``: fills to tax lots and disposals, by a method
- ``trades``: fills to round trips, and their summary
- ``performance``, ``drawdown``: statistics of daily returns
- ``bootstrap``: intervals by resampling blocks of days
- ``sharpe_significance``, ``overfitting``: what a Sharpe ratio is worth after many trials
"""

__all__ = [
    "bootstrap",
    "drawdown",
    "executions",
    "ledger",
    "lot_matching",
    "lots",
    "overfitting",
    "performance",
    "sharpe_significance",
    "trades",
]
