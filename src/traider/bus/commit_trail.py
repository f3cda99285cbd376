"""What was delivered and is not committed yet, so that a commit can say how far each stream is."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from traider.bus.batches import Position


@dataclass
class _Partition:
    positions: dict[str, Position] = field(default_factory=dict)
    """Of each instrument, as of the last commit."""
    taken: deque[tuple[int, str, Position]] = field(default_factory=deque)
    """Since then: offset, instrument, and how far it was taken with that delivery."""


class CommitTrail:
    """Follow deliveries, partition by partition."""

    def __init__(self) -> None:
        self._partitions: dict[int, _Partition] = {}

    def begin(self, partition: int, positions: Mapping[str, Position]) -> None:
        """Note what the last commit of a partition said."""
        self._partitions[partition] = _Partition(dict(positions))

    def took(self, partition: int, offset: int, key: str, position: Position) -> None:
        """Note a delivery."""
        held = self._partitions.setdefault(partition, _Partition())
        held.taken.append((offset, key, position))

    def settle(self, partition: int, offset: int) -> dict[str, Position]:
        """Return how far the streams of a partition are with all deliveries up to ``offset``."""
        held = self._partitions.setdefault(partition, _Partition())
        while held.taken and held.taken[0][0] <= offset:
            _, key, position = held.taken.popleft()
            held.positions.pop(key, None)  # so that the newest is the last
            held.positions[key] = position
        return held.positions

    def committed(self, partition: int) -> Mapping[str, Position]:
        """Return how far the streams of a partition were at its last commit."""
        return self._partitions.setdefault(partition, _Partition()).positions

    def holds(self, partition: int) -> bool:
        """Whether the partition is ours."""
        return partition in self._partitions

    def keys(self, partition: int) -> tuple[str, ...]:
        """Return the instruments that were met in a partition."""
        held = self._partitions.get(partition, _Partition())
        return tuple(dict.fromkeys([*held.positions, *(key for _, key, _ in held.taken)]))

    def drop(self, partition: int) -> None:
        """Forget a partition: it is another reader's."""
        self._partitions.pop(partition, None)
