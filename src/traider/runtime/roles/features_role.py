"""The features role: market events from the bus, rows of events, features and signals to the lake.

What was taken is saved every so often: rows first, then where each stream stands, then the commit.
Killed anywhere between, a role that is started again takes what it had not saved, and the lake
becomes what it would have been. When an instrument goes to another role of the group, what is done
of it is saved before it is given up; roles of a group therefore write the same lake.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from traider.bus import Bus, Delivery, Position, Subscription
from traider.domain.ports import Clock, Log
from traider.features.store.writing import Written
from traider.runtime.bus import MARKET
from traider.runtime.config import Config, canonical_json
from traider.runtime.feature_stores import feature_store
from traider.runtime.kernel_spec import AlphaShelf
from traider.runtime.roles.instrument_stream import InstrumentStream
from traider.runtime.roles.stream_state import StreamStates

_TAKE_S: Final = 0.1
_GROUP_DIGITS: Final = 12
_NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True)
class FeaturesTerms:
    """When what was taken is saved, and when the role is done."""

    save_s: float = 5.0
    save_events: int = 262_144
    until_end: bool = False
    """End when every stream that was met has ended on purpose, and nothing more comes."""
    quiet_s: float = 1.0
    """How long nothing more has to come for that."""


@dataclass(frozen=True)
class FeaturesOutcome:
    """What a role did while it ran."""

    events: Mapping[str, int]
    """Of each instrument."""
    missing: int
    duplicates: int
    written: Written


def default_group(config: Config) -> str:
    """Return the group of roles that compute the same: other settings read from the beginning."""
    expressions = ",".join(config.feature_store.expressions)
    text = f"{canonical_json(config)}{expressions}"
    return f"features-{hashlib.sha256(text.encode()).hexdigest()[:_GROUP_DIGITS]}"


class FeaturesRole:
    """Run features over a bus. It is the ``Progress`` of its own subscription.

    Args:
        config: what is computed.
        lake: where rows go; where each stream stands is kept beside them.
        clock: how long is measured.
        log: what is told.
        terms: when is saved.
        group: which roles share the instruments; those that compute the same by default.
    """

    def __init__(
        self,
        config: Config,
        lake: Path,
        clock: Clock,
        log: Log,
        terms: FeaturesTerms | None = None,
        group: str = "",
    ) -> None:
        self.group = group or default_group(config)
        self._config = config
        self._terms = terms or FeaturesTerms()
        self._clock = clock
        self._log = log
        self._stores = feature_store(lake)
        self._states = StreamStates(lake, self.group)
        self._shelf = AlphaShelf()
        self._streams: dict[str, InstrumentStream] = {}
        self._done: list[InstrumentStream] = []
        """Streams that went to others."""
        self._ended: set[str] = set()
        self._unsaved: dict[int, Delivery] = {}
        """The last delivery of each partition that was not committed."""
        self._unsaved_events = 0
        self._is_idle = False
        self._subscription: Subscription | None = None

    @property
    def is_idle(self) -> bool:
        """Whether nothing was there to be taken just now."""
        return self._is_idle

    def run(
        self,
        bus: Bus,
        stop: Callable[[], bool] = lambda: False,
        told: Callable[[int], None] = lambda events: None,  # noqa: ARG005 - nobody listens
    ) -> FeaturesOutcome:
        """Take what comes until ``stop`` is answered with yes, or every stream ended.

        ``told`` hears at each save how many events were taken.

        Raises:
            BusError: the bus cannot be reached, or holds what cannot be read.
            DataError: the lake cannot be written, or contradicts what is computed.
        """
        with bus.subscribe(MARKET, self.group, self) as deliveries:
            self._subscription = deliveries
            saved_ns = taken_ns = self._clock.monotonic_ns()
            while not (stop() or (deliveries.is_caught_up and self._is_done(taken_ns))):
                delivery = deliveries.take(_TAKE_S)
                self._is_idle = delivery is None
                if delivery is not None:
                    self._take(delivery)
                    taken_ns = self._clock.monotonic_ns()
                if self._is_due(saved_ns):
                    self.save()
                    told(sum(stream.events for stream in self._streams.values()))
                    saved_ns = self._clock.monotonic_ns()
            self.save()
            return self._outcome(deliveries)

    def save(self) -> None:
        """Save all streams, and commit them."""
        for key, stream in self._streams.items():
            self._save(key, stream)
        unsaved, self._unsaved, self._unsaved_events = self._unsaved, {}, 0
        for delivery in unsaved.values():
            if self._subscription is not None and not self._subscription.commit(delivery):
                self._log.info("commit not taken", key=delivery.batch.key)

    # ------------------------------------------------------------- asked by the subscription

    def position(self, key: str) -> Position | None:
        """Return how far a stream was taken and saved."""
        if key in self._streams:
            return self._streams[key].position
        state = self._states.load(key)
        return state.position if state is not None else None

    def revoked(self, keys: Sequence[str]) -> None:
        """Save, and give streams up to another role."""
        self.save()
        self._give_up(keys)

    def lost(self, keys: Sequence[str]) -> None:
        """Give streams up that another role has already: what was not saved, it takes again."""
        self._unsaved = {
            partition: delivery
            for partition, delivery in self._unsaved.items()
            if delivery.batch.key not in keys
        }
        self._give_up(keys)

    # ----------------------------------------------------------------------------- its own

    def _take(self, delivery: Delivery) -> None:
        key = delivery.batch.key
        if delivery.missing:
            self._log.warning("events are missing", key=key, count=delivery.missing)
        if key not in self._streams:
            self._streams[key] = InstrumentStream(
                delivery.batch.instrument,
                self._config,
                self._stores,
                self._shelf,
                self._states.load(key),
            )
        self._streams[key].take(delivery)
        (self._ended.add if delivery.batch.is_last else self._ended.discard)(key)
        self._unsaved[delivery.partition] = delivery
        self._unsaved_events += len(delivery.batch.events)

    def _save(self, key: str, stream: InstrumentStream) -> None:
        if not stream.is_changed or stream.position is None:
            return
        kept = self._states.load(key)
        if kept is not None and kept.position > stream.position:
            # Silence for longer than a session: another role went on meanwhile.
            self._log.warning("another role is further", key=key)
            return
        self._states.save(key, stream.save())

    def _give_up(self, keys: Sequence[str]) -> None:
        for key in keys:
            stream = self._streams.pop(key, None)
            self._ended.discard(key)
            if stream is not None:
                self._done.append(stream)

    def _is_due(self, saved_ns: int) -> bool:
        return (
            self._unsaved_events >= self._terms.save_events
            or self._passed_s(saved_ns) >= self._terms.save_s
        )

    def _is_done(self, taken_ns: int) -> bool:
        return (
            self._terms.until_end
            and bool(self._streams)
            and self._ended.issuperset(self._streams)
            and self._passed_s(taken_ns) >= self._terms.quiet_s
        )

    def _passed_s(self, since_ns: int) -> float:
        return (self._clock.monotonic_ns() - since_ns) / _NS_PER_S

    def _outcome(self, deliveries: Subscription) -> FeaturesOutcome:
        streams = [*self._done, *self._streams.values()]
        events: dict[str, int] = {}
        for stream in streams:
            events[stream.name] = events.get(stream.name, 0) + stream.events
        return FeaturesOutcome(
            events=events,
            missing=sum(stream.missing for stream in streams),
            duplicates=deliveries.duplicates,
            written=Written(
                sum(stream.written.fresh for stream in streams),
                sum(stream.written.known for stream in streams),
            ),
        )
