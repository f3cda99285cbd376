"""Faults written to the log, with the place they came from, and handed on to others."""

import traceback
from collections.abc import Sequence

from traider.domain.ports import FaultReports, Field, Log


class LogFaults:
    """Write a fault as one line with its traceback, then tell it to ``others``."""

    def __init__(self, log: Log, others: Sequence[FaultReports] = ()) -> None:
        self._log = log
        self._others = tuple(others)

    def report(self, error: BaseException, /, **fields: Field) -> None:
        """Tell ``error``."""
        told: dict[str, Field] = {
            **fields,
            "fault": type(error).__name__,
            "what": str(error),
            "traceback": "".join(traceback.format_exception(error)),
        }
        self._log.error("fault", **told)
        for other in self._others:
            other.report(error, **fields)
