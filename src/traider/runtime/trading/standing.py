"""What a trader knows beside the kernel's state, made of the events of its journal alone.

So that a start need not read a journal from its beginning, it is kept with each snapshot of the
kernel.
"""

from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from traider.domain.events import EVENT, EventArray, Kind, OrderFlag, join_events
from traider.gateway.reports import count_reports
from traider.kernel.codes import Verdict
from traider.kernel.machine import Drained
from traider.runtime.broken_books import StandingBooks
from traider.runtime.status_body import CountsBody
from traider.runtime.trading.account_flows import AccountFlows
from traider.runtime.trading.holdings import Holding, Holdings
from traider.runtime.trading.run_fingerprint import RunFingerprint

_CANCEL: Final = int(OrderFlag.CANCEL)
_APPROVED: Final = int(Verdict.APPROVED)
_FIRST_ANSWER: Final = int(Kind.ACK)
_FIRST_NEWS: Final = int(Kind.DEPTH_SNAPSHOT)
_LAST_NEWS: Final = int(Kind.FUNDING)
_BAR: Final = int(Kind.BAR)


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """The form it is kept in."""

    passed_ns: int
    epoch: int
    reports: int
    unanswered: bytes
    books: tuple[int, ...]
    counts: tuple[int, ...]
    holdings: dict[int, tuple[int, int]]
    gapped: tuple[int, ...] = ()
    fingerprint: bytes = b""
    market_ns: int = 0
    flows: AccountFlows = msgspec.field(default_factory=AccountFlows)


def is_market_news(kinds: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
    """Return which kinds are the market's news; bars are none: they tell of what was."""
    return np.asarray((kinds >= _FIRST_NEWS) & (kinds <= _LAST_NEWS) & (kinds != _BAR))


class Standing:
    """How a trader stands after the events seen. An ``EventSink``."""

    def __init__(self) -> None:
        self.passed_ns = 0
        """Time that was told to have passed: no later event is earlier."""
        self.epoch = 0
        self.reports = 0
        """Reports of the gateway among the events."""
        self.events = 0
        self.decisions = 0
        self.orders_sent = 0
        self.orders_refused = 0
        self.fills = 0
        self.gaps = 0
        self.books = StandingBooks()
        self.holdings = Holdings()
        self.flows = AccountFlows()
        self.market_ns = 0
        """Time of the last news of the market."""
        self.fingerprint: RunFingerprint | None = RunFingerprint()
        """Of the run so far; None after a snapshot of a version that kept none."""
        self._unanswered: list[EventArray] = []

    @property
    def unanswered(self) -> EventArray:
        """Orders and cancels without a verdict, oldest first."""
        return join_events(self._unanswered)

    def see(self, drained: Drained) -> None:
        """See what came out of the kernel."""
        if self.fingerprint is not None:
            self.fingerprint.add(drained)

    def append(self, events: EventArray) -> None:
        """See the next events."""
        if not len(events):
            return
        self.events += len(events)
        self.passed_ns = max(self.passed_ns, int(events["ts_recv"][-1]))
        kinds = events["kind"]
        news = np.flatnonzero(is_market_news(kinds))
        if len(news):
            self.market_ns = int(events["ts_recv"][news[-1]])
        self.books.append(events)
        self.gaps += int(np.count_nonzero(kinds == Kind.GAP))
        if int(kinds.max()) >= _FIRST_ANSWER:
            self._answered(events)
        epochs = np.flatnonzero(kinds == Kind.LEADER_EPOCH)
        if len(epochs):
            self.epoch = int(events["w0"][epochs[-1]])

    def _answered(self, events: EventArray) -> None:
        kinds = events["kind"]
        self.holdings.append(events)
        self.flows.append(events)
        self.reports += count_reports(events)
        self.decisions += int(np.count_nonzero(kinds == Kind.TIMER))
        self.fills += int(np.count_nonzero(kinds == Kind.FILL))
        for place in np.flatnonzero(
            (kinds == Kind.ORDER_INTENT) | (kinds == Kind.VERDICT)
        ).tolist():
            if kinds[place] == Kind.ORDER_INTENT:
                self._unanswered.append(events[place : place + 1].copy())
            else:
                self._take_verdict(events[place])

    def _take_verdict(self, verdict: np.void) -> None:
        """Find the oldest order or cancel of this id: verdicts come in the order of the intents."""
        order_id = verdict["order_id"]
        places = (k for k, each in enumerate(self._unanswered) if each["order_id"][0] == order_id)
        place = next(places, -1)
        if place < 0:
            return
        intent = self._unanswered.pop(place)
        if int(intent["flags"][0]) & _CANCEL:
            return
        if verdict["code"] == _APPROVED:
            self.orders_sent += 1
        else:
            self.orders_refused += 1

    def counts(self, reconnects: int = 0) -> CountsBody:
        """Return the counts as a status tells them."""
        return CountsBody(
            events=self.events,
            decisions=self.decisions,
            orders_sent=self.orders_sent,
            orders_refused=self.orders_refused,
            fills=self.fills,
            reconnects=reconnects,
            gaps=self.gaps,
        )

    def to_bytes(self) -> bytes:
        """Return it as bytes."""
        counts = (
            self.events,
            self.decisions,
            self.orders_sent,
            self.orders_refused,
            self.fills,
            self.gaps,
        )
        kept = _Kept(
            self.passed_ns,
            self.epoch,
            self.reports,
            self.unanswered.tobytes(),
            self.books.numbers,
            counts,
            {k: (each.lots, each.cost) for k, each in self.holdings.by_instrument.items()},
            self.books.gapped,
            b"" if self.fingerprint is None else self.fingerprint.state(),
            self.market_ns,
            self.flows,
        )
        return msgspec.msgpack.encode(kept)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "Standing":
        """Return what ``to_bytes`` gave.

        Raises:
            msgspec.DecodeError: it is something else.
        """
        kept = msgspec.msgpack.decode(raw, type=_Kept)
        made = cls()
        made.passed_ns, made.epoch, made.reports = kept.passed_ns, kept.epoch, kept.reports
        made.books = StandingBooks(kept.books, kept.gapped)
        made.holdings = Holdings({k: Holding(*each) for k, each in kept.holdings.items()})
        waiting = np.frombuffer(kept.unanswered, dtype=EVENT)
        made._unanswered = [waiting[place : place + 1] for place in range(len(waiting))]
        made.events, made.decisions, made.orders_sent = kept.counts[:3]
        made.orders_refused, made.fills, made.gaps = kept.counts[3:]
        is_kept = bool(kept.fingerprint)
        made.fingerprint = RunFingerprint.of_state(kept.fingerprint) if is_kept else None
        made.market_ns, made.flows = kept.market_ns, kept.flows
        return made
