"""All that takes a stream of events, live or replayed, and one fingerprint of what it led to."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from traider.domain.ports import EventSink
from traider.runtime.book_target import BookTarget, EventsOutcome
from traider.runtime.config import Config
from traider.runtime.event_stream import GriddedInstrument
from traider.runtime.strategy_target import StrategyOutcome, StrategyTarget


@dataclass(frozen=True)
class StreamOutcome:
    """What a stream of events led to, with decisions or without."""

    stream: EventsOutcome
    """Its fingerprint takes in that of the strategy."""
    strategy: StrategyOutcome | None


class Targets:
    """Books always; a strategy where settings are given."""

    def __init__(
        self, instruments: Sequence[GriddedInstrument], config: Config | None = None
    ) -> None:
        self.books = BookTarget(instruments)
        self._strategy = StrategyTarget(config, instruments) if config is not None else None

    @property
    def sinks(self) -> tuple[EventSink, ...]:
        """Who takes the events, in order."""
        return (self.books,) if self._strategy is None else (self.books, self._strategy)

    def finish(self) -> StreamOutcome:
        """Say that nothing follows, and return what the events led to."""
        found = self.books.outcome()
        if self._strategy is None:
            return StreamOutcome(found, None)
        decided = self._strategy.finish()
        whole = hashlib.blake2b(digest_size=16)
        whole.update(f"{found.fingerprint}{decided.fingerprint}".encode())
        return StreamOutcome(replace(found, fingerprint=whole.hexdigest()), decided)
