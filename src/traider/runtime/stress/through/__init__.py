"""Stress scenarios lived through by the whole trader, on a local exchange that plays them.

- ``markets``: bars of the past, or bars with a shock put into them
- ``scenarios``: which market, with which fault of the exchange on top
- ``standing_exchange``: the exchange, its faults, and what is true there
- ``trader_process``: ``traider run`` as a process of its own
- ``laws``: what must be true of a run and its exchange
- ``passing``: one scenario from begin to end
- ``series``: all of them, kept on the disk as they are done
"""

__all__ = [
    "laws",
    "markets",
    "passing",
    "scenarios",
    "series",
    "standing_exchange",
    "trader_process",
]
