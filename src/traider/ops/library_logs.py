"""What libraries write to Python's own log, in the process's log.

with library_logs(log, faults, "uvicorn", "engineio"):
    …
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from traider.domain.ports import FaultReports, Log


class _ToLog(logging.Handler):
    """Hands records on; what has a fault with it goes to the reports of faults."""

    def __init__(self, log: Log, faults: FaultReports) -> None:
        super().__init__(logging.WARNING)
        self._log = log
        self._faults = faults

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        fault = record.exc_info[1] if record.exc_info else None
        if fault is not None:
            self._faults.report(fault, library=record.name)
            return
        write = self._log.error if record.levelno >= logging.ERROR else self._log.warning
        write(record.getMessage(), library=record.name)


@contextmanager
def library_logs(log: Log, faults: FaultReports, *names: str) -> Iterator[None]:
    """Take warnings and errors of the libraries ``names`` into ``log`` while the block runs."""
    handler = _ToLog(log, faults)
    kept = [(each, each.propagate) for each in map(logging.getLogger, names)]
    for logger, _ in kept:
        logger.addHandler(handler)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, propagates in kept:
            logger.removeHandler(handler)
            logger.propagate = propagates
