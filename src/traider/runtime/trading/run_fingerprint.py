"""The fingerprint of a run while it goes on, kept with its snapshots.

It is that of ``backtest.collecting.Fingerprint`` over the whole journal, and needs none of it: a
start goes on from where the snapshot stood, however many weeks the run has.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from traider.backtest.collecting import Fingerprint
from traider.domain.events import Kind
from traider.kernel.machine import Drained
from traider.runtime.trading.resumable_digest import ResumableBlake2b

_FIRST: Final = min(int(Kind.ORDER_INTENT), int(Kind.FILL))


class RunFingerprint(Fingerprint):
    """A fingerprint that can be kept and gone on with."""

    def __init__(self, kept: Sequence[ResumableBlake2b] = ()) -> None:
        self._kept = kept or [ResumableBlake2b() for _ in range(3)]
        super().__init__(self._kept)

    def add(self, drained: Drained) -> None:
        """Take in a chunk of output, cheaply where it says nothing of orders or the account."""
        if len(drained.nav) or int(drained.events["kind"].max(initial=0)) >= _FIRST:
            super().add(drained)

    def state(self) -> bytes:
        """Return all that is needed to go on."""
        return msgspec.msgpack.encode([part.state() for part in self._kept])

    @classmethod
    def of_state(cls, state: bytes) -> "RunFingerprint":
        """Return a fingerprint that goes on from ``state``.

        Raises:
            msgspec.DecodeError: it is none.
        """
        parts = msgspec.msgpack.decode(state, type=tuple[bytes, bytes, bytes])
        return cls([ResumableBlake2b.of_state(part) for part in parts])
