"""What can go wrong on the bus.

BusError                   (exit 8)
├── BusUnreachableError    no broker answers, or it does not let us in
├── BusFullError           there was no room for a batch in the time allowed
├── PublishError           the brokers did not take a batch: what follows it is not sent either
└── BatchRefusedError      a batch cannot be read: damaged, or of another schema
"""

from traider.domain.errors import BusError

__all__ = [
    "BatchRefusedError",
    "BusError",
    "BusFullError",
    "BusUnreachableError",
    "PublishError",
]


class BusUnreachableError(BusError):
    """No broker answers, or it does not let us in."""


class BusFullError(BusError):
    """There was no room for a batch in the time allowed: a consumer or a broker is too slow."""


class PublishError(BusError):
    """The brokers did not take a batch, so the stream has a hole: its producer must begin anew."""


class BatchRefusedError(BusError):
    """A batch cannot be read; who reads the topic stops there, as nothing is passed over."""
