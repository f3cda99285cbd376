"""A second machine that follows a journal and tells whether the trader is where it is.

It begins with the newest snapshot, takes what was journaled since, and from then on goes on from
its own state: what it vouches for at one check it stands on at the next.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from traider.domain.errors import DataError
from traider.journal.reader import JournalReader
from traider.kernel.live_machine import Mismatch, Replayer
from traider.runtime.parity.comparing import mismatch_line
from traider.runtime.trading.recovery import Follower


@dataclass(frozen=True)
class StateClaim:
    """What a trader says of itself: after so many events, at that time, its state had this hash."""

    sequence: int
    now_ns: int
    """Time up to which it has let time pass."""
    state_hash: str


@dataclass(frozen=True)
class IdentityResult:
    """What became of a claim."""

    sequence: int
    ok: bool
    line: str
    """What was found, in one line."""
    events: int = 0
    """Events that were replayed for it."""
    seconds: float = 0.0
    is_fault: bool = False
    """The check itself could not be made: nothing is proved either way."""


class JournalShadow:
    """Replay a journal as it grows, and compare claims about it."""

    def __init__(self, maker: Callable[[], Follower], journal: Path) -> None:
        """Follow the journal in the folder ``journal`` with kernels that ``maker`` makes."""
        self._maker = maker
        self._folder = journal
        self._replayer: Replayer | None = None
        self._sequence = 0

    def check(self, claim: StateClaim) -> IdentityResult:
        """Replay up to a claim and compare; after a difference the next check begins anew.

        Raises:
            TraiderError: the journal or a snapshot cannot be read, or the kernel stopped.
        """
        started = time.perf_counter()
        replayer = self._at_most(claim.sequence)
        first = self._sequence
        self._follow(replayer, claim.sequence)
        made = replayer.pass_time(claim.now_ns)
        line = _difference(replayer, claim, len(made))
        if line:
            self._replayer = None
        return IdentityResult(
            claim.sequence,
            ok=not line,
            line=line or f"the same state after {claim.sequence:,} events",
            events=claim.sequence - first,
            seconds=time.perf_counter() - started,
        )

    def _at_most(self, sequence: int) -> Replayer:
        """Return the machine where it stands, or a new one that knows no event from there on."""
        if self._replayer is not None and self._sequence <= sequence:
            return self._replayer
        follower = self._maker()
        # A snapshot of the claim's own place would prove nothing.
        self._sequence, _ = follower.begin(self._folder, sequence - 1)
        self._replayer = follower.replayer
        return follower.replayer

    def _follow(self, replayer: Replayer, end: int) -> None:
        reader = JournalReader(self._folder)
        if reader.end < end:
            raise DataError(
                f"ends at event {reader.end}, and the trader is at {end}",
                where=str(self._folder),
                fix="journal each event before the claim about it",
            )
        for events in reader.events(self._sequence, end):
            replayer.take(events)
            self._sequence += len(events)


def _difference(replayer: Replayer, claim: StateClaim, made: int) -> str:
    """Return how the replay differs from the claim, nothing where it does not."""
    mismatch: Mismatch | None = replayer.mismatch
    if mismatch is not None:
        return mismatch_line(mismatch)
    if made or len(replayer.awaited):
        count = made or len(replayer.awaited)
        whose = "the replay" if made else "the journal"
        return f"after {claim.sequence:,} events {whose} has {count:,} more by {claim.now_ns} ns"
    found = replayer.machine.state_hash()
    if found != claim.state_hash:
        return (
            f"after {claim.sequence:,} events the trader's state is {claim.state_hash}, "
            f"the replay's {found}"
        )
    return ""
