"""Checkpoints of the book of lives beside the log, so that opening it need not read all of it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Self

import msgspec
from msgspec import Struct

from traider.domain.errors import DataError
from traider.domain.order_states import (
    Cancelled,
    CancelPending,
    Expired,
    Filled,
    Open,
    OrderState,
    PartlyFilled,
    Pending,
    Rejected,
    Sent,
    Unknown,
)
from traider.gateway.order_lives import OrderLife, OrderLives
from traider.journal import SnapshotStore

_VERSION: Final = 2
"""Raised whenever the state of the gate, which is kept in it, gets another form."""
_KEPT: Final = 2
_STATES: Final[dict[str, type[OrderState]]] = {
    state.__name__: state
    for state in (
        Pending,
        Sent,
        Open,
        PartlyFilled,
        CancelPending,
        Filled,
        Cancelled,
        Rejected,
        Expired,
        Unknown,
    )
}


class LogMark(Struct, frozen=True, array_like=True):
    """A place in the log: what it holds before event ``sequence``."""

    sequence: int = 0
    reports: int = 0
    newest_id: int = 0
    """The highest id of an order."""


class Stance(Struct, frozen=True, array_like=True):
    """Who leads, and whether a person stopped everything."""

    epoch: int = 0
    is_killed: bool = False
    keeps_positions: bool = False
    is_halted: bool = False
    """Whether only what reduces positions may pass."""


class _KeptLife(Struct, frozen=True, array_like=True):
    record: bytes
    state: str
    numbers: tuple[int, ...]
    is_acknowledged: bool
    wants_cancel: bool
    filled_lots: int
    sent_ns: int
    heard_ns: int
    venue_id: str
    fill_ids: tuple[str, ...]
    word: str

    @classmethod
    def of(cls, life: OrderLife) -> Self:
        state = life.state
        numbers = tuple(getattr(state, name) for name in state.__slots__)
        return cls(
            life.record,
            type(state).__name__,
            numbers,
            life.is_acknowledged,
            life.wants_cancel,
            life.filled_lots,
            life.sent_ns,
            life.heard_ns,
            life.venue_id,
            tuple(life.fill_ids),
            life.word,
        )

    def life(self) -> OrderLife:
        return OrderLife(
            self.record,
            _STATES[self.state](*self.numbers),
            self.is_acknowledged,
            self.wants_cancel,
            self.filled_lots,
            self.sent_ns,
            self.heard_ns,
            self.venue_id,
            frozenset(self.fill_ids),
            self.word,
        )


class Rest(Struct, frozen=True, array_like=True):
    """What a checkpoint keeps beside the book of lives."""

    marks: tuple[LogMark, ...]
    words_here: int
    """Words of the venue after the last event."""
    own_state: bytes
    """Of the log's owner."""


class Checkpoint(Struct, frozen=True):
    """All that is known after the events before a sequence."""

    version: int
    lives: tuple[_KeptLife, ...]
    positions: dict[int, int]
    unjudged: tuple[tuple[int, bool], ...]
    stance: Stance
    reports: int
    newest_id: int
    rest: Rest

    def fill(self, book: OrderLives) -> None:
        """Bring an empty book to where this was taken."""
        for kept in self.lives:
            book.put(kept.life())
        book.position_lots |= self.positions
        book.unjudged[:] = self.unjudged


def checkpoint_of(book: OrderLives, stance: Stance, now: LogMark, rest: Rest) -> Checkpoint:
    """Return a checkpoint of ``book``; ``now`` is the place it is taken at."""
    lives = (*book.ended(), *book.living())
    return Checkpoint(
        version=_VERSION,
        lives=tuple(map(_KeptLife.of, lives)),
        positions=book.position_lots,
        unjudged=tuple(book.unjudged),
        stance=stance,
        reports=now.reports,
        newest_id=now.newest_id,
        rest=rest,
    )


def lives_bytes(lives: Iterable[OrderLife]) -> bytes:
    """Return orders as they stand, for another process."""
    return msgspec.msgpack.encode([_KeptLife.of(life) for life in lives])


def lives_of(raw: bytes) -> tuple[OrderLife, ...]:
    """Return the orders of ``lives_bytes``.

    Raises:
        DataError: it is something else.
    """
    try:
        return tuple(kept.life() for kept in msgspec.msgpack.decode(raw, type=list[_KeptLife]))
    except (msgspec.DecodeError, KeyError, TypeError) as fault:
        raise DataError(
            f"orders that cannot be read: {fault}", fix="run both processes in the same version"
        ) from fault


class OrderCheckpoints:
    """The checkpoints of one log."""

    def __init__(self, folder: Path) -> None:
        self._store = SnapshotStore(folder, keep=_KEPT)

    def write(self, sequence: int, checkpoint: Checkpoint) -> None:
        """Keep ``checkpoint`` as of before event ``sequence``.

        Raises:
            OSError: the disk refuses; what was there stays.
        """
        state = msgspec.msgpack.encode(checkpoint)
        self._store.write(sequence, state, hashlib.blake2b(state, digest_size=16).digest())

    def latest(self, sequence: int) -> tuple[int, Checkpoint | None]:
        """Return the newest checkpoint that knows no event from ``sequence`` on, and its place.

        One of another version of the code counts for nothing: the log itself tells all.
        """
        found = self._store.latest(sequence).snapshot
        if found is None:
            return 0, None
        try:
            checkpoint = msgspec.msgpack.decode(found.state, type=Checkpoint)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return 0, None
        return (found.sequence, checkpoint) if checkpoint.version == _VERSION else (0, None)
