"""Numbers of streams: what was taken already is cut off, what is missing is told.

watch = SequenceWatch()
watch.begin(batch.key, progress, committed)    # once a stream: what is known of it
seen = watch.look(batch)                       # None: nothing of it is new
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from traider.bus.batches import EventBatch, Position
from traider.bus.port import Progress


@dataclass(frozen=True, eq=False)
class Seen:
    """What is new of a batch."""

    batch: EventBatch
    missing: int
    begins_anew: bool


class SequenceWatch:
    """Know of each stream what comes next."""

    def __init__(self) -> None:
        self.duplicates = 0
        """Events that came again."""
        self.missing = 0
        """Events that never came."""
        self.stale = 0
        """Events of a producer that another one had replaced."""
        self._positions: dict[str, Position] = {}
        self._ended: dict[str, Position] = {}

    def begin(self, key: str, progress: Progress | None, committed: Mapping[str, Position]) -> None:
        """Look up how far a stream was taken, when it is met for the first time.

        What the reader itself knows counts before what was committed: its own state is of there.
        """
        if key in self._positions:
            return
        own = progress.position(key) if progress is not None else None
        position = own or committed.get(key)
        if position is not None:
            self._positions[key] = position

    def forget(self, keys: Iterable[str]) -> None:
        """Know nothing of these streams any more."""
        for key in keys:
            self._positions.pop(key, None)
            self._ended.pop(key, None)

    def look(self, batch: EventBatch) -> Seen | None:
        """Return what is new of a batch, None when nothing is; the stream goes on behind it."""
        known = self._positions.get(batch.key)
        begins_anew = known is not None and batch.epoch > known.epoch
        if known is not None and batch.epoch < known.epoch:
            self.stale += len(batch.events)
            return None
        expected = 0 if begins_anew else batch.first if known is None else known.next
        fresh = batch.since(expected)
        self.duplicates += len(batch.events) - len(fresh.events)
        end = Position(batch.epoch, batch.end)
        says_end = batch.is_last and self._ended.get(batch.key) != end
        if not len(fresh.events) and not says_end:
            return None
        missing = max(0, batch.first - expected)
        self.missing += missing
        self._positions[batch.key] = Position(batch.epoch, max(expected, batch.end))
        if batch.is_last:
            self._ended[batch.key] = end
        return Seen(fresh, missing, begins_anew)
