"""The orders and executions of a recorded run, read from its journal alone.

    records = read_records(RecordedRun.open(folder))
    records.orders        # in the order of the decisions
    records.executions    # in the order of the journal: those that the ledger books

Read twice to the same end of the journal, they are the same.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import numpy as np

from traider.compliance.order_records import (
    Execution,
    ExecutionKind,
    Happening,
    OrderOutcome,
    OrderRecord,
    OrderTerms,
)
from traider.compliance.telling import Vocabulary
from traider.domain.events import EventArray, Kind, OrderFlag, empty_events
from traider.domain.orders import OrderId, OrderType, TimeInForce
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.gateway.own_orders import is_own_order
from traider.journal.reader import JournalReader
from traider.journal.segment_events import Span
from traider.kernel.codes import Reject
from traider.kernel.specification import MarketSpec
from traider.runtime.auditing.journal_audit import vocabulary
from traider.runtime.auditing.people import People
from traider.runtime.books.money_events import MoneyEvents, read_money
from traider.runtime.parity.recorded_run import RecordedRun

_ENDS: Final = {
    Kind.CANCELLED: OrderOutcome.CANCELLED,
    Kind.REJECTED: OrderOutcome.REJECTED,
    Kind.EXPIRED: OrderOutcome.EXPIRED,
}
_BY_PERSON: Final = (Kind.MANUAL_ORDER, Kind.KILL)
_KINDS: Final = (
    *_BY_PERSON, *_ENDS, Kind.REARM, Kind.ORDER_INTENT, Kind.VERDICT, Kind.SENT, Kind.ACK,
)  # fmt: skip
_FORCE_SHIFT: Final = 4
_PROPERTIES: Final = (
    OrderFlag.POST_ONLY,
    OrderFlag.REDUCE_ONLY,
    OrderFlag.CHILD,
    OrderFlag.ONE_CANCELS_OTHER,
)
_HOUSE: Final = "gateway"


@dataclass(frozen=True)
class RunRecords:
    """What reports are made of."""

    run: RecordedRun
    money: MoneyEvents
    orders: tuple[OrderRecord, ...]
    executions: tuple[Execution, ...]
    end: int
    """How many events of the journal were read."""
    last_ns: int
    """When the last of them was received."""

    @property
    def account(self) -> str:
        """The run's id, by which the venue knows its orders."""
        return self.run.manifest.run_id

    @property
    def venue(self) -> str:
        """Where it trades."""
        return self.run.manifest.venue


def read_records(run: RecordedRun) -> RunRecords:
    """Return the orders and executions of a run; it may be under way.

    Raises:
        DataError: the journal cannot be read.
        StrategyError: an alpha of the run is not there any more.
    """
    reader = JournalReader(run.paths.journal)
    end = reader.end
    spec = run.spec()
    people = People()
    people.take([fact for fact in reader.facts() if fact.sequence < end])
    reading = OrderReading(run, tuple(spec.markets), vocabulary(spec), people)
    last_ns = 0
    for first, events in reader.numbered(Span(reader.first, end)):
        reading.take(first, events)
        last_ns = int(events["ts_recv"][-1]) if len(events) else last_ns
    money = money_before(read_money(run), end)
    executions = executions_of_run(money)
    for each in executions:
        order = reading.orders.get(each.order_id)
        if order is not None and each.kind is ExecutionKind.FILL:
            order.executions.append(each)
    return RunRecords(run, money, tuple(reading.orders.values()), executions, end, last_ns)


def money_before(money: MoneyEvents, end: int) -> MoneyEvents:
    """Return what happened before event ``end`` of the journal."""
    count = int(np.searchsorted(money.sequences, end))
    return replace(money, events=money.events[:count], sequences=money.sequences[:count])


def executions_of_run(money: MoneyEvents) -> tuple[Execution, ...]:
    """Return everything that moved a position, in the order of the journal."""
    found = []
    places = {sequence: place for place, sequence in enumerate(money.sequences.tolist())}
    for booked in money.booked_fills():
        fill, event = booked.fill, money.events[places[booked.sequence]]
        market = money.markets[int(event["instrument"])]
        is_fill = event["kind"] == Kind.FILL
        found.append(
            Execution(
                position=booked.sequence,
                kind=_kind(event, is_liquidation=fill.is_liquidation),
                order_id=fill.order_id,
                instrument=fill.instrument,
                multiplier=fill.multiplier,
                side=fill.side,
                quantity=fill.quantity,
                price=fill.price,
                fee=fill.fee_taken if fill.fee_currency else fill.fee,
                fee_currency=fill.fee_currency or money.currency,
                fee_value=fill.fee,
                notional=amount_from_units(fill.notional_units),
                is_maker=fill.is_maker,
                leaves=size_from_lots(int(event["leaves"]) if is_fill else 0, market.lot_size),
                venue_ns=int(event["ts_event"]),
                heard_ns=int(event["ts_recv"]),
            )
        )
    return tuple(found)


def _kind(event: np.void, *, is_liquidation: bool) -> ExecutionKind:
    if event["kind"] != Kind.FILL:
        return ExecutionKind.CORRECTION
    return ExecutionKind.LIQUIDATION if is_liquidation else ExecutionKind.FILL


