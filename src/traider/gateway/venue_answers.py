"""What a venue says of orders becomes events: logged first, then reported, each thing once.

| the venue says | event |
| --- | --- |
| it has the order | ACK |
| it did nothing, and will not | REJECTED |
| nothing, or nothing to be trusted | UNKNOWN; then it is asked, before anything else |
| a part traded | FILL, by the id of the fill once; ``leaves`` is exact |
| the rest is over | CANCELLED, EXPIRED, or REJECTED where nothing of it had been there |
| it cannot cancel | REJECTED with UNKNOWN_ORDER, where the order is over; else it is asked |

News may come twice, late, and in any order. What contradicts the life of an order is kept and told,
and the books are then compared; money that moved is always counted.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import msgspec

from traider.domain.errors import DataError
from traider.domain.events import EventArray, FillFlag, Kind, OrderFlag, empty_events
from traider.domain.fault_points import reach
from traider.domain.order_states import Illegal, Pending, Rejected, leaves_of
from traider.domain.payload_table import PAYLOADS
from traider.domain.ports import Clock, EventSink, Log
from traider.gateway.account_books import AccountBooks, Booked
from traider.gateway.account_entries import AccountEntry, FillTaken, write_entry
from traider.gateway.executor import VenueFill, VenueOrder, VenueState
from traider.gateway.order_lives import IllegalStep, OrderLife
from traider.gateway.order_log import OrderLog
from traider.gateway.order_words import VenueWord
from traider.gateway.reports import EndCode, end_code, is_report, report
from traider.kernel.codes import Reject

_NOTHING: Final = empty_events(0)
_ENDS: Final = {
    VenueState.CANCELLED: Kind.CANCELLED,
    VenueState.FILLED: Kind.CANCELLED,
    VenueState.EXPIRED: Kind.EXPIRED,
    VenueState.REJECTED: Kind.REJECTED,
}


class VenueAnswers(ABC):
    """The owner that an executor tells; what follows from it is left to the class above.

    Args:
        log: of orders.
        sink: where reports go.
        account: the account's books; each fill enters them.
        clock: of the trader.
        lines: what an operator reads.
    """

    def __init__(
        self, log: OrderLog, sink: EventSink, account: AccountBooks, clock: Clock, lines: Log
    ) -> None:
        self.log = log
        self.lives = log.lives
        self.account = account
        self._sink = sink
        self._clock = clock
        self._lines = lines
        self._stamped_ns = 0
        self._tells = False
        """Whether reports are handed on; before a start has told what the trader lacks, that would
        tell them twice."""
        self._entries: list[AccountEntry] = []
        """Applied to the account, and to be kept with the report that follows."""

    # --------------------------------------------------------------------- left to the class above

    @abstractmethod
    def _doubt(self, order_id: int) -> None:
        """Ask the venue for an order, until it is known what became of it."""

    @abstractmethod
    def _dispute(self, why: str) -> None:
        """Compare the books: what was said cannot be."""

    @abstractmethod
    def _take_back(self, order_ids: Sequence[int]) -> None:
        """Ask the venue for the end of orders."""

    @abstractmethod
    def halt(self, why: str) -> None:
        """Send nothing any more but cancels and what reduces, until a person re-arms."""

    @abstractmethod
    def disagree(self, why: str) -> None:
        """Open nothing as long as the books do not agree; no reason says that they do again."""

    @abstractmethod
    def _follow(self, events: EventArray) -> None:
        """See what was logged."""

    # ------------------------------------------------------------------------------ what is told

    def accepted(self, order_id: int, venue_id: str) -> None:
        """Take note that the venue has the order."""
        life = self._life(order_id)
        if life is None or (life.is_acknowledged and life.venue_id == venue_id):
            return
        word = VenueWord("accepted", order_id, venue_id)
        if isinstance(life.state, Rejected):
            # It was given up, and lives: nobody waits for it any more.
            self._tell(word, _NOTHING)
            self._take_back((order_id,))
            self._dispute("an order that was given up is at the venue")
            return
        intent = life.intent
        price, size = int(intent["price"][0]), int(intent["size"][0])
        ack = report(Kind.ACK, intent, self._stamp(), price=price, size=size)
        self._tell(word, _NOTHING if life.is_acknowledged else ack)
        if life.wants_cancel and not life.is_over:
            self._take_back((order_id,))

    def refused(self, order_id: int, code: str, message: str) -> None:
        """Take note that the venue did nothing, and will not."""
        life = self._life(order_id)
        if life is None or life.is_over:
            return
        word = VenueWord("refused", order_id, code=code, message=message)
        self._end(life, word, Kind.REJECTED, end_code(code))

    def unknown(self, order_id: int, why: str) -> None:
        """Take note that the order was sent, and whether the venue has it is not known."""
        life = self._life(order_id)
        if life is None or life.is_over:
            return
        self._lines.warning("order unknown at the venue", order=order_id, why=why)
        word = VenueWord("unknown", order_id, message=why)
        self._tell(word, self._over(life, Kind.UNKNOWN, int(Reject.NONE)))
        self._doubt(order_id)

    def cancel_refused(self, order_id: int, code: str) -> None:
        """Take note that the venue does not cancel the order: it is over, or not known there."""
        life = self._life(order_id)
        if life is None:
            return
        word = VenueWord("cancel-refused", order_id, message=code)
        if life.is_over:
            answer = report(
                Kind.REJECTED, life.intent, self._stamp(), code=int(Reject.UNKNOWN_ORDER)
            )
            self._tell(word, answer)
            return
        self._tell(word, _NOTHING)
        self._doubt(order_id)

    def filled(self, order_id: int, fill: VenueFill) -> None:
        """Take a fill; one that was counted is passed over."""
        life = self.log.find(order_id)
        if fill.fill_id in self.account.fills or (life and fill.fill_id in life.fill_ids):
            return
        entry = FillTaken(_named(fill, order_id))
        try:
            booked = self.account.apply(entry)
        except DataError as fault:
            self._tell(_word_of(order_id, fill), _NOTHING)
            self.halt(f"a fill cannot be counted: {fault.what}")
            return
        self._entries.append(entry)
        self._tell(_word_of(order_id, fill), self._fill_event(order_id, fill, booked))

    def ended(self, order_id: int, state: VenueState, reason: str) -> None:
        """Take note that an order is over, after its fills."""
        life = self._life(order_id)
        kind = _ENDS.get(state)
        if life is None or life.is_over or kind is None:
            return
        if state is VenueState.FILLED and not life.flags & OrderFlag.QUOTE_SIZED:
            # All of it traded, and not all fills were told.
            self._doubt(order_id)
            return
        if kind is Kind.REJECTED and (life.is_acknowledged or life.filled_lots):
            kind = Kind.CANCELLED
        word = VenueWord("ended", order_id, code=reason, message=str(state))
        self._end(life, word, kind, self._reason(life, state, reason))

    def found(self, order: VenueOrder) -> None:
        """Take an order or a trade that is not ours: someone traded at the venue by hand."""
        self._lines.warning("an order that is not ours", venue_id=order.venue_id)
        word = VenueWord(
            "not-ours",
            venue_id=order.venue_id,
            message=f"{order.symbol} {order.state}",
            size=str(order.size),
        )
        self._tell(word, _NOTHING)
        self._dispute("someone traded at the venue by hand")

    # ------------------------------------------------------------------------- what was found out

    def never_arrived(self, order_id: int) -> None:
        """Take note that the venue surely does not have an order, and never will."""
        life = self._life(order_id)
        if life is None or life.is_over:
            return
        word = VenueWord("never-arrived", order_id)
        if life.is_acknowledged or life.filled_lots:
            self._end(life, word, Kind.CANCELLED, EndCode.GONE)
            self._dispute("the venue knows nothing of an order that it had accepted")
        else:
            self._end(life, word, Kind.REJECTED, EndCode.NEVER_ARRIVED)

    def keep(self, entry: AccountEntry) -> Booked:
        """Apply an entry to the account; it is kept in the log with whatever is logged next."""
        booked = self.account.apply(entry)
        self._entries.append(entry)
        return booked

    def report(self, events: EventArray) -> None:
        """Log events that comparing the books came to, and hand them to the trader."""
        stamped = events.copy()
        for place in range(len(stamped)):
            stamped["ts_recv"][place] = self._stamp()
        self._tell(VenueWord("reconciled"), stamped)

    def keep_entries(self) -> None:
        """Keep the entries of the account that no report followed."""
        if self._entries:
            self._tell(VenueWord("reconciled"), _NOTHING)

    # --------------------------------------------------------------------------------- its own

    def _life(self, order_id: int) -> OrderLife | None:
        """Return an order; what is said of one that nobody knows is kept and told."""
        life = self.log.find(order_id)
        if life is None or isinstance(life.state, Pending):
            self._dispute(f"the venue speaks of order {order_id:016x}, which was never sent")
            return None
        return life

    def _fill_event(self, order_id: int, fill: VenueFill, booked: Booked) -> EventArray:
        life = self.lives.get(order_id)
        event = empty_events(1)
        event["kind"], event["version"] = Kind.FILL, PAYLOADS[Kind.FILL].version
        event["ts_event"], event["ts_recv"] = fill.ts_ns, self._stamp()
        event["instrument"], event["side"] = fill.instrument, fill.side
        event["flags"] = int(FillFlag.MAKER) if fill.is_maker else 0
        event["price"], event["size"] = booked.price_ticks, booked.size_lots
        event["fee"], event["order_id"] = booked.fee_units, order_id
        event["leaves"] = 0 if life is None else self.lives.leaves_after(life, booked.size_lots)
        return event

    def _over(self, life: OrderLife, kind: Kind, code: int) -> EventArray:
        size = leaves_of(life.state)
        if life.flags & OrderFlag.QUOTE_SIZED and life.filled_lots:
            size = 0
        return report(kind, life.intent, self._stamp(), code=code, size=size)

    def _end(self, life: OrderLife, word: VenueWord, kind: Kind, code: int) -> None:
        self._tell(word, self._over(life, kind, code))

    def _reason(self, life: OrderLife, state: VenueState, reason: str) -> int:
        if state is VenueState.CANCELLED and "OTHER_LEG" in reason.upper():
            return int(Reject.OTHER_LEG_FILLED)
        if state is VenueState.CANCELLED and life.wants_cancel:
            return int(Reject.BY_REQUEST)
        return int(Reject.NONE) if state is VenueState.FILLED else end_code(reason)

    def _tell(self, word: VenueWord, events: EventArray) -> None:
        """Log a word with the entries that wait and the events it became, then report these."""
        entries = tuple(msgspec.Raw(write_entry(entry)) for entry in self._entries)
        self._entries.clear()
        illegal = self.log.tell(msgspec.structs.replace(word, entries=entries), events)
        self._follow(events)
        self._hand_on(events, illegal)
        self._keep_checkpoint()

    def _stamp(self) -> int:
        """Return a time later than that of any report before: so they stay in their order."""
        self._stamped_ns = max(self._clock.now_ns(), self._stamped_ns + 1)
        return self._stamped_ns

    def _keep(self, events: EventArray, *, is_new: bool = True) -> None:
        """Log events, then report those that are reports, unless the trader told them."""
        self.keep_entries()
        self.log.write(events)
        self._take_up(events, is_new=is_new)

    def _take_up(self, events: EventArray, *, is_new: bool = True) -> None:
        """Do all else that follows from events that were logged."""
        illegal = self.log.take_up()
        self._follow(events)
        self._hand_on(events if is_new else _NOTHING, illegal)
        self._keep_checkpoint()

    def _keep_checkpoint(self) -> None:
        """Keep a checkpoint now and then; the log is whole without it, and longer to open."""
        try:
            self.log.keep_checkpoint_when_due()
        except OSError as fault:
            self._lines.warning("no checkpoint of the orders", why=fault.strerror or str(fault))

    def _hand_on(self, events: EventArray, illegal: Sequence[IllegalStep]) -> None:
        told = events[is_report(events)]
        if len(told) and self._tells:
            reach("gateway-before-report")
            self._sink.append(told)
            reach("gateway-reported")
        for step in illegal:
            why = step.illegal.reason if isinstance(step.illegal, Illegal) else "no such order"
            self._lines.error("an order's life cannot take this", order=step.order_id, why=why)
            self._dispute(why)


def _named(fill: VenueFill, order_id: int) -> VenueFill:
    """Return a fill that bears its order's id."""
    return fill if fill.order_id == order_id else replace(fill, order_id=order_id)


def _word_of(order_id: int, fill: VenueFill) -> VenueWord:
    return VenueWord(
        "filled",
        order_id,
        fill.venue_id,
        fill.fill_id,
        price=str(fill.price),
        size=str(fill.size),
        fee=str(fill.fee),
    )
