"""The bus as its users see it; two adapters keep the same contract (``tests/bus/contract``)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from traider.bus.batches import EventBatch, Position


@dataclass(frozen=True, eq=False)
class Delivery:
    """A batch as it arrived: events that were taken before are cut off.

    Other readers may hold the same events: copy them before you change them.
    """

    batch: EventBatch
    missing: int
    """Events between what was taken of the stream and this batch: they are lost to this reader.

    0 where a reader begins: ``batch.first`` says where in the stream that is.
    """
    begins_anew: bool
    """Whether the producer began to count anew (a later epoch) since the batch before."""
    partition: int
    offset: int
    """Where the topic holds it; a commit goes up to here."""

    @property
    def position(self) -> Position:
        """How far the stream is taken with this batch."""
        return Position(self.batch.epoch, self.batch.end)


class Publisher(Protocol):
    """Send batches to one topic. Thread-safe; batches of an instrument are sent in the order given.

    A batch that the bus took is sent again by itself until it is there, however often connections
    break. When it cannot be (``PublishError``), nothing more is taken: a stream with a hole is
    never continued.
    """

    def offer(self, batch: EventBatch) -> bool:
        """Take a batch if there is room for it now.

        Raises:
            PublishError: a batch before it was lost.
        """

    def publish(self, batch: EventBatch, timeout_s: float | None = None) -> None:
        """Take a batch as soon as there is room.

        Raises:
            BusFullError: there was none for ``timeout_s``.
            PublishError: a batch before it was lost.
        """

    def flush(self, timeout_s: float) -> None:
        """Return when the bus keeps all that was taken.

        Raises:
            BusFullError: it did not after ``timeout_s``.
            PublishError: a batch was lost.
        """

    def close(self, timeout_s: float = 10.0) -> None:
        """Flush and take nothing more."""


class Progress(Protocol):
    """What a reader keeps of the streams it reads, asked and told from within its own calls."""

    def position(self, key: str) -> Position | None:
        """Return how far a stream was taken already, None when the bus itself is to know."""

    def revoked(self, keys: Sequence[str]) -> None:
        """Write down what is done of these streams: another reader of the group goes on with them.

        What was taken of them can be committed once more, now.
        """

    def lost(self, keys: Sequence[str]) -> None:
        """Forget these streams: another reader of the group has them since an unknown while."""


class Subscription(Protocol):
    """Take what one group gets of a topic; readers of one group share its instruments.

    At least once: what was not committed comes again to the next reader. Of that, what the group
    had committed or ``Progress`` knows is cut off by its number, so that work is done once.
    """

    @property
    def duplicates(self) -> int:
        """Events that came again and were cut off."""

    @property
    def missing(self) -> int:
        """Events that were lost to this reader."""

    @property
    def is_caught_up(self) -> bool:
        """Whether it has a share, and the end of all of it was reached when last looked."""

    def take(self, timeout_s: float) -> Delivery | None:
        """Return what comes next, or None when nothing does in the time allowed.

        Raises:
            BatchRefusedError: it cannot be read. It stays where it is: so does the group.
            BusUnreachableError: the brokers do not let us in.
        """

    def commit(self, delivery: Delivery) -> bool:
        """Note that a delivery and those before it in its partition are done; kept on return.

        False when the partition went to another reader, who takes them again.
        """

    def pause(self) -> None:
        """Deliver nothing and ask for nothing more, but stay in the group: ``take`` goes on."""

    def resume(self) -> None:
        """Deliver again."""

    def close(self) -> None:
        """Leave the group; what was not committed goes to the next reader."""

    def __enter__(self) -> Self:
        """Return itself."""

    def __exit__(self, *caught: object) -> None:
        """Leave the group."""


class Bus(Protocol):
    """Give publishers and subscriptions by the name of a topic."""

    def publisher(self, topic: str) -> Publisher:
        """Return a publisher to a topic.

        Raises:
            BusUnreachableError: no broker answers.
        """

    def subscribe(self, topic: str, group: str, progress: Progress | None = None) -> Subscription:
        """Return a new reader of ``group``: from its commit, or from the oldest that is kept.

        Raises:
            BusUnreachableError: no broker answers.
        """

    def close(self) -> None:
        """End what it runs; publishers and subscriptions are closed by their owners."""
