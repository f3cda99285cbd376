"""A machine whose outputs are looked at, whoever runs it: a trader, or a replay."""

from collections.abc import Callable, Iterator

from traider.domain.events import EventArray
from traider.kernel.live_machine import LiveMachine, Turn
from traider.kernel.machine import Drained
from traider.kernel.specification import KernelSpec


class WatchedMachine(LiveMachine):
    """Shows what came out of each turn once that was worked off: nothing waits for who looks."""

    def __init__(
        self, spec: KernelSpec, see: Callable[[Drained], None], *, simulates: bool
    ) -> None:
        super().__init__(spec, simulates=simulates)
        self._see = see

    def advance(self, events: EventArray, now_ns: int = 0) -> Iterator[Turn]:
        """Take inputs and yield what comes out."""
        for turn in super().advance(events, now_ns):
            yield turn
            self._see(turn.drained)
