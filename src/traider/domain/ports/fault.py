"""The fault port: where an exception that stopped something is told to those who mend programs."""

from typing import Protocol

from traider.domain.ports.log import Field


class FaultReports(Protocol):
    """Carry faults to the makers of the program; never raises, and never waits."""

    def report(self, error: BaseException, /, **fields: Field) -> None:
        """Tell ``error``; ``fields`` are words such as the part it stopped, never amounts."""
