"""How a journal is kept: when it waits for the disk, when it begins a new segment."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from traider.domain.errors import ConfigError

SEGMENT_BYTES: Final = 256 * 1024 * 1024


class FsyncPolicy(Enum):
    """When what was written is forced onto the disk.

    Under each of them a killed process loses nothing that was acknowledged; they differ in what a
    loss of power may take.
    """

    EACH = "each"
    """Before each append returns: nothing acknowledged is ever lost."""
    INTERVAL = "interval"
    """In a thread, begun by the first append after the interval: it takes at most the last interval
    of a busy journal, and what came while the thread was at it."""
    NONE = "none"
    """By ``sync``, by ``close`` and when a segment ends; appends never wait for the disk."""


@dataclass(frozen=True)
class JournalTerms:
    """The terms a writer works on; they may change from one opening to the next."""

    fsync: FsyncPolicy = FsyncPolicy.INTERVAL
    fsync_interval_s: float = 0.05
    segment_bytes: int = SEGMENT_BYTES
    """A segment whose file of events, or of facts, has reached this is ended."""
    compress: bool = True
    """Whether ended segments are packed with zstd, in the background."""

    def __post_init__(self) -> None:
        """Refuse terms that nothing could be kept on.

        Raises:
            ConfigError: the interval or the size is not above zero.
        """
        if not self.fsync_interval_s > 0:
            raise ConfigError(
                f"an interval of {self.fsync_interval_s} s between two fsyncs",
                fix="give seconds above 0, or the policy each",
            )
        if self.segment_bytes < 1:
            raise ConfigError(
                f"segments of {self.segment_bytes} bytes", fix="give a size above 0 bytes"
            )

    @property
    def interval_ns(self) -> int:
        """The interval in nanoseconds."""
        return round(self.fsync_interval_s * 1e9)
