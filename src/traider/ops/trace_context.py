"""The trace that a piece of work belongs to, so that lines of the log can name it."""

from contextvars import ContextVar
from typing import Final

TRACE_ID: Final[ContextVar[str]] = ContextVar("traider_trace_id", default="")
"""Id of the trace under way in this task or thread; empty outside a span."""
