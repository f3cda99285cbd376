"""The kernel as an observer: it computes and decides as the trader does, and trades nothing.

The same compiled loop runs over the same events. Only what depends on an account is taken out of
the specification (orders, plans, working styles, quotes), and only what an account causes is left
out of the events (fills, answers, pauses, an emergency stop, the marks of a warm-up). So a row
depends on the market, on models' scores and on changes of weights and thresholds alone, and is the
same from a trader's journal, from the feed behind it, and from files.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from traider.domain.events import EventArray, Kind, empty_events
from traider.kernel.codes import Sizing, Style
from traider.kernel.machine import Drained, Machine
from traider.kernel.order_specification import WorkSpec
from traider.kernel.records import Floats, Integers, Records
from traider.kernel.specification import KernelSpec

_ROWS: Final = 32_768
_CAUSED_BY_NO_ACCOUNT: Final = (Kind.MODEL_SCORE, Kind.WEIGHTS_CHANGE, Kind.THRESHOLDS_CHANGE)
_SEEN: Final = np.zeros(256, np.bool_)
_SEEN[
    [kind for kind in Kind if kind < Kind.ACK or kind in (*_CAUSED_BY_NO_ACCOUNT, Kind.TIMER)]
] = True
_SEEN[[Kind.WARMUP_BEGIN, Kind.WARMUP_END]] = False


@dataclass(frozen=True)
class Observed:
    """Rows in order of time, one an instrument and decision that followed news of it.

    ``features`` has a column a slot asked for, NaN where it has no value. ``scores`` has two
    columns an alpha, its score and confidence. ``wanted`` holds the ensemble's combined score,
    direction and exposure before the gross cap, as the thresholds alone would have them: no
    position, no order and no exit of a plan has a say in them.
    """

    ts_ns: Integers
    instruments: Integers
    features: Floats
    scores: Floats
    wanted: Records

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.ts_ns)


class Observer:
    """Turns events, in pieces of any size, into rows.

    Args:
        spec: the trader's specification.
        slots: the features wanted, by their slots in the tape.
        rows: how many are gathered before they are yielded.
    """

    def __init__(self, spec: KernelSpec, slots: Sequence[int], rows: int = _ROWS) -> None:
        self.spec = observing(spec)
        self.slots = tuple(slots)
        self._machine = Machine(self.spec, buffer=rows, observed=self.slots)

    def feed(self, events: EventArray, *, final: bool = False) -> Iterator[Observed]:
        """Yield the rows that ``events`` complete.

        A row at T is complete when an event, or a timer, of a later time came; ``final`` says that
        nothing follows, so that those up to the last event are complete.

        Raises:
            KernelError: events are not in order, or of an instrument that is not observed.
            StrategyError: an alpha raised an exception.
        """
        kinds = np.minimum(events["kind"], len(_SEEN) - 1)
        seen = _SEEN[kinds]
        if not seen.all():
            events = events[seen]
        for drained in self._machine.feed(events, final=final):
            if len(drained.rows):
                yield _observed(drained)

    def pass_time(self, now_ns: int) -> Iterator[Observed]:
        """Yield the rows of decisions due at ``now_ns``, all events up to then having come."""
        timer = empty_events(1)
        timer["kind"] = Kind.TIMER
        timer["version"] = 1
        timer["ts_event"] = timer["ts_recv"] = now_ns
        return self.feed(timer)

    def snapshot(self) -> bytes:
        """Return the whole state; see ``Machine.snapshot``."""
        return self._machine.snapshot()

    def restore(self, state: bytes) -> None:
        """Set the state to that of ``snapshot`` of an observer of the same specification.

        Raises:
            KernelError: the bytes do not fit.
        """
        self._machine.restore(state)


def observing(spec: KernelSpec) -> KernelSpec:
    """Return ``spec`` so that it decides the same and never orders.

    With no gross exposure allowed every target is no position. What an all-in strategy wants is
    told by its fraction.
    """
    strategy = spec.strategy
    sizing = Sizing.FIXED if strategy.sizing is Sizing.ALL_IN else strategy.sizing
    return replace(
        spec,
        strategy=replace(
            strategy,
            sizing=sizing,
            gross_leverage=0.0,
            style=Style.MARKET,
            plan=None,
            work=WorkSpec(),
            quote=None,
        ),
        fees=None,
        limits={},
    )


def _observed(drained: Drained) -> Observed:
    rows = drained.rows
    return Observed(
        ts_ns=np.ascontiguousarray(rows["ts"]),
        instruments=np.ascontiguousarray(rows["instrument"]),
        features=drained.row_features,
        scores=drained.row_scores,
        wanted=rows,
    )