class OrderReading:
    """Follows every order through the journal."""

    def __init__(
        self,
        run: RecordedRun,
        markets: tuple[MarketSpec, ...],
        words: Vocabulary,
        people: People,
    ) -> None:
        self.orders: dict[int, OrderRecord] = {}
        self._run_id = run.manifest.run_id
        self._markets = markets
        self._words = words
        self._people = people
        self._strategy = f"strategy {', '.join(words.alphas)}".strip()
        self._asked: tuple[int, EventArray] = (-1, empty_events(0))
        """The last thing that a person did."""
        self._stop: tuple[int, EventArray] | None = None
        """The emergency stop that stands: what is ordered under it closes for it."""

    def take(self, first: int, events: EventArray) -> None:
        """Take the next events of the journal."""
        for at in np.flatnonzero(np.isin(events["kind"], _KINDS)).tolist():
            event = events[at : at + 1]
            kind = Kind(int(event["kind"][0]))
            if kind in _BY_PERSON:
                self._asked = first + at, event.copy()
            if kind in (Kind.KILL, Kind.REARM):
                self._stop = self._asked if kind is Kind.KILL else None
            elif kind in _BY_PERSON:
                continue
            elif kind is Kind.ORDER_INTENT:
                self._wish(first + at, event)
            else:
                self._hear(first + at, kind, event)

    def _wish(self, position: int, event: EventArray) -> None:
        order_id, now_ns = int(event["order_id"][0]), int(event["ts_recv"][0])
        if int(event["flags"][0]) & OrderFlag.CANCEL:
            known = self.orders.get(order_id)
            if known is not None:
                known.cancels.append(Happening(position, now_ns))
            return
        who, why = self._asker(order_id)
        self.orders[order_id] = OrderRecord(
            order_id=order_id,
            client_order_id=f"{self._run_id}-{order_id:016x}",
            position=position,
            decided_ns=now_ns,
            terms=order_terms(event, self._markets[int(event["instrument"][0])]),
            asked_by=who,
            reason=why,
        )

    def _asker(self, order_id: int) -> tuple[str, str]:
        if is_own_order(order_id):
            return _HOUSE, "closes a position in an emergency"
        cause = OrderId.unpack(order_id).sequence
        position, event = self._stop or self._asked
        if self._stop is None and position != cause:
            return self._strategy, f"event {cause}"
        actor = self._people.behind(position, event)
        who, why = ("a person", "not told") if actor is None else (actor.who, actor.why)
        return who, why if self._stop is None else f"emergency stop: {why}"

    def _hear(self, position: int, kind: Kind, event: EventArray) -> None:
        order = self.orders.get(int(event["order_id"][0]))
        if order is None:
            return
        code, now_ns = int(event["code"][0]), int(event["ts_recv"][0])
        if kind is Kind.VERDICT:
            # A request to cancel has a verdict of its own under the same id: the first counts.
            if order.verdict is None:
                word = self._words.verdicts.get(code, str(code))
                number, limit = float(event["number"][0]), float(event["limit"][0])
                order.verdict = Happening(position, now_ns, word, number, limit)
        elif kind is Kind.SENT:
            if order.sent is None:
                order.sent = Happening(position, int(event["ts_event"][0]))
        elif kind is Kind.ACK:
            if order.acknowledged is None:
                order.acknowledged = Happening(position, now_ns)
                order.venue_number = int(event["id"][0])
        elif order.end is None and code != Reject.UNKNOWN_ORDER:
            # That an order is not known any more is said of the cancel.
            order.end = Happening(position, now_ns, self._words.ends.get(code, str(code)))
            order.end_outcome = _ENDS[kind]


def order_terms(event: EventArray, market: MarketSpec) -> OrderTerms:
    """Return what the one ORDER_INTENT ``event`` asks for."""
    flags, size = int(event["flags"][0]), int(event["size"][0])
    is_money = bool(flags & OrderFlag.QUOTE_SIZED)
    kind = OrderType(flags & OrderFlag.TYPE_MASK) if flags & OrderFlag.TYPE_MASK else None
    force = TimeInForce((flags & OrderFlag.TIME_IN_FORCE_MASK) >> _FORCE_SHIFT)
    return OrderTerms(
        instrument=market.name,
        multiplier=market.multiplier,
        side=int(event["side"][0]),
        type=(kind or OrderType.MARKET).name.lower().replace("_", "-"),
        time_in_force=force.name.lower(),
        properties=tuple(
            str(each.name).lower().replace("_", "-") for each in _PROPERTIES if flags & each
        ),
        quantity=None if is_money else size_from_lots(size, market.lot_size),
        amount=amount_from_units(size) if is_money else None,
        limit_price=_price(int(event["price"][0]), market),
        stop_price=_price(int(event["trigger"][0]), market),
        expires_ns=int(event["expire"][0]),
    )


def _price(ticks: int, market: MarketSpec) -> Decimal | None:
    return price_from_ticks(ticks, market.tick_size) if ticks else None
