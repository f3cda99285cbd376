"""The trade blotter: every order and every execution of a run, in the order of time.

A row of an order tells its whole life and stands where it was decided; a row of an execution tells
one trade and stands where it was heard of. What is not known is empty.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from typing import Any, Final

from traider.compliance.order_records import APPROVED, Execution, Happening, OrderRecord
from traider.compliance.spreadsheet_cells import harmless
from traider.compliance.telling import text
from traider.domain.units import EXACT

COLUMNS: Final = (
    "record", "time", "position", "order_id", "client_order_id", "venue", "account", "instrument",
    "side", "type", "time_in_force", "properties", "quantity", "amount", "limit_price",
    "stop_price", "expires", "decided", "sent", "acknowledged", "first_filled", "last_filled",
    "ended", "venue_time", "executed_quantity", "executed_price", "notional", "fee",
    "fee_currency", "fee_value", "liquidity", "maker_quantity", "asked_by", "reason", "outcome",
    "check", "number", "limit", "end_reason", "venue_number", "positions",
)  # fmt: skip
_ZERO: Final = Decimal(0)
_DIGITS: Final = 28
_NS_PER_S: Final = 1_000_000_000

Row = Mapping[str, str]


@dataclass(frozen=True)
class BlotterOf:
    """Whose blotter it is."""

    venue: str
    account: str


@dataclass(frozen=True)
class BlotterTotals:
    """A blotter in a few numbers; money of the account's currency, fees by the one taken in."""

    orders: Mapping[str, int]
    """By outcome."""
    refusals: Mapping[str, int]
    """By check."""
    executions: int
    bought: Decimal
    sold: Decimal
    fees: Mapping[str, Decimal]


def blotter_rows(
    orders: Sequence[OrderRecord], executions: Sequence[Execution], of: BlotterOf
) -> list[Row]:
    """Return the rows of ``orders`` and ``executions``, by time and place in the journal."""
    by_id = {order.order_id: order for order in orders}
    placed = [(order.decided_ns, order.position, _order_row(order, of)) for order in orders]
    placed += [
        (each.heard_ns, each.position, _execution_row(each, by_id.get(each.order_id), of))
        for each in executions
    ]
    return [row for _, _, row in sorted(placed, key=lambda each: each[:2])]


def totals_of(orders: Iterable[OrderRecord], executions: Sequence[Execution]) -> BlotterTotals:
    """Return the sums of a blotter."""
    known = list(orders)
    fees: dict[str, Decimal] = {}
    for each in executions:
        fees[each.fee_currency] = EXACT.add(fees.get(each.fee_currency, _ZERO), each.fee)
    refused = [
        order.verdict.word for order in known if order.verdict and order.verdict.word != APPROVED
    ]
    return BlotterTotals(
        orders=dict(sorted(Counter(order.outcome.value for order in known).items())),
        refusals=dict(sorted(Counter(refused).items())),
        executions=len(executions),
        bought=sum((each.notional for each in executions if each.side > 0), _ZERO),
        sold=sum((each.notional for each in executions if each.side < 0), _ZERO),
        fees=fees,
    )


