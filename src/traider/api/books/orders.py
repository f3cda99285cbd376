"""Orders and fills of a run as shapes, found by what a person filters for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Final

from traider.api.books.run_books import RunBooks
from traider.api.problems import NotFoundError
from traider.api.shapes.orders import FillShape, OrderShape
from traider.compliance.blotter import fraction_text
from traider.compliance.order_records import (
    APPROVED,
    Execution,
    Happening,
    OrderOutcome,
    OrderRecord,
)
from traider.compliance.telling import text
from traider.domain.units import EXACT

OPEN: Final = frozenset((OrderOutcome.WAITING, OrderOutcome.OPEN))
_PRICE_DIGITS: Final = 12
_ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class OrdersAsked:
    """Which orders, or fills, are looked for; what is empty or None does not mind."""

    instrument: str = ""
    side: str = ""
    states: frozenset[str] = frozenset()
    """Of orders: outcomes, or the word ``open`` for those that may still trade."""
    kind: str = ""
    """Of orders their type, of fills what moved the position."""
    from_ns: int | None = None
    to_ns: int | None = None
    text: str = ""
    """Any part of ids, instrument, who asked and why; capitals or not."""
    before: int | None = None
    """Position that rows must be before: where the page before ended."""

    def is_within(self, ts_ns: int, position: int) -> bool:
        """Return whether something of this time and place is looked for."""
        if self.before is not None and position >= self.before:
            return False
        if self.from_ns is not None and ts_ns < self.from_ns:
            return False
        return self.to_ns is None or ts_ns < self.to_ns


def find_orders(books: RunBooks, asked: OrdersAsked, most: int) -> list[OrderShape]:
    """Return the newest orders that are looked for, newest first.

    Raises:
        UsageError: there is no run, or it journaled nothing yet.
        DataError: it cannot be read.
    """
    orders = reversed(books.records().orders)
    found = (order for order in orders if _is_wanted(order, asked, books))
    return [order_shape(order, books) for order in islice(found, most)]


def find_fills(books: RunBooks, asked: OrdersAsked, most: int) -> list[FillShape]:
    """Return the newest fills, liquidations and corrections, newest first.

    Raises:
        UsageError: there is no run, or it journaled nothing yet.
        DataError: it cannot be read.
    """
    records = books.records()
    orders = {order.order_id: order for order in records.orders}
    found = _fills(reversed(records.executions), orders, books, asked)
    return list(islice(found, most))


def find_order(books: RunBooks, order_id: str) -> OrderRecord:
    """Return an order by its 16 hexadecimal digits, or the id that the venue knows it by.

    Raises:
        NotFoundError: there is none.
        DataError: the run cannot be read.
    """
    wanted = order_id.strip().lower()
    for order in books.records().orders:
        if wanted in (f"{order.order_id:016x}", order.client_order_id):
            return order
    raise NotFoundError(
        "there is no order with this id", where=order_id[:64], fix="see the list of orders"
    )


def order_shape(order: OrderRecord, books: RunBooks) -> OrderShape:
    """Return an order as it stands."""
    terms, verdict, over = order.terms, order.verdict, order.over
    outcome = order.outcome
    is_refused = verdict is not None and verdict.word != APPROVED
    return OrderShape(
        order_id=f"{order.order_id:016x}",
        client_order_id=order.client_order_id,
        instrument=terms.instrument,
        side=side_word(terms.side),
        kind=terms.type,
        time_in_force=terms.time_in_force,
        properties=list(terms.properties),
        size=_plain(terms.quantity),
        amount=_plain(terms.amount),
        price=_plain(terms.limit_price),
        trigger=_plain(terms.stop_price),
        expires_ns=terms.expires_ns or None,
        state=outcome.value,
        is_open=outcome in OPEN,
        filled=text(order.executed),
        average_price=fraction_text(order.average_price, _PRICE_DIGITS) or None,
        notional=text(_sum(each.notional for each in order.executions)),
        fees=text(_sum(each.fee_value for each in order.executions)),
        asked_by=order.asked_by,
        reason=books.reason_of(order),
        check=None if verdict is None else verdict.word,
        number=verdict.number if verdict is not None and is_refused else None,
        limit=verdict.limit if verdict is not None and is_refused else None,
        end_reason=None if over is None else over.word,
        decided_ns=order.decided_ns,
        sent_ns=_when(order.sent),
        acknowledged_ns=_when(order.acknowledged),
        ended_ns=_when(verdict) if is_refused else _when(over),
        position=order.position,
    )


def fill_shape(each: Execution, order: OrderRecord | None, books: RunBooks) -> FillShape:
    """Return something that traded."""
    return FillShape(
        fill_id=str(each.position),
        kind=each.kind.value,
        order_id=f"{each.order_id:016x}" if each.order_id else None,
        instrument=each.instrument,
        side=side_word(each.side),
        size=text(each.quantity),
        price=text(each.price),
        notional=text(each.notional),
        fee=text(each.fee),
        fee_currency=each.fee_currency,
        fee_value=text(each.fee_value),
        is_maker=each.is_maker,
        leaves=text(each.leaves),
        reason=books.reason_of(order) if order is not None else f"{each.kind.value} by the venue",
        traded_ns=each.venue_ns,
        heard_ns=each.heard_ns,
    )


def side_word(side: int) -> str:
    """Return buy or sell."""
    return "buy" if side > 0 else "sell"


def _fills(
    executions: Iterable[Execution],
    orders: dict[int, OrderRecord],
    books: RunBooks,
    asked: OrdersAsked,
) -> Iterator[FillShape]:
    wanted = asked.text.lower()
    for each in executions:
        if not asked.is_within(each.heard_ns, each.position):
            continue
        if not _fits(asked, each.instrument, each.side, each.kind.value):
            continue
        shape = fill_shape(each, orders.get(each.order_id), books)
        said = (shape.fill_id, shape.order_id or "", shape.instrument, shape.reason)
        if wanted in " ".join(said).lower():
            yield shape


def _is_wanted(order: OrderRecord, asked: OrdersAsked, books: RunBooks) -> bool:
    if not asked.is_within(order.decided_ns, order.position):
        return False
    if not _fits(asked, order.terms.instrument, order.terms.side, order.terms.type):
        return False
    if asked.states and not _has_state(order, asked.states):
        return False
    if not asked.text:
        return True
    said = (
        f"{order.order_id:016x}",
        order.client_order_id,
        order.terms.instrument,
        order.asked_by,
        books.reason_of(order),
    )
    return asked.text.lower() in " ".join(said).lower()


def _has_state(order: OrderRecord, states: frozenset[str]) -> bool:
    outcome = order.outcome
    return outcome.value in states or (OrderOutcome.OPEN.value in states and outcome in OPEN)


def _fits(asked: OrdersAsked, instrument: str, side: int, kind: str) -> bool:
    if asked.instrument and asked.instrument.upper() not in (
        instrument,
        instrument.partition(":")[2],
    ):
        return False
    if asked.side and asked.side != side_word(side):
        return False
    return not asked.kind or asked.kind.replace("_", "-") == kind


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    total = _ZERO
    for each in amounts:
        total = EXACT.add(total, each)
    return total


def _when(told: Happening | None) -> int | None:
    return None if told is None or not told.ts_ns else told.ts_ns


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else text(value)
