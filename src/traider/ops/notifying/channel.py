"""A way to people, and what came of using it."""

from dataclasses import dataclass
from typing import Protocol

from traider.domain.ports import Severity
from traider.ops.notifying.group import Group


@dataclass(frozen=True)
class Delivery:
    """What came of sending something."""

    is_done: bool = False
    may_try_again: bool = False
    after_s: float = 0.0
    """Before which it is not tried again; 0 where nobody said."""
    why: str = ""
    """Why it is not done, in one line, without secrets."""


DONE = Delivery(is_done=True)


class Channel(Protocol):
    """A way to people; used from one thread at a time."""

    name: str
    """Such as ``slack``."""
    least: Severity
    """Alerts that are less are not sent."""
    keeps_open: bool
    """Whether a condition stays open there until its end is told."""

    def deliver(self, group: Group) -> Delivery:
        """Send what ``group`` says; ask it by ``delivered``, which never raises."""
        ...


def delivered(channel: Channel, group: Group) -> Delivery:
    """Send what ``group`` says; a fault that the channel did not foresee is why it is not done.

    An address that no encoding takes, say: the next alerts are still to be carried.
    """
    try:
        return channel.deliver(group)
    except Exception as fault:  # noqa: BLE001 - see above
        # Its words may hold an address; its class says enough.
        return Delivery(why=f"it failed ({type(fault).__name__})")
