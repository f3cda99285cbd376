"""What can be lost: value at risk, expected shortfall, stress, and whether forecasts held.

Everything here is arithmetic on returns and exposures; it reads no file and no clock.

- ``tail_risk``: quantiles of one series of returns
- ``covariance``: weighted and shrunk covariances
- ``models``: one series of a portfolio's returns to value at risk and expected shortfall
- ``scenarios``: correlated draws with heavy tails
- ``coverage``: Kupiec's and Christoffersen's tests of a forecast
- ``forecasts``: each model's forecasts, made period by period from the past alone
- ``parts``: what each position brings to the whole
- ``stress``, ``stress_scenarios``, ``crash_windows``, ``stress_limits``: what rare events cost
- ``book``: all of it for a book of positions, each second
"""

__all__ = [
    "book",
    "covariance",
    "coverage",
    "crash_windows",
    "forecasts",
    "models",
    "parts",
    "scenarios",
    "stress",
    "stress_limits",
    "stress_scenarios",
    "tail_risk",
]
