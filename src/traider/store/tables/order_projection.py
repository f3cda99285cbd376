"""The row of an order, brought up to date by the events about it.

``traider.domain.order_states`` says which step follows which. What the venue says wins: a report
that the order's life does not allow is written down as its conflict, and what it tells of lots is
taken over.
"""

from decimal import Decimal
from typing import Final

import numpy as np

from traider.domain.events import Kind, OrderFlag
from traider.domain.order_states import (
    AckReport,
    Cancelled,
    CancelPending,
    CancelReport,
    CancelWish,
    Expired,
    ExpireReport,
    Filled,
    FillReport,
    Illegal,
    Open,
    OrderReport,
    OrderState,
    PartlyFilled,
    Pending,
    Rejected,
    RejectReport,
    SendReport,
    Sent,
    SilenceReport,
    Unknown,
    advance,
    is_final,
    leaves_of,
)
from traider.domain.orders import OrderType, TimeInForce
from traider.domain.units import amount_from_units, price_from_ticks, size_from_lots
from traider.store.tables.instrument_rows import JournalInstrumentRow
from traider.store.tables.trading_rows import OrderRow

CANCEL_REFUSED: Final = 4
"""Reason of a rejection that is about a request to cancel: the venue does not hold the order."""

_APPROVED: Final = 0
_TIME_IN_FORCE_SHIFT: Final = 4
_NAMES: Final[dict[type[OrderState], str]] = {
    Pending: "pending",
    Sent: "sent",
    Open: "open",
    PartlyFilled: "partly_filled",
    CancelPending: "cancel_pending",
    Filled: "filled",
    Cancelled: "cancelled",
    Rejected: "rejected",
    Expired: "expired",
    Unknown: "unknown",
}
_ENDS: Final = frozenset({"filled", "cancelled", "rejected", "expired"})


def client_order_id(order_id: int) -> str:
    """Return what the venue is told of an order: its id as 16 hexadecimal digits."""
    return f"{order_id:016x}"


def order_of_intent(event: np.void, journal_id: int, grid: JournalInstrumentRow) -> OrderRow:
    """Return the row of the order that an intent asks for."""
    flags = int(event["flags"])
    in_money = bool(flags & OrderFlag.QUOTE_SIZED)
    size = int(event["size"])
    ts_ns = int(event["ts_recv"])
    order_id = int(event["order_id"])
    return OrderRow(
        journal_id=journal_id,
        order_id=order_id,
        client_order_id=client_order_id(order_id),
        instrument_id=grid.instrument_id,
        side=int(event["side"]),
        type=OrderType(flags & OrderFlag.TYPE_MASK).name.lower(),
        time_in_force=TimeInForce(
            (flags & OrderFlag.TIME_IN_FORCE_MASK) >> _TIME_IN_FORCE_SHIFT
        ).name.lower(),
        is_post_only=bool(flags & OrderFlag.POST_ONLY),
        is_reduce_only=bool(flags & OrderFlag.REDUCE_ONLY),
        is_child=bool(flags & OrderFlag.CHILD),
        amount=amount_from_units(size) if in_money else None,
        price=_price(int(event["price"]), grid),
        trigger_price=_price(int(event["trigger"]), grid),
        expire_ns=int(event["expire"]) or None,
        state="pending",
        size=None if in_money else size_from_lots(size, grid.lot_size),
        size_lots=None if in_money else size,
        filled_lots=0,
        leaves_lots=None if in_money else size,
        filled=Decimal(0),
        filled_value=Decimal(0),
        fees=Decimal(0),
        end_code=0,
        conflict="",
        created_ns=ts_ns,
        updated_ns=ts_ns,
    )


def take_verdict(row: OrderRow, event: np.void) -> None:
    """Note the gate's answer. A second one is about a request to cancel the order."""
    code = int(event["code"])
    if row.verdict_code is not None:
        if code != _APPROVED and row.state == "cancel_pending":
            row.state = "partly_filled" if row.filled_lots else "open"
        return
    row.verdict_code = code
    row.verdict_number = float(event["number"])
    row.verdict_limit = float(event["limit"])
    if code != _APPROVED:
        _take(row, RejectReport(code), int(event["ts_recv"]))


