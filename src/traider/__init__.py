"""Traider: an autonomous, risk-controlled crypto trading platform.

Rooms (packages) follow the way of the data; ``docs/architecture.md`` is the map.
"""

__version__ = "0.1.0"
