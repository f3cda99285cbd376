"""A reader in a process of its own: takes, writes down, and never commits in time.

``python -m tests.bus.kafka_reader BROKERS TOPIC GROUP FOLDER`` writes the number of every event it
took, a line each, and commits every third delivery. Killed at any instant, a line may be there of
which nothing was committed.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.ports.log import MemoryLog
from traider.bus import Position
from traider.bus.kafka_bus import KafkaBus
from traider.bus.kafka_terms import KafkaTerms


class WrittenDown:
    """Numbers of events in a file; how far each stream is can be read from it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "taken.jsonl"
        self.path.touch()

    def lines(self) -> list[tuple[str, list[int]]]:
        """Return what was taken; a line that was cut off is none."""
        whole = self.path.read_text("utf-8").rpartition("\n")[0]
        return [tuple(json.loads(line)) for line in whole.splitlines()]

    def position(self, key: str) -> Position | None:
        """Return how far a stream was written down."""
        found = [numbers for name, numbers in self.lines() if name == key]
        return Position(1, found[-1][-1] + 1) if found else None

    def revoked(self, keys: Sequence[str]) -> None:
        """Nothing waits to be written."""

    def lost(self, keys: Sequence[str]) -> None:
        """Nothing waits to be written."""


def main() -> None:
    """Read until killed."""
    brokers, topic, group, folder = sys.argv[1:]
    written = WrittenDown(Path(folder))
    text = written.path.read_text("utf-8")
    with written.path.open("w", encoding="utf-8") as out:
        out.write(text[: text.rfind("\n") + 1])
        out.flush()
        terms = KafkaTerms((brokers,), session_s=1.3)
        with KafkaBus(terms, MemoryLog()).subscribe(topic, group, written) as reader:
            for count in range(1_000_000):
                delivery = reader.take(60.0)
                if delivery is None or not len(delivery.batch.events):
                    return
                numbers = [int(price) for price in delivery.batch.events["price"]]
                out.write(json.dumps([delivery.batch.key, numbers]) + "\n")
                out.flush()
                if count % 3 == 2:
                    reader.commit(delivery)


if __name__ == "__main__":
    main()
