"""Ports everyone needs: what the rooms ask of clock, log, metrics, trace and alert channel.

A port is a small Protocol. Its real adapter lives in ``traider.ops`` and its in-memory fake in
``tests/ports``, both under the port's own file name. This room never does I/O.
"""

from traider.domain.ports.alert import Alert, AlertChannel, Severity
from traider.domain.ports.clock import Clock
from traider.domain.ports.event_sink import EventSink
from traider.domain.ports.fault import FaultReports
from traider.domain.ports.log import Field, Log
from traider.domain.ports.metrics import Metrics
from traider.domain.ports.trace import Span, Tracer

__all__ = [
    "Alert",
    "AlertChannel",
    "Clock",
    "EventSink",
    "FaultReports",
    "Field",
    "Log",
    "Metrics",
    "Severity",
    "Span",
    "Tracer",
]
