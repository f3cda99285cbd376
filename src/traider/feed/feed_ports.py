"""What a feed needs of the world."""

from dataclasses import dataclass

from traider.domain.ports import AlertChannel, Clock, Log


@dataclass(frozen=True)
class FeedPorts:
    """Time, a log, and somebody to tell."""

    clock: Clock
    log: Log
    alerts: AlertChannel
