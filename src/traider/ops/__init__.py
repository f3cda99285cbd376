"""Adapters of the domain's ports: system clock, log, metrics, trace and alerts.

This room never trades and never reads market data; it imports ``domain`` only. Each adapter has
the file name of its port, but for ``logging``, ``tracing`` and ``alerts``, which say what they do.
"""

__all__ = ["alerts", "clock", "logging", "metrics", "tracing"]
