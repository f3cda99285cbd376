"""The metrics port: numbers about the running program."""

from typing import Protocol


class Metrics(Protocol):
    """Count, set and observe numbers by name and labels.

    Names are full words with the unit last (``engine_seconds``, ``orders_refused_total``).
    Labels hold few distinct values: an instrument, a code, never an order id.
    """

    def count(self, name: str, amount: float = 1.0, /, **labels: str) -> None:
        """Add ``amount`` (>= 0) to a counter."""

    def set(self, name: str, value: float, /, **labels: str) -> None:
        """Set a gauge to ``value``."""

    def observe(self, name: str, value: float, /, **labels: str) -> None:
        """Add ``value`` to a histogram."""
