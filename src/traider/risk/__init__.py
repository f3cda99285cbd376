"""What can be lost: value at risk, expected shortfall, and whether their forecasts held.

Everything here is arithmetic on returns and exposures; it reads no file and no clock.

- ``tail_risk``: quantiles of one series of returns
"""

__all__ = ["tail_risk"]
