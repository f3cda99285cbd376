"""How an emergency stop stands, as whoever asked for it sees it: what is gone, and when."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from traider.runtime.control.commands import Kill
from traider.runtime.status_body import OrderBody, StatusBody

_LOOK_S: Final = 0.02


class StopPhase(StrEnum):
    """How far an emergency stop is."""

    ASKED = "asked"
    """It lies in the folder; nobody has answered yet."""
    STOPPING = "stopping"
    """It is being carried out."""
    DONE = "done"
    """Nothing that was to go is left."""
    OPEN = "open"
    """It was carried out, and something is still open after a while."""
    WAITING = "waiting"
    """Nobody answers: it waits in the folder for whichever process goes on or starts."""


@dataclass(frozen=True)
class StopTerms:
    """How long others are waited for, seconds."""

    answer_s: float = 2.0
    flat_s: float = 5.0
    """How long orders and positions may take to be gone before it is told that they are not."""
    gateway_flat_s: float = 15.0
    """The same where the gateway does it alone."""
    look_s: float = _LOOK_S
    """Between two looks; no time that is told is exacter."""


@dataclass(frozen=True)
class StopSeen:
    """An emergency stop as it stands. Times are by the machine's clock, from the asking on."""

    phase: StopPhase = StopPhase.ASKED
    by: str = ""
    """Who carries it out: trader or gateway; empty while nobody does."""
    orders: int = 0
    """Orders to cancel, when it was asked for."""
    cancelled: int = 0
    """Of those, how many are over."""
    positions: tuple[str, ...] = ()
    """Instruments held then that are to be closed."""
    closed: tuple[str, ...] = ()
    """Of those, which are flat."""
    held: tuple[str, ...] = ()
    """What is held now."""
    answered_ns: int | None = None
    """When it was answered that the stop is carried out."""
    last_cancel_ns: int | None = None
    """When the last of the orders was seen to be over; None while one is not."""
    flat_ns: int | None = None
    """When the last position was seen to be flat; None while one is not, or they are kept."""
    line: str = ""
    """What was done, and what is open, for a person."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes of it by itself."""
        return self.phase in {StopPhase.DONE, StopPhase.OPEN}

    @property
    def is_done(self) -> bool:
        """Whether all is gone that was to go."""
        return self.phase is StopPhase.DONE


Told = Callable[[StopSeen], None]


class StopWatch:
    """Keeps how one stop stands, and tells each change."""

    def __init__(self, command: Kill, told: Told, terms: StopTerms) -> None:
        self.command = command
        self.terms = terms
        self.seen = StopSeen()
        self._told = told
        self._ids: frozenset[str] = frozenset()

    @property
    def now_ns(self) -> int:
        """Nanoseconds since it was asked for."""
        return time.monotonic_ns() - self.command.asked_ns

    def expect(self, before: StatusBody) -> None:
        """Take what was open when the trader spoke last, while nobody has taken the stop."""
        self._ids = frozenset(each.order_id for each in self._unwanted(before))
        held = tuple(each.name for each in before.positions)
        positions = held if self.command.flatten else ()
        self.change(orders=len(self._ids), positions=positions, held=held)

    def resume(self, seen: StopSeen) -> None:
        """Go on from how it stood when somebody looked last."""
        self.seen = seen

    def begin(self, before: StatusBody, line: str) -> None:
        """Take what was open when the trader took the stop."""
        self._ids = frozenset(each.order_id for each in self._unwanted(before))
        held = tuple(each.name for each in before.positions)
        self.change(
            phase=StopPhase.STOPPING,
            by="trader",
            orders=len(self._ids),
            positions=held if self.command.flatten else (),
            held=held,
            answered_ns=self.now_ns,
            line=line,
        )

    def look(self, status: StatusBody) -> tuple[int, tuple[str, ...]]:
        """Take how the trader stands; return the orders and positions that are still to go."""
        unwanted = self._unwanted(status)
        open_ids = {each.order_id for each in unwanted}
        held = tuple(each.name for each in status.positions)
        cancelled = len(self._ids) - len(self._ids & open_ids)
        if not self._ids:  # whoever began to look knew how many, and not which
            cancelled = max(self.seen.orders - len(unwanted), 0)
        self.tell(cancelled, held)
        return len(unwanted), held if self.command.flatten else ()

    def tell(self, cancelled: int, held: tuple[str, ...]) -> None:
        """Take how many orders are over and what is held, with the time where that is new."""
        seen = self.seen
        closed = tuple(name for name in seen.positions if name not in held)
        last, flat = seen.last_cancel_ns, seen.flat_ns
        if last is None and seen.orders and cancelled >= seen.orders:
            last = self.now_ns
        if flat is None and seen.positions and len(closed) == len(seen.positions):
            flat = self.now_ns
        self.change(
            cancelled=cancelled, held=held, closed=closed, last_cancel_ns=last, flat_ns=flat
        )

    def change(self, **fields: object) -> None:
        """Set what is known now, and tell it where it is new."""
        seen = replace(self.seen, **fields)  # type: ignore[arg-type]  # the fields' own types
        if seen != self.seen:
            self.seen = seen
            self._told(seen)

    def ended(self, phase: StopPhase, line: str) -> StopSeen:
        """Say how it ended."""
        self.change(phase=phase, line=line)
        return self.seen

    def _unwanted(self, status: StatusBody) -> list[OrderBody]:
        return [each for each in status.orders if self.command.flatten or not each.guards]
