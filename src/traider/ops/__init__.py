"""Adapters of the domain's ports: system clock, log, metrics, trace, faults and alerts.

This room never trades and never reads market data; it imports ``domain`` only. Each adapter has
the file name of its port, but for ``logging``, ``tracing`` and ``alerts``, which say what they do.
What watchers ask for is ``prometheus`` and ``health``, and ``endpoint`` serves both.
"""

__all__ = [
    "alert_book",
    "alerts",
    "clock",
    "endpoint",
    "faults",
    "health",
    "logging",
    "metrics",
    "otel_tracing",
    "prometheus",
    "scrubbing",
    "sentry",
    "trace_context",
    "tracing",
]
