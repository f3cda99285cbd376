"""Weights of a portfolio over instruments or strategies, and what they made of unseen periods.

- ``estimates``, ``terms``: what is known of the past, what weights may be and what changing costs
- ``programs``: minimum variance, mean-variance, conditional value at risk, risk parity
- ``hierarchy``: hierarchical risk parity
- ``views``: Black-Litterman
- ``methods``: all of them by name
- ``walk``: chosen on the past, held after it
"""

__all__ = ["estimates", "hierarchy", "methods", "programs", "terms", "views", "walk"]