def blotter_csv(rows: Iterable[Row]) -> str:
    """Return the blotter as CSV with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    # Reasons are words of people, and some names are words of a venue.
    writer.writerows({name: harmless(cell) for name, cell in row.items()} for row in rows)
    return out.getvalue()


def totals_body(totals: BlotterTotals) -> dict[str, Any]:
    """Return the sums as they are printed for a program; money is text, exactly."""
    return {
        "orders": dict(totals.orders),
        "refusals": dict(totals.refusals),
        "executions": totals.executions,
        "bought": text(totals.bought),
        "sold": text(totals.sold),
        "fees": {currency: text(fee) for currency, fee in totals.fees.items()},
    }


def quantities(executions: Iterable[Execution]) -> dict[str, Decimal]:
    """Return what executions add up to by instrument: the positions."""
    found: dict[str, Decimal] = {}
    for each in executions:
        held = found.get(each.instrument, _ZERO)
        found[each.instrument] = EXACT.add(held, each.signed_quantity)
    return found


def time_text(ts_ns: int) -> str:
    """Return a time in UTC with all nine decimals; nothing for 0."""
    if not ts_ns:
        return ""
    seconds, rest = divmod(ts_ns, _NS_PER_S)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def fraction_text(value: Fraction | None, digits: int = _DIGITS) -> str:
    """Return a fraction in so many digits, rounded half to even; nothing for None."""
    if value is None:
        return ""
    with localcontext(prec=digits, rounding=ROUND_HALF_EVEN):
        return text(Decimal(value.numerator) / Decimal(value.denominator))


def _order_row(order: OrderRecord, of: BlotterOf) -> Row:
    fills, verdict, end = order.executions, order.verdict, order.over
    currencies = {each.fee_currency for each in fills}
    is_one = len(currencies) == 1
    return {
        "record": "order",
        "time": time_text(order.decided_ns),
        "position": str(order.position),
        **_identity(order, of),
        "decided": time_text(order.decided_ns),
        "sent": _when(order.sent),
        "acknowledged": _when(order.acknowledged),
        "first_filled": time_text(fills[0].heard_ns) if fills else "",
        "last_filled": time_text(fills[-1].heard_ns) if fills else "",
        "ended": _when(end),
        "executed_quantity": text(order.executed),
        "executed_price": fraction_text(order.average_price),
        "notional": text(sum((each.notional for each in fills), _ZERO)),
        "fee": text(sum((each.fee for each in fills), _ZERO)) if is_one else "",
        "fee_currency": currencies.pop() if is_one else "",
        "fee_value": text(sum((each.fee_value for each in fills), _ZERO)),
        "maker_quantity": text(order.maker_quantity),
        "outcome": order.outcome.value,
        "check": "" if verdict is None else verdict.word,
        **_measured(verdict),
        "end_reason": "" if end is None else end.word,
        "venue_number": str(order.venue_number or ""),
        "positions": " ".join(map(str, order.positions)),
    }


def _execution_row(each: Execution, order: OrderRecord | None, of: BlotterOf) -> Row:
    if order is None:
        identity: dict[str, str] = {
            "order_id": f"{each.order_id:016x}" if each.order_id else "",
            "venue": of.venue,
            "account": of.account,
            "instrument": each.instrument,
            "asked_by": "venue",
        }
    else:
        identity = _identity(order, of)
    return {
        "record": each.kind.value,
        "time": time_text(each.heard_ns),
        "position": str(each.position),
        **identity,
        "side": _side(each.side),
        "venue_time": time_text(each.venue_ns),
        "executed_quantity": text(each.quantity),
        "executed_price": text(each.price),
        "notional": text(each.notional),
        "fee": text(each.fee),
        "fee_currency": each.fee_currency,
        "fee_value": text(each.fee_value),
        "liquidity": "maker" if each.is_maker else "taker" if each.kind != "correction" else "",
        "positions": str(each.position),
    }


def _identity(order: OrderRecord, of: BlotterOf) -> dict[str, str]:
    terms = order.terms
    return {
        "order_id": f"{order.order_id:016x}",
        "client_order_id": order.client_order_id,
        "venue": of.venue,
        "account": of.account,
        "instrument": terms.instrument,
        "side": _side(terms.side),
        "type": terms.type,
        "time_in_force": terms.time_in_force,
        "properties": " ".join(terms.properties),
        "quantity": _plain(terms.quantity),
        "amount": _plain(terms.amount),
        "limit_price": _plain(terms.limit_price),
        "stop_price": _plain(terms.stop_price),
        "expires": time_text(terms.expires_ns),
        "asked_by": order.asked_by,
        "reason": order.reason,
    }


def _measured(verdict: Happening | None) -> dict[str, str]:
    """Return number and limit of a refusal; a check that passed says nothing."""
    if verdict is None or verdict.word == APPROVED:
        return {}
    return {"number": repr(verdict.number), "limit": repr(verdict.limit)}


def _side(side: int) -> str:
    return "buy" if side > 0 else "sell"


def _when(told: Happening | None) -> str:
    return "" if told is None else time_text(told.ts_ns)


def _plain(value: Decimal | None) -> str:
    return "" if value is None else text(value)
