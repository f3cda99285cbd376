"""Traider: an autonomous, risk-controlled crypto trading platform.

Rooms (packages) follow the way of the data; ``docs/architecture.md`` is the map.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # noqa: ANN401 - what it names has a type of its own
    """Return ``connect``, a run for notebooks, imported when it is asked for (api.notebook)."""
    if name == "connect":
        # By name: the rooms below know this module, and must not know the front door.
        return import_module("traider.api.notebook").connect
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