def take_report(row: OrderRow, event: np.void, grid: JournalInstrumentRow) -> None:
    """Bring an order up to date with what was sent, or what the venue answered."""
    kind, ts_ns = Kind(int(event["kind"])), int(event["ts_recv"])
    if kind is Kind.REJECTED and event["code"] == CANCEL_REFUSED:
        return
    if kind is Kind.FILL and row.amount is not None:
        _learn_size(row, int(event["size"]), int(event["leaves"]), grid)
    if kind is not Kind.SENT and row.state == "pending":
        # An answer of the same instant stands before the record that the order was sent.
        _take(row, SendReport(), ts_ns)
    match kind:
        case Kind.SENT:
            _take(row, SendReport(), ts_ns)
            row.sent_ns = ts_ns
        case Kind.ACK:
            row.venue_order_id = int(event["id"]) or None
            row.acked_ns = row.acked_ns or ts_ns
            _take(row, AckReport(), ts_ns)
        case Kind.FILL:
            _take(row, FillReport(int(event["leaves"])), ts_ns)
        case Kind.UNKNOWN:
            _take(row, SilenceReport(), ts_ns)
        case _:
            _end(row, kind, int(event["code"]), ts_ns)


def take_cancel_wish(row: OrderRow, ts_ns: int) -> None:
    """Note that the order shall be cancelled; one that was not sent waits for its own answer."""
    if row.state != "pending":
        _take(row, CancelWish(), ts_ns)


def _end(row: OrderRow, kind: Kind, code: int, ts_ns: int) -> None:
    report: OrderReport
    match kind:
        case Kind.CANCELLED:
            report = CancelReport()
        case Kind.EXPIRED:
            report = ExpireReport()
        case _:
            report = RejectReport(code)
    was_over = row.state in _ENDS
    _take(row, report, ts_ns)
    if row.state in _ENDS and not was_over:
        row.end_code = code


def _take(row: OrderRow, report: OrderReport, ts_ns: int) -> None:
    """Let the order's life take one step."""
    state = _state(row)
    after = advance(state, report)
    if isinstance(after, Illegal):
        row.conflict = after.reason
        after = _taken_over(state, report)
    was_over = row.state in _ENDS
    row.state = _NAMES[type(after)]
    row.updated_ns = ts_ns
    if row.size_lots is not None:
        row.leaves_lots = leaves_of(after)
        row.filled_lots = row.size_lots - row.leaves_lots
    if is_final(after) and not was_over:
        row.ended_ns = ts_ns
    elif not is_final(after):
        row.ended_ns = None


def _taken_over(state: OrderState, report: OrderReport) -> OrderState:
    """Return the state after a report that it does not allow: of lots the venue's word counts."""
    if not isinstance(report, FillReport) or not 0 <= report.leaves < leaves_of(state):
        return state
    if report.leaves == 0:
        return Filled(state.size)
    match state:
        case Cancelled():
            return Cancelled(state.size, report.leaves)
        case Expired():
            return Expired(state.size, report.leaves)
        case _:
            return PartlyFilled(state.size, report.leaves)


def _state(row: OrderRow) -> OrderState:
    """Return the state that a row tells of; an unknown size counts as none."""
    size, leaves = row.size_lots or 0, row.leaves_lots or 0
    made: dict[str, OrderState] = {
        "pending": Pending(size),
        "sent": Sent(size),
        "open": Open(size),
        "partly_filled": PartlyFilled(size, leaves),
        "cancel_pending": CancelPending(size, leaves),
        "filled": Filled(size),
        "cancelled": Cancelled(size, leaves),
        "rejected": Rejected(size, row.end_code),
        "expired": Expired(size, leaves),
        "unknown": Unknown(size, leaves),
    }
    return made[row.state]


def _learn_size(row: OrderRow, traded: int, leaves: int, grid: JournalInstrumentRow) -> None:
    """An order sized in money has the size that its fills and what they leave add up to."""
    row.leaves_lots = traded + leaves
    row.size_lots = row.filled_lots + row.leaves_lots
    row.size = size_from_lots(row.size_lots, grid.lot_size)


def _price(ticks: int, grid: JournalInstrumentRow) -> Decimal | None:
    return price_from_ticks(ticks, grid.tick_size) if ticks else None
