"""What is known of one run: its instruments' tapes, and the replica of its kernel.

Whoever reads it holds the view's lock, so it says quickly what it is asked and gives out copies.
"""

import math
from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from traider.api.following.market_tape import TAKEN, MarketTape
from traider.api.following.replica import KernelReplica
from traider.api.following.snapshots import AlphaScore, Decision, MarketNow
from traider.domain.errors import TraiderError, UsageError
from traider.domain.events import EventArray, Kind
from traider.domain.units import price_from_ticks, size_from_lots
from traider.journal.instruments import JournalInstrument
from traider.kernel.book import ASKS, BIDS
from traider.runtime.control.conversion import alpha_names
from traider.runtime.kernel_books import side_levels
from traider.runtime.parity.recorded_run import RecordedRun


class FollowedRun:
    """A run as its journal tells it, up to ``position``."""

    def __init__(self, run: RecordedRun, instruments: tuple[JournalInstrument, ...]) -> None:
        self.run = run
        self.instruments = instruments
        self.tapes = tuple(MarketTape() for _ in instruments)
        self.replica: KernelReplica | None = None
        self.kernel_fault = ""
        self.position = 0
        self.now_ns = 0
        self.earliest = 0
        """The first event that the tapes know."""
        self.known_from_ns = 0
        try:
            self.replica = KernelReplica(run)
        except TraiderError as fault:
            self.kernel_fault = fault.line()

    @property
    def why_no_kernel(self) -> str:
        """Why books, features and scores are not known; empty while they are."""
        return self.kernel_fault or (self.replica.fault if self.replica else "")

    @property
    def kernel(self) -> KernelReplica:
        """The replica of the kernel.

        Raises:
            UsageError: it does not follow.
        """
        if self.replica is None or self.why_no_kernel:
            raise UsageError(
                f"books, features and scores are not known: {self.why_no_kernel}",
                where=str(self.run.paths.folder),
                fix="look at the run with the version that trades it",
            )
        return self.replica

    def number(self, name: str) -> int:
        """Return the number of an instrument by its name, or by the venue's.

        Raises:
            UsageError: the run has none of that name.
        """
        for number, each in enumerate(self.instruments):
            if name in (each.name, each.symbol):
                return number
        known = ", ".join(each.name for each in self.instruments)
        raise UsageError(f"the run trades no {name}", fix=f"name one of {known}")

    # ------------------------------------------------------------------------------------- taking

    def begin_at(self, position: int) -> None:
        """Say that ``position`` is the first event that will come."""
        self.position = self.earliest = position

    def take(self, events: EventArray) -> Iterator[None]:
        """Take the next events in; between two pieces of them it yields."""
        if self.replica is not None and not self.replica.fault:
            yield from self.replica.take(events)
        self._hear(events)
        self.position += len(events)
        self.now_ns = max(self.now_ns, int(events["ts_recv"][-1]))
        if not self.known_from_ns:
            self.known_from_ns = int(events["ts_recv"][0])
        yield

    def take_earlier(self, events: EventArray) -> None:
        """Take the events before ``earliest`` into the tapes."""
        told = events[np.isin(events["kind"], TAKEN)]
        for number, tape in enumerate(self.tapes):
            if not tape.last_ns:
                tape.last_ns = _last_heard(events, number)
            tape.take_earlier(told[told["instrument"] == number])
        # A run that ended before it was followed has nothing new: its last event is among these.
        self.now_ns = max(self.now_ns, int(events["ts_recv"][-1]))
        self.earliest -= len(events)
        self.known_from_ns = int(events["ts_recv"][0])

    def _hear(self, events: EventArray) -> None:
        told = events[np.isin(events["kind"], TAKEN)]
        for number, tape in enumerate(self.tapes):
            tape.last_ns = _last_heard(events, number) or tape.last_ns
            tape.take(told[told["instrument"] == number])

    # ------------------------------------------------------------------------------------ telling

    def market(self, number: int) -> MarketNow:
        """Return how an instrument stands."""
        tape = self.tapes[number]
        bid, bid_size, ask, ask_size = self._top(number)
        return MarketNow(
            name=self.instruments[number].name,
            last=self.price(number, _last_ticks(tape)),
            last_ns=tape.last_ns,
            bid=self.price(number, bid),
            bid_size=self.size(number, bid_size) if bid else None,
            ask=self.price(number, ask),
            ask_size=self.size(number, ask_size) if ask else None,
            mark=self.price(number, self._mark_ticks(number)),
            health=tape.health,
            gaps=tape.gaps,
            resyncs=tape.resyncs,
            decision=None if self.why_no_kernel else self.decision(number),
        )

    def decision(self, number: int) -> Decision:
        """Return what the strategy thinks of an instrument.

        Raises:
            UsageError: the replica does not follow.
        """
        machine, spec = self.kernel.machine, self.kernel.spec
        decider = machine.decider
        market, row = decider.markets[number], decider.scores[number]
        names = alpha_names([alpha.name for alpha in spec.alphas])
        return Decision(
            decided_ns=int(market["decided_ns"]),
            combined=known(float(market["combined"])),
            direction=int(market["direction"]),
            exposure=known(float(market["exposure"])),
            scores=tuple(
                AlphaScore(
                    alpha=name,
                    score=known(float(row[2 * place])),
                    confidence=known(float(row[2 * place + 1])),
                    weight=float(decider.alphas[place]["weight"]),
                    is_filter=bool(decider.alphas[place]["filters"]),
                    is_on=bool(decider.alphas[place]["enabled"]),
                )
                for place, name in enumerate(names)
            ),
        )

    def levels(
        self, number: int, depth: int
    ) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return the best bids and asks of an instrument: ticks and lots, best first.

        Raises:
            UsageError: the replica does not follow.
        """
        book = self.kernel.machine.decider.book
        if not book.sizes.shape[-1]:
            return [], []
        found = []
        for side, sign in ((BIDS, 1), (ASKS, -1)):
            rows = side_levels(book, number, side)[:depth].tolist()
            found.append([(sign * rank, lots) for rank, lots in rows])
        return found[0], found[1]

    def level_counts(self, number: int) -> tuple[int, int]:
        """Return how many bids and asks an instrument has.

        Raises:
            UsageError: the replica does not follow.
        """
        sides = self.kernel.machine.decider.book.sides[number]
        counts = sides["count"] + sides["far"]
        return int(counts[BIDS]), int(counts[ASKS])

    def price(self, number: int, ticks: int) -> Decimal | None:
        """Return a price in the quote currency; None of 0 ticks."""
        return price_from_ticks(ticks, self.instruments[number].tick_size) if ticks else None

    def size(self, number: int, lots: int) -> Decimal:
        """Return a size in base units."""
        return size_from_lots(lots, self.instruments[number].lot_size)

    def _top(self, number: int) -> tuple[int, int, int, int]:
        if not self.why_no_kernel:
            bids, asks = self.levels(number, 1)
            if bids or asks:
                return *(bids[0] if bids else (0, 0)), *(asks[0] if asks else (0, 0))
        return self.tapes[number].quote or (0, 0, 0, 0)

    def _mark_ticks(self, number: int) -> int:
        if self.why_no_kernel:
            return 0
        return int(self.kernel.machine.decider.markets[number]["mark_ticks"])


def known(value: float) -> float | None:
    """Return a number that is one; None of others."""
    return value if math.isfinite(value) else None


def _last_ticks(tape: MarketTape) -> int:
    if tape.trades:
        return tape.trades[-1].price_ticks
    ends = [
        (at + series.length_ns, series.bars[at].close)
        for series in tape.bars.told.values()
        if series.bars
        for at in [max(series.bars)]
    ]
    return max(ends)[1] if ends else 0


def _last_heard(events: EventArray, number: int) -> int:
    """Return when the market of an instrument was heard of last; 0 where it was not."""
    kinds = events["kind"]
    is_market = (kinds >= int(Kind.DEPTH_SNAPSHOT)) & (kinds <= int(Kind.FUNDING))
    heard = np.flatnonzero(is_market & (events["instrument"] == number))
    return int(events["ts_recv"][heard[-1]]) if len(heard) else 0
