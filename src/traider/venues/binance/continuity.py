"""Which depth changes continue the book: Binance's rules, and what to do until they hold.

A book starts from a REST snapshot. Changes that arrive before it are held; those the snapshot
already contains are old; the first one applied must reach back to the snapshot, and from then on
each must follow the one before. The rules, as the venue writes them:

| | spot (web-socket-streams.md) | USD-M (How to manage a local order book correctly) |
| --- | --- | --- |
| old | u <= last | u < lastUpdateId before the first applied; u <= last after it |
| first after a snapshot | U <= last + 1 <= u | pu <= lastUpdateId <= u |
| then | U <= last + 1 <= u | pu = u of the one before |

For the first one on USD-M the venue writes U <= lastUpdateId. Numbers there have holes, as symbols
share them, and a snapshot's may fall into the hole before U: pu, the end of the change before, says
that nothing lies between.

A change that does none of these shows a gap: nothing is applied any more until a new snapshot
joins. At most ``HELD_MAX`` changes are held; when full, the oldest is given up, and a snapshot from
before the oldest held one is refused.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from traider.venues.binance.messages import Depth

HELD_MAX: Final = 4_096


class Place(Enum):
    """Where a change stands to a book."""

    OLD = "the book contains it already"
    NEXT = "it continues the book"
    AHEAD = "something is missing before it"


class Verdict(Enum):
    """What to do with a change."""

    APPLY = "apply it"
    DROP = "it is old"
    HOLD = "held until a snapshot joins"
    GAP = "the stream broke here: the book is no longer true"


Rule = Callable[[Depth, int, bool], Place]
"""Place of a change, given the book's last number and whether that is still the snapshot's."""


def spot_place(change: Depth, last_id: int, is_first: bool) -> Place:  # noqa: ARG001, FBT001 - Rule
    """Place a change of the spot market; the first one follows the same rule as all."""
    if change.last_id <= last_id:
        return Place.OLD
    return Place.NEXT if change.first_id <= last_id + 1 else Place.AHEAD


def usdm_place(change: Depth, last_id: int, is_first: bool) -> Place:  # noqa: FBT001 - Rule
    """Place a change of the USD-M market."""
    if is_first:
        if change.last_id < last_id:
            return Place.OLD
        return Place.NEXT if change.previous_id <= last_id else Place.AHEAD
    if change.previous_id == last_id:
        return Place.NEXT
    return Place.OLD if change.last_id <= last_id else Place.AHEAD


@dataclass(frozen=True, slots=True)
class Live:
    """The book is true up to ``last_id``."""

    last_id: int
    is_first: bool
    """No change was applied since the snapshot."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """There is no true book: none yet, or it broke."""


class DepthContinuity:
    """The continuity of one symbol's depth stream.

    ``state`` is what the last call left; after ``Verdict.GAP`` it is ``Waiting``, and the change
    that showed the gap is the first one held.
    """

    __slots__ = ("_held", "_rule", "breaks", "given_up", "state")

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._held: deque[Depth] = deque(maxlen=HELD_MAX)
        self.state: Live | Waiting = Waiting()
        self.breaks = 0
        """Holes found in the stream, also while no book stood on it."""
        self.given_up = 0
        """Held changes that made room for newer ones."""

    @property
    def held(self) -> int:
        """How many changes wait for a snapshot."""
        return len(self._held)

    def take(self, change: Depth) -> Verdict:
        """Judge the next change of the stream."""
        state = self.state
        if isinstance(state, Waiting):
            return self._hold(change)
        place = self._rule(change, state.last_id, state.is_first)
        if place is Place.NEXT:
            self.state = Live(change.last_id, is_first=False)
            return Verdict.APPLY
        if place is Place.OLD:
            return Verdict.DROP
        self.breaks += 1
        self.state = Waiting()
        self._hold(change)
        return Verdict.GAP

    def join(self, snapshot_id: int) -> list[Depth] | None:
        """Start the book anew at a snapshot; return the held changes that follow it.

        None says that the snapshot is of no use and nothing changed: the book is newer already, or
        changes between it and the held ones are missing.
        """
        state = self.state
        if isinstance(state, Live) and snapshot_id <= state.last_id:
            return None
        book, following = Live(snapshot_id, is_first=True), []
        for change in self._held:
            place = self._rule(change, book.last_id, book.is_first)
            if place is Place.AHEAD:
                return None
            if place is Place.NEXT:
                book = Live(change.last_id, is_first=False)
                following.append(change)
        self.state = book
        self._held.clear()
        return following

    def restart(self) -> None:
        """Begin again on a new connection: without a book, and with nothing held."""
        self.state = Waiting()
        self._held.clear()

    def _hold(self, change: Depth) -> Verdict:
        """Keep a change; what lies before a hole can never be joined to what lies after it."""
        held = self._held
        if held:
            place = self._rule(change, held[-1].last_id, False)  # noqa: FBT003 - Rule
            if place is Place.OLD:
                return Verdict.DROP
            if place is Place.AHEAD:
                self.breaks += 1
                held.clear()
        if len(held) == HELD_MAX:
            self.given_up += 1
        held.append(change)
        return Verdict.HOLD
